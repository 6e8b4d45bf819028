#!/usr/bin/env python3
"""A mockmd plugin in Python: it serves meta-data/rack."""
import mockmd


class Rack(mockmd.Plugin):
    mounts = ["meta-data/rack"]
    row = mockmd.Argument(int, "Row of the rack, from 1.")
    unit = mockmd.Argument(int, "Unit in the rack.", default=1)

    def configure(self, config):
        if self.row < 1:
            raise mockmd.ConfigError(self, "row", "Impossible row", "Rows are counted from 1.")

    def tree(self, instance):
        return {
            "meta-data/rack/row": str(self.row),
            "meta-data/rack/place": f"{instance.availability_zone}/{self.row}/{self.unit}",
            "meta-data/rack/you": mockmd.Live(lambda request: request.client),
        }


if __name__ == "__main__":
    mockmd.serve(Rack())
