"""All that the author of a mockmd plugin in Python needs.

A plugin is a class with a method tree, which is given the facts of a simulated
EC2 instance and returns every path that is served for it:

    import mockmd

    class Rack(mockmd.Plugin):
        mounts = ["meta-data/rack"]
        row = mockmd.Argument(int, "Row of the rack.")

        def tree(self, instance):
            return {"meta-data/rack": f"{self.row} in {instance.availability_zone}"}

    mockmd.serve(Rack())

From there it grows: Argument and Block take what stands in the plugin's config
block, configure checks it, run works in the background and calls
host.changed(), Live nodes are answered per request, actions are offered to the
admin listener, host.checkpoint and restore keep what must survive a crash, and
valid_until says how long what is served is valid.

It needs Python 3.9 and the packages grpc and protobuf, of which those of
Debian 12 will do (python3-grpcio, python3-protobuf), and nothing else.
"""

from .arguments import Argument, Block, Body, ConfigError, Warning
from .author import Conflict, Config, Host, Instance, Invalid, NotFound, Plugin, Request
from .serve import serve
from .tree import Action, Dir, Leaf, Live

__all__ = [
    "Action", "Argument", "Block", "Body", "Config", "ConfigError", "Conflict", "Dir", "Host",
    "Instance", "Invalid", "Leaf", "Live", "NotFound", "Plugin", "Request", "Warning", "serve",
]
