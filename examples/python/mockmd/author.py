"""What a plugin implements, and what it is given."""

import threading
from dataclasses import dataclass

MAX_CHECKPOINT = 64 << 10


class NotFound(Exception):
    """Raised by a Live node when there is no such path."""


class Invalid(Exception):
    """Raised by an action whose caller must mend the request; the caller is told the text."""


class Conflict(Exception):
    """Raised by an action that cannot be done in the present state; the caller is told the text."""


class Instance(dict):
    """The facts of one simulated instance, in the words of the instance block:
    instance["private_ip"] is instance.private_ip too. They must not be changed."""

    label = ""  # its key in the configuration; empty for the unlabelled one

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"an instance has no fact {name!r}") from None


@dataclass
class Config:
    """What configure is given beside the arguments, which are attributes of the plugin."""

    name: str  # the label of the plugin's block
    mounts: list  # those that the block names; empty when it names none
    dir: str  # the folder that relative paths are meant from
    state_dir: str  # where the plugin may keep files; need not exist, may be empty
    instances: list


@dataclass
class Request:
    """One request for a Live node."""

    instance: Instance
    path: str
    version: str  # "latest" or a date
    client: str  # address, without port
    _context: object = None

    def active(self):
        """Tells whether somebody still waits for the answer."""
        return self._context is None or self._context.is_active()

    def time_remaining(self):
        """Returns how many seconds the answer is still waited for; None: for ever."""
        return None if self._context is None else self._context.time_remaining()


class Plugin:
    """A plugin; tree is all that it must have."""

    name = ""  # that of the class when empty
    version = ""
    mounts = []  # path prefixes that the plugin claims when its block names none
    actions = []  # of Action

    def tree(self, instance):
        """Returns every path that is served for an instance: a dict of str, bytes,
        Leaf, Dir or Live by path. Calls never overlap."""
        raise NotImplementedError

    def configure(self, config):
        """Checks the arguments, which are attributes by now. It raises a
        ConfigError or returns a list of them, and has no side effect."""

    def summary(self):
        """Says in a few words what the plugin is configured to do. No secrets."""
        return ""

    def restore(self, checkpoint):
        """Is given the last checkpoint of an earlier process, before run and tree."""

    def run(self, host):
        """Works in the background, in a thread of its own, until host.stopping is
        set. An exception ends the process, and the core starts another."""


class Host:
    """What a running plugin can ask of the core. No method waits."""

    def __init__(self):
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._wake = lambda: None
        self._changed = False
        self._checkpoint = None
        self._unsent = False
        self._sequence = 0
        self._degraded = ""

    def wait(self, seconds):
        """Waits, and tells whether the plugin shall stop."""
        return self.stopping.wait(seconds)

    def changed(self):
        """Publishes again: tree is called for every instance."""
        with self._lock:
            self._changed = True
        self._wake()

    def checkpoint(self, data):
        """Hands over what must survive a crash of this process, 64 KiB at most."""
        if len(data) > MAX_CHECKPOINT:
            raise ValueError(f"checkpoint has {len(data)} bytes, at most {MAX_CHECKPOINT} are kept")
        with self._lock:
            self._sequence += 1
            self._checkpoint, self._unsent = (bytes(data), self._sequence), True
        self._wake()

    def degraded(self, message):
        """Shows the plugin as degraded with a sentence; an empty one takes that back."""
        with self._lock:
            self._degraded = message
        self._wake()
