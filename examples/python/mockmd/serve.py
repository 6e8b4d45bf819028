"""The process of a plugin: handshake, health, shutdown and log."""

import datetime
import json
import logging
import os
import signal
import sys
import tempfile
import threading
from concurrent import futures

import grpc

from mockmd.plugin.v1 import plugin_pb2_grpc

from .contract import Contract, exit_now

# The handshake of go-plugin, by which the core starts plugins.
COOKIE = ("MOCKMD_PLUGIN", "8f0e3c5b7a91")
CONTRACT_VERSION = 1
MAX_MESSAGE = 16 << 20

# Threads that answer calls: one for each of many live requests, and one for Run.
WORKERS = 80


def serve(plugin):
    """Serves a plugin to the core that started this process; all of a main
    program. It does not return. What is printed from here on goes to the log."""
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        sys.exit(f"{sys.argv[0]} is a mockmd plugin and is started by mockmd: name it in the configuration,\n"
                 f'  plugin "NAME" {{ command = ["{os.path.abspath(sys.argv[0])}"] }}')
    if os.environ.get("PLUGIN_CLIENT_CERT"):
        sys.exit("a plugin in Python does not support mtls: remove mtls = true from its block")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the core
    handshake = os.dup(1)
    os.set_inheritable(handshake, False)
    os.dup2(2, 1)  # what others print must not get between
    sys.stdout.reconfigure(line_buffering=True)
    _log()
    server = grpc.server(
        futures.ThreadPoolExecutor(WORKERS),
        options=[("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.max_send_message_length", MAX_MESSAGE), ("grpc.so_reuseport", 0)],
    )
    stopped = threading.Event()
    plugin_pb2_grpc.add_PluginServiceServicer_to_server(Contract(plugin, exit_now), server)
    server.add_generic_rpc_handlers((
        _method("grpc.health.v1.Health", "Check", lambda request, context: b"\x08\x01"),  # SERVING
        _method("plugin.GRPCController", "Shutdown", lambda request, context: stopped.set() or b""),
    ))
    folder = os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or tempfile.mkdtemp(prefix="mockmd-")
    path = os.path.join(folder, f"plugin{os.getpid()}")
    server.add_insecure_port("unix:" + path)
    server.start()
    os.write(handshake, f"1|{CONTRACT_VERSION}|unix|{path}|grpc\n".encode())
    stopped.wait()
    server.stop(0.1).wait(0.5)
    exit_now(0)


def _method(service, name, answer):
    """A method whose messages are so small that they are bytes."""
    handler = grpc.unary_unary_rpc_method_handler(answer, lambda b: b, lambda b: b)
    return grpc.method_handlers_generic_handler(service, {name: handler})


class _JSON(logging.Formatter):
    """Lines as go-hclog writes them, of which the core reads the level."""

    def format(self, record):
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        level = {"WARNING": "warn", "CRITICAL": "error"}.get(record.levelname, record.levelname.lower())
        at = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc).isoformat(timespec="microseconds")
        return json.dumps({"@level": level, "@message": message, "@timestamp": at})


def _log():
    """Lets the logging module write to the core's log."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JSON())
    levels = {"trace": logging.DEBUG, "debug": logging.DEBUG, "warn": logging.WARNING, "error": logging.ERROR}
    level = levels.get(os.environ.get("MOCKMD_LOG_LEVEL", "info").lower(), logging.INFO)
    logging.basicConfig(level=level, handlers=[handler], force=True)
