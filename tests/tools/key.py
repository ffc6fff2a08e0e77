"""Prints the API's key: of the running `make up`, or of a stack on AWS. Nothing else goes to standard output.

usage: key.py [STACK]      `make key`, `make key STACK=fapiao`
"""

import json
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

import account
from local_aws import client
from local_stack import running


def main(arguments):
    if arguments:
        return deployed_key(arguments[0])
    stack = running()
    if not stack:
        sys.exit("no `make up` runs here. The key of a stack on AWS: make key STACK=its-name")
    return key(client("secretsmanager", stack["Endpoint"]), stack["ApiKeyArn"])


def deployed_key(name):
    region, _ = account.region(account.session())
    stack = boto3.client("cloudformation", region_name=region).describe_stacks(StackName=name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}
    if "ApiKeyArn" not in outputs:
        sys.exit(f"the stack {name} has no output ApiKeyArn: it is no stack of this template, or not ready")
    return key(boto3.client("secretsmanager", region_name=region), outputs["ApiKeyArn"])


def key(secrets, arn):
    """The secret's value, bare or in JSON, as the function takes it."""
    text = secrets.get_secret_value(SecretId=arn)["SecretString"].strip()
    try:
        value = json.loads(text)["api_key"]
        # Two while it is rotated, the new one first.
        return value if isinstance(value, str) else value[0]
    except (ValueError, KeyError, TypeError, IndexError):
        return text


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except (account.AccountError, BotoCoreError, ClientError) as error:
        sys.exit(f"the key cannot be read: {error}")
