"""Reads the real address with boto3, as it is installed, and prints what it
got as JSON."""

import json
import sys

import boto3
from botocore.utils import InstanceMetadataRegionFetcher

session = boto3.Session()
credentials = session.get_credentials()
frozen = credentials.get_frozen_credentials()
sts = session.client("sts", region_name="us-east-1", endpoint_url=sys.argv[1])
json.dump(
    {
        "method": credentials.method,
        "complete": bool(frozen.access_key and frozen.secret_key and frozen.token),
        "region": InstanceMetadataRegionFetcher().retrieve_region(),
        "arn": sts.get_caller_identity()["Arn"],
    },
    sys.stdout,
)
