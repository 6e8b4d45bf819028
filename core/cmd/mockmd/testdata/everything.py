#!/usr/bin/env python3
"""A plugin that uses everything that module mockmd has."""
import json
import logging
import threading
from datetime import datetime, timedelta, timezone

import mockmd


class Disk(mockmd.Body):
    size = mockmd.Argument(int, "Size in GiB.")
    tags = mockmd.Argument(dict[str, str], "Tags.", default={})


class Everything(mockmd.Plugin):
    name = "everything"
    version = "1.2"
    mounts = ["meta-data/everything"]
    row = mockmd.Argument(int, "Row of the rack.")
    names = mockmd.Argument(list[str], "Names.", default=[])
    loud = mockmd.Argument(bool, "Whether to shout.", default=False)
    disk = mockmd.Block(Disk, "A disk.", labels=["device"])

    def __init__(self):
        self.count = 0
        self.lock = threading.Lock()
        self.actions = [
            mockmd.Action("everything/count", self.get_count, read_only=True, doc="Tells the count."),
            mockmd.Action("everything/add", self.add, doc="Adds to the count."),
        ]

    def configure(self, config):
        print("configured as", config.name)
        found = []
        for disk in self.disk:
            if disk.size > 100:
                found.append(mockmd.ConfigError(disk, "size", "Disk too large", "Sizes are at most 100."))
        if self.row == 13:
            found.append(mockmd.Warning(self, "row", "Unlucky row", "Nothing was ever found in it."))
        return found

    def summary(self):
        return f"row {self.row}"

    def restore(self, checkpoint):
        self.count = json.loads(checkpoint)["count"]

    def run(self, host):
        logging.warning("running")
        host.checkpoint(json.dumps({"count": self.count}).encode())
        if self.loud:
            host.degraded("too loud")
        host.wait(3600)

    def valid_until(self):
        return datetime.now(timezone.utc) + timedelta(hours=1)

    def get_count(self, body):
        return json.dumps({"count": self.count})

    def add(self, body):
        try:
            n = int(body)
        except ValueError:
            raise mockmd.Invalid("want a number") from None
        if n < 0:
            raise mockmd.Conflict("the count only grows")
        if n == 0:
            raise RuntimeError("the plugin's own business")
        with self.lock:
            self.count += n
        self.host.checkpoint(json.dumps({"count": self.count}).encode())
        self.host.changed()

    def tree(self, instance):
        base = "meta-data/everything/"
        soon = datetime.now(timezone.utc) + timedelta(hours=1)
        out = {
            base + "count": str(self.count),
            base + "bytes": b"\x00\xff",
            base + "json": mockmd.Leaf('{"a": 1}', content_type="application/json", last_modified=datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)),
            base + "ends": mockmd.Leaf("now", not_after=soon, successor=mockmd.Leaf("then")),
            base + "past": mockmd.Leaf("now", not_after=datetime(2020, 1, 1, tzinfo=timezone.utc), successor=mockmd.Leaf("then")),
            base + "new": mockmd.Leaf("new", since="2021-07-15"),
            base + "secret": mockmd.Leaf("hush", audit={"secret_id": "7"}),
            base + "names": "\n".join(self.names),
            base + "key": mockmd.Dir(label="0=key"),
            base + "live": mockmd.Live(self.resolve, subtree=True),
            base + "zone": instance.availability_zone,
        }
        for disk in self.disk:
            out[base + "disk/" + disk.labels[0]] = f"{disk.size} {json.dumps(disk.tags)}"
        return out

    def resolve(self, request):
        if request.path.endswith("/none"):
            raise mockmd.NotFound
        if request.path.endswith("/fail"):
            raise RuntimeError("upstream is away")
        assert request.active() and request.time_remaining() > 0
        return f"{request.path} {request.version} {request.client}"


if __name__ == "__main__":
    mockmd.serve(Everything())
