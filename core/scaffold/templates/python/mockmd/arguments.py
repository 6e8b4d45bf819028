"""The config block of a plugin: what it takes, and reading it.

The core has parsed and evaluated the block. What arrives is values as JSON,
each with its place in the user's file, so that every mistake is told there.
"""

import difflib
import json
import typing

from mockmd.plugin.v1 import plugin_pb2 as pb

_REQUIRED = object()


class ConfigError(Exception):
    """A mistake in the configuration, to be raised or returned by configure.

    body is the plugin, or the Body of a block, that the argument stands in;
    summary is a few words, detail says in sentences how to mend it. No secrets:
    people are shown the text.
    """

    severity = pb.Diagnostic.SEVERITY_ERROR

    def __init__(self, body, argument, summary, detail=""):
        super().__init__(summary)
        self.body, self.argument, self.summary, self.detail = body, argument, summary, detail


class Warning(ConfigError):
    """What is accepted and yet looks like a mistake; to be returned by configure."""

    severity = pb.Diagnostic.SEVERITY_WARNING


class Argument:
    """One argument, as an attribute of a plugin or of a Body: type is str, int,
    float, bool, list or dict, or list[str] and the like. Without a default it
    must be given."""

    def __init__(self, type=str, doc="", default=_REQUIRED):
        self.type, self.doc, self.default = type, doc, default

    def option(self, name):
        """Returns the message that documents it."""
        out = pb.Option(name=name, type=_type_name(self.type), required=self.default is _REQUIRED, doc=self.doc)
        if self.default is not _REQUIRED and self.default is not None:
            out.default = json.dumps(self.default).replace("${", "$${").replace("%{", "%%{")
        return out


class Block:
    """Nested blocks, as an attribute of a plugin or of a Body: of is a subclass
    of Body that says what is in one. The attribute is a list of them."""

    def __init__(self, of, doc="", labels=()):
        self.of, self.doc, self.labels = of, doc, tuple(labels)

    def option(self, name):
        """Returns the message that documents it."""
        return pb.Option(name=name, type="block", doc=self.doc, labels=self.labels, multiple=True)


class Body:
    """What stands in a block. Arguments and Blocks are attributes of the class,
    their values those of the object; labels are the labels of its block."""

    labels = ()


def declared(cls, kind):
    """Returns the Arguments or Blocks of a class, by name, in their order."""
    out = {}
    for base in reversed(cls.__mro__):
        out.update({name: value for name, value in vars(base).items() if isinstance(value, kind)})
    return out


def options(cls, prefix=""):
    """Returns the messages that document all that a class takes."""
    out = [argument.option(prefix + name) for name, argument in declared(cls, Argument).items()]
    for name, block in declared(cls, Block).items():
        out.append(block.option(prefix + name))
        out.extend(pb.Option(name=f"{prefix}{name}.{label}", type="label", required=True) for label in block.labels)
        out.extend(options(block.of, prefix + name + "."))
    return out


def read(target, body, diagnostics):
    """Sets the attributes of target, a plugin or a Body, from a message, and
    adds to diagnostics what is wrong."""
    arguments, blocks = declared(type(target), Argument), declared(type(target), Block)
    places = {}
    target._places = places, body.range
    for attribute in body.attributes:
        if attribute.name not in arguments:
            what = f'An argument named "{attribute.name}" is not expected here.'
            if attribute.name in blocks:
                what += f' Write a block: {attribute.name} {{ ... }}.'
            else:
                what += _near(attribute.name, arguments)
            diagnostics.append(mistake("Unsupported argument", what, attribute.name_range))
            continue
        places[attribute.name] = attribute.value_range
        _set(target, attribute, arguments[attribute.name], diagnostics)
    for name, argument in arguments.items():
        if name in places:
            continue
        if argument.default is _REQUIRED:
            text = f'The argument "{name}" is required, but no definition was found.'
            diagnostics.append(mistake("Missing required argument", text, body.end_range))
            setattr(target, name, None)
        else:
            setattr(target, name, argument.default)
    for name in blocks:
        setattr(target, name, [])
    for block in body.blocks:
        if block.type not in blocks:
            text = f'Blocks of type "{block.type}" are not expected here.' + _near(block.type, blocks)
            diagnostics.append(mistake("Unsupported block type", text, block.type_range))
            continue
        _read_block(target, block, blocks[block.type], diagnostics)


def _read_block(target, block, declaration, diagnostics):
    want = len(declaration.labels)
    if len(block.labels) != want:
        names = ", ".join(declaration.labels) or "none"
        text = f'A {block.type} block has {len(block.labels)} labels, want {want}: {names}.'
        diagnostics.append(mistake("Wrong number of labels", text, block.type_range))
        return
    inner = declaration.of()
    inner.labels = tuple(block.labels)
    read(inner, block.body, diagnostics)
    getattr(target, block.type).append(inner)


def _set(target, attribute, argument, diagnostics):
    setattr(target, attribute.name, None)
    if not attribute.json:
        return  # the core could not evaluate it, and has said so
    value = json.loads(attribute.json)
    if value is None and argument.default is not _REQUIRED:
        setattr(target, attribute.name, argument.default)
        return
    try:
        setattr(target, attribute.name, _convert(value, argument.type))
    except ValueError:
        text = f"Inappropriate value for attribute \"{attribute.name}\": {_type_name(argument.type)} required."
        diagnostics.append(mistake("Incorrect attribute value type", text, attribute.value_range))


def _convert(value, want):
    """Converts as HCL does: a number or bool is a string too, and the other way
    round where it reads as one."""
    origin, inner = typing.get_origin(want) or want, typing.get_args(want)
    if origin is list and isinstance(value, list):
        return [_convert(v, inner[0]) for v in value] if inner else value
    if origin is dict and isinstance(value, dict):
        return {k: _convert(v, inner[1]) for k, v in value.items()} if inner else value
    if origin in (list, dict) or value is None or isinstance(value, (list, dict)):
        raise ValueError(value)
    if origin is bool:
        if value in (True, False, "true", "false") and not isinstance(value, (int, float)) or isinstance(value, bool):
            return value in (True, "true")
        raise ValueError(value)
    if origin is str:
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool):
        raise ValueError(value)
    if origin is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if origin is int and isinstance(value, float):
        raise ValueError(value)
    return origin(value)


def _type_name(want):
    origin, inner = typing.get_origin(want) or want, typing.get_args(want)
    if origin is list:
        return f"list of {_type_name(inner[0])}" if inner else "list"
    if origin is dict:
        return f"map of {_type_name(inner[1])}" if inner else "map"
    return {str: "string", int: "number", float: "number", bool: "bool"}[origin]


def _near(name, known):
    near = difflib.get_close_matches(name, list(known), n=1)
    return f' Did you mean "{near[0]}"?' if near else ""


def mistake(summary, detail, subject, severity=pb.Diagnostic.SEVERITY_ERROR):
    """Returns the message of a mistake at a place."""
    return pb.Diagnostic(severity=severity, summary=summary, detail=detail, subject=subject)


def told(error):
    """Returns the message of a ConfigError."""
    places, whole = getattr(error.body, "_places", ({}, None))
    return mistake(error.summary, error.detail, places.get(error.argument, whole), error.severity)
