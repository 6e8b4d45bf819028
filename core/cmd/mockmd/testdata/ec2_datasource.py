"""Runs cloud-init's own EC2 datasource, as it is installed, and prints what it
found as JSON. Nothing of cloud-init is replaced."""

import base64
import json
import logging
import sys

from cloudinit import distros, helpers
from cloudinit.sources import DataSourceEc2

warnings = []


class Collect(logging.Handler):
    def emit(self, record):
        warnings.append(record.getMessage())


logging.getLogger().addHandler(Collect(level=logging.WARNING))

cfg = {"datasource": {"Ec2": {"strict_id": False, "timeout": 5, "max_wait": 30}}}
paths = helpers.Paths({"cloud_dir": sys.argv[1], "run_dir": sys.argv[1]})
distro = distros.fetch("debian")("debian", {}, paths)
ds = DataSourceEc2.DataSourceEc2(cfg, distro, paths)
found = ds.get_data()
json.dump(
    {
        "found": found,
        "cloud_name": ds.cloud_name,
        "token": bool(ds._api_token),
        "instance_id": ds.get_instance_id(),
        "region": ds.region,
        "availability_zone": ds.availability_zone,
        "hostname": ds.get_hostname(fqdn=True)[0],
        "public_keys": ds.get_public_ssh_keys(),
        "user_data": base64.b64encode(ds.userdata_raw or b"").decode(),
        "network": ds.network_config,
        "metadata": ds.metadata,
        "identity": ds.identity,
        "ebs1": ds.device_name_to_device("ebs1"),
        "warnings": warnings,
    },
    sys.stdout,
)
