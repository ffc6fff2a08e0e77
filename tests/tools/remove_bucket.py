"""Deletes a bucket that a removed stack left behind, with every version of every file in it, after asking.

usage: remove_bucket.py NAME       the region is AWS_REGION, AWS_DEFAULT_REGION or the profile's, as for `make deploy`
"""

import sys

import boto3
import botocore.exceptions as failures

import account


def main(name):
    aws = account.session()
    region, _ = account.region(aws)
    account.credentials(aws)
    bucket = boto3.resource("s3", region_name=region).Bucket(name)
    versions = sum(1 for _ in bucket.object_versions.all())
    print(f"{name} in {region}: {versions} versions of files, which nobody can bring back.")
    if input("Its name again, to delete it: ").strip() != name:
        sys.exit("nothing was deleted")
    bucket.object_versions.delete()
    bucket.delete()
    print("deleted")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except (account.AccountError, failures.BotoCoreError, failures.ClientError) as error:
        sys.exit(f"stop: {error}")
    except (EOFError, KeyboardInterrupt):
        sys.exit("\nnothing was deleted")
