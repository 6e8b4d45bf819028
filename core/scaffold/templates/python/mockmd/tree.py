"""What a plugin serves: the nodes of a tree, and its actions."""

import datetime
from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional, Union

from mockmd.plugin.v1 import plugin_pb2 as pb


@dataclass
class Leaf:
    """A value. A str or bytes in its place is a Leaf of text/plain."""

    body: Union[str, bytes]  # served as it is; str as UTF-8
    content_type: str = ""  # "text/plain" when empty
    label: str = ""  # how its parent lists it; its name when empty
    since: str = ""  # first API version that shows it, such as "2020-10-27"
    last_modified: Optional[datetime.datetime] = None  # the launch of the instance
    not_after: Optional[datetime.datetime] = None  # from then on the successor is served, or nothing
    successor: Optional["Leaf"] = None
    audit: Optional[Dict[str, str]] = None  # when given, even if empty: the core logs each read, with these fields


@dataclass
class Dir:
    """A directory that needs an entry: an empty one, or one listed in a way of its own."""

    label: str = ""  # how its parent lists it; its name with a slash when empty
    order: List[str] = field(default_factory=list)  # children that are listed first
    since: str = ""


@dataclass
class Live:
    """A node that is answered per request: resolve is given a Request and
    returns a str, bytes or Leaf, or raises NotFound. Calls overlap."""

    resolve: Callable
    subtree: bool = False  # whether everything below it is live too
    since: str = ""


@dataclass
class Action:
    """An operation that the admin listener offers: do is given the body of the
    request and returns the body of the answer, JSON or empty."""

    name: str  # its path there: "rack/row"
    do: Callable[[bytes], Union[str, bytes, None]]
    read_only: bool = False  # called by GET, without a body
    doc: str = ""


def encode_tree(label, revision, tree):
    """Returns the message of a tree, a dict of nodes by path."""
    out = pb.Tree(instance=label, revision=revision)
    for path in sorted(tree):
        node = tree[path]
        if isinstance(node, (str, bytes)):
            node = Leaf(node)
        message = out.nodes.add(path=path, since=node.since)
        if isinstance(node, Leaf):
            message.leaf.CopyFrom(encode_leaf(node))
        elif isinstance(node, Dir):
            message.dir.CopyFrom(pb.Dir(label=node.label, order=node.order))
        elif isinstance(node, Live):
            message.live.subtree = node.subtree
        else:
            raise TypeError(f"{path} is {type(node).__name__}, want str, bytes, Leaf, Dir or Live")
    return out


def encode_leaf(leaf):
    """Returns the message of a Leaf, or of a str or bytes in its place."""
    if isinstance(leaf, (str, bytes)):
        leaf = Leaf(leaf)
    body = leaf.body.encode() if isinstance(leaf.body, str) else leaf.body
    out = pb.Leaf(body=body, content_type=leaf.content_type, label=leaf.label)
    if leaf.last_modified is not None:
        out.last_modified.CopyFrom(timestamp(leaf.last_modified))
    if leaf.not_after is not None:
        out.not_after.CopyFrom(timestamp(leaf.not_after))
    if leaf.successor is not None:
        out.successor.CopyFrom(encode_leaf(leaf.successor))
    if leaf.audit is not None:
        out.audit.CopyFrom(pb.Audit(fields=leaf.audit))
    return out


def timestamp(moment):
    """Returns the message of a datetime, which must know its time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: use datetime.now(timezone.utc) and the like")
    whole = moment.astimezone(datetime.timezone.utc)
    seconds = int((whole.replace(microsecond=0) - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds())
    out = pb.Leaf().last_modified
    out.seconds, out.nanos = seconds, whole.microsecond * 1000
    return out
