"""The stack that a tool works on: that of the running `make up`, or one on AWS by its name. Knows nothing of what it is for."""

import boto3
from botocore.config import Config

import account
from local_aws import client as local_client
from local_stack import running

# As many connections as `objects.py` asks at once, and patience with a store that is busy.
CONFIG = Config(max_pool_connections=16, retries={"mode": "standard", "total_max_attempts": 6})


class NoStack(Exception):
    """There is none, or none of this template; the text says what to do."""


class Stack:
    """Its outputs by their names, and clients of the AWS it stands on."""

    def __init__(self, name, outputs, client):
        self.name, self.outputs, self.client = name, outputs, client

    def __getitem__(self, output):
        try:
            return self.outputs[output]
        except KeyError:
            raise NoStack(f"{self.name} has no output {output}: it is no stack of this template, or an older one: deploy it "
                          "again") from None


def find(name=None):
    """The stack of that name on AWS; without a name the one that runs here."""
    return deployed(name) if name else local()


def local():
    outputs = running()
    if not outputs:
        raise NoStack("no `make up` runs here. For a stack on AWS: STACK=its-name")
    return Stack("the running `make up`", outputs, lambda service: local_client(service, outputs["Endpoint"]))


def deployed(name):
    region, _ = account.region(account.session())
    found = boto3.client("cloudformation", region_name=region).describe_stacks(StackName=name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    return Stack(f"the stack {name}", outputs, lambda service: boto3.client(service, region_name=region, config=CONFIG))
