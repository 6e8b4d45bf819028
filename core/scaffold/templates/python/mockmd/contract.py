"""The contract mockmd.plugin.v1 for one plugin."""

import json
import logging
import os
import queue
import threading
import time

import grpc

from mockmd.plugin.v1 import plugin_pb2 as pb
from mockmd.plugin.v1 import plugin_pb2_grpc

from . import arguments
from .author import Config, Conflict, Host, Instance, Invalid, NotFound, Request
from .tree import Live, encode_leaf, encode_tree, timestamp

# How long the run may take to end, and a live node that a newer tree lacks is
# still answered, in seconds.
STOP_GRACE = 2.0
RETIRE_AFTER = 10.0

log = logging.getLogger("mockmd")


class Contract(plugin_pb2_grpc.PluginServiceServicer):
    """Answers the core. exit ends the process."""

    def __init__(self, plugin, exit):
        self._plugin, self._exit = plugin, exit
        self._host = plugin.host = Host()
        self._named = []  # mounts that the plugin's block names
        self._ran = threading.Lock()
        self._instances = {}  # facts and revision by label
        self._live = {}  # (node, when it was retired) by label and path
        self._status = None

    def Describe(self, request, context):
        plugin = self._plugin
        out = pb.DescribeResponse(
            name=plugin.name or type(plugin).__name__.lower(), version=plugin.version, sdk="python 1",
            mounts=plugin.mounts, options=arguments.options(type(plugin)), options_told=True,
        )
        for action in plugin.actions:
            out.actions.add(name=action.name, read_only=action.read_only, doc=action.doc)
        if hasattr(plugin, "valid_until"):
            out.capabilities.append(pb.CAPABILITY_VALIDITY)
        return out

    def Configure(self, request, context):
        out = pb.ConfigureResponse()
        arguments.read(self._plugin, request.config, out.diagnostics)
        if not out.diagnostics:
            config = Config(
                name=request.name, mounts=list(request.mounts), dir=request.config_dir, state_dir=request.state_dir,
                instances=[_facts(instance) for instance in request.instances],
            )
            try:
                found = self._plugin.configure(config) or []
            except arguments.ConfigError as error:
                found = [error]
            out.diagnostics.extend(arguments.told(error) for error in found)
        if any(d.severity != pb.Diagnostic.SEVERITY_WARNING for d in out.diagnostics):
            return out
        self._named = list(request.mounts)
        own = list(self._plugin.mounts)
        for mount in self._named if own else []:
            if not any(_covers(o, mount) or _covers(mount, o) for o in own):
                text = f'The plugin has nothing at or below "{mount}". Its own mounts are {", ".join(own)}.'
                out.diagnostics.add(severity=pb.Diagnostic.SEVERITY_ERROR, summary="Nothing to serve at a mount", detail=text)
        out.mounts.extend(own)
        out.summary = self._plugin.summary()
        return out

    def Run(self, requests, context):
        if not self._ran.acquire(blocking=False):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "this process has been run already; a process runs once")
        in_order = threading.Event()
        # A stream that breaks means that the core is gone.
        context.add_callback(lambda: in_order.is_set() or self._exit(1))
        inbox = queue.Queue()
        self._host._wake = lambda: inbox.put(None)
        threading.Thread(target=_receive, args=(requests, inbox), daemon=True).start()
        first = inbox.get()
        if first is _END or not first.HasField("start"):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the first message is not Start")
        runner = self._start(first.start)
        yield from self._trees(list(self._instances))
        yield pb.RunResponse(ready=pb.Ready())
        while True:
            message = inbox.get()
            if message is _END:
                if not context.is_active():
                    self._exit(1)  # the core is gone, and did not close its side
                break
            if message is None:
                yield from self._news()
            elif message.HasField("instance"):
                self._take(message.instance)
                yield from self._trees([message.instance.label])
            elif message.HasField("instance_removed"):
                self._instances.pop(message.instance_removed.label, None)
                self._live.pop(message.instance_removed.label, None)
        self._host.stopping.set()
        runner.join(STOP_GRACE)
        if runner.is_alive():
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the plugin did not return from run in time")
        yield from self._checkpoints()
        in_order.set()
        # The core reads the end of the stream and calls Shutdown; one that
        # forgets must not leave the process behind.
        threading.Timer(1.0, self._exit, [0]).start()

    def _start(self, start):
        for instance in start.instances:
            self._take(instance)
        if start.checkpoint:
            try:
                self._plugin.restore(start.checkpoint)
            except Exception:
                log.exception("checkpoint not restored, starting without")
        runner = threading.Thread(target=self._background, daemon=True)
        runner.start()
        return runner

    def _background(self):
        try:
            self._plugin.run(self._host)
        except Exception:
            if self._host.stopping.is_set():
                return
            log.exception("plugin stopped by itself")
            self._exit(1)

    def _take(self, message):
        facts = _facts(message)
        self._instances[message.label] = facts, message.revision

    def _news(self):
        """Sends what the plugin has said. The checkpoint goes first: a tree that
        is served must not be forgotten in a crash."""
        yield from self._checkpoints()
        with self._host._lock:
            changed, self._host._changed = self._host._changed, False
        if changed:
            yield from self._trees(list(self._instances))
        else:
            yield from self._health("")

    def _checkpoints(self):
        with self._host._lock:
            unsent, self._host._unsent = self._host._unsent, False
            checkpoint = self._host._checkpoint
        if unsent:
            yield pb.RunResponse(checkpoint=_checkpoint(checkpoint))

    def _trees(self, labels):
        failed = ""
        for label in labels:
            facts, revision = self._instances[label]
            try:
                tree = self._cut(self._plugin.tree(facts))
                message = encode_tree(label, revision, tree)
            except Exception as error:
                log.exception("no new tree, what was published stays")
                failed = f"no new tree: {error}"
                continue
            self._retire(label, tree)
            yield pb.RunResponse(tree=message)
        yield from self._health(failed)

    def _cut(self, tree):
        """Leaves out what the plugin's block leaves to others."""
        own = list(self._plugin.mounts)
        if not self._named or not own:
            return tree

        def inside(mounts, path):
            return any(_covers(mount, path) for mount in mounts)

        return {path: node for path, node in tree.items() if inside(self._named, path) or not inside(own, path)}

    def _retire(self, label, tree):
        """Keeps the live nodes of the newest tree, and for a while those of the
        ones before: until the core has taken this one, it may ask."""
        now = time.monotonic()
        nodes = {path: (node, None) for path, node in tree.items() if isinstance(node, Live)}
        for path, (node, since) in self._live.get(label, {}).items():
            if path not in nodes and (since is None or now - since < RETIRE_AFTER):
                nodes[path] = node, since or now
        self._live[label] = nodes

    def _health(self, failed):
        status = pb.Status(level=pb.Status.LEVEL_OK)
        with self._host._lock:
            message = self._host._degraded or failed
        if message:
            status.level, status.message = pb.Status.LEVEL_DEGRADED, message
        if hasattr(self._plugin, "valid_until"):
            until = self._plugin.valid_until()
            if until is not None:
                status.valid_until.CopyFrom(timestamp(until))
        if status != self._status:
            self._status = status
            yield pb.RunResponse(status=status)

    def Resolve(self, request, context):
        node, _ = self._live.get(request.instance, {}).get(request.node, (None, None))
        facts, _ = self._instances.get(request.instance, (None, None))
        if node is None or facts is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no live node {request.node} for instance {request.instance!r}")
        asked = Request(instance=facts, path=request.path, version=request.version, client=request.client, _context=context)
        try:
            return pb.ResolveResponse(leaf=encode_leaf(node.resolve(asked)))
        except NotFound:
            return pb.ResolveResponse()
        except Exception as error:
            log.exception("live node %s failed", request.node)
            context.abort(grpc.StatusCode.UNKNOWN, f"resolve {request.path}: {error}")

    def Act(self, request, context):
        for action in self._plugin.actions:
            if action.name == request.action:
                return self._act(action, request.body)
        context.abort(grpc.StatusCode.NOT_FOUND, f"no action {request.action}")

    def _act(self, action, body):
        try:
            answer = action.do(body) or b""
        except Invalid as error:
            return _refused(pb.ActError.KIND_INVALID, str(error))
        except Conflict as error:
            return _refused(pb.ActError.KIND_CONFLICT, str(error))
        except Exception:
            log.exception("action %s failed", action.name)
            return _refused(pb.ActError.KIND_FAILED, "the action failed; the log says why")
        out = pb.ActResponse(body=answer.encode() if isinstance(answer, str) else answer)
        with self._host._lock:
            if self._host._checkpoint is not None:
                out.checkpoint.CopyFrom(_checkpoint(self._host._checkpoint))
        return out


_END = object()


def _receive(requests, inbox):
    """Hands on what the core sends until it closes its side. Where the stream
    breaks instead, its callback ends the process."""
    try:
        for message in requests:
            inbox.put(message)
    except Exception:
        return
    inbox.put(_END)


def _facts(message):
    out = Instance(json.loads(message.facts))
    out.label = message.label
    return out


def _checkpoint(checkpoint):
    return pb.Checkpoint(data=checkpoint[0], sequence=checkpoint[1])


def _refused(kind, message):
    return pb.ActResponse(error=pb.ActError(kind=kind, message=message))


def _covers(mount, path):
    return path == mount or path.startswith(mount + "/")


def exit_now(code):
    """Ends the process, whatever its threads do."""
    logging.shutdown()
    os._exit(code)
