"""python3 -m unittest runs these; `mockmd plugin test` tests the process."""
import unittest

import main
import mockmd


class RackTest(unittest.TestCase):
    def test_tree(self):
        plugin = main.Rack()
        plugin.row, plugin.unit = 7, 2
        tree = plugin.tree(mockmd.Instance(availability_zone="us-east-1a"))
        self.assertEqual(tree["meta-data/rack/row"], "7")
        self.assertEqual(tree["meta-data/rack/place"], "us-east-1a/7/2")
        request = mockmd.Request(instance=None, path="meta-data/rack/you", version="latest", client="10.0.0.7")
        self.assertEqual(tree["meta-data/rack/you"].resolve(request), "10.0.0.7")

    def test_impossible_row(self):
        plugin = main.Rack()
        plugin.row = 0
        with self.assertRaisesRegex(mockmd.ConfigError, "Impossible row"):
            plugin.configure(None)


if __name__ == "__main__":
    unittest.main()
