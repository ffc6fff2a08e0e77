"""Where a deployment would go and who would do it: region and credentials, as the environment and the profile have them.

Asks AWS nothing but who the caller is. No credential is ever printed.
"""

import difflib
import os
import re

import botocore.exceptions as failures
import botocore.session
from botocore.config import Config

STS_SECONDS = 5
GIVE_CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with temporary ones AWS_SESSION_TOKEN too), or AWS_PROFILE to a "
    "profile of ~/.aws/config, e.g. one that `aws configure sso` wrote"
)


class AccountError(Exception):
    """What is missing or wrong, and what to do."""


class Unreachable(Exception):
    """AWS could not be asked; nothing is known against the credentials."""


def session():
    """Knows the user's profile, and says so when there is none of that name."""
    found = botocore.session.Session()
    try:
        found.get_scoped_config()
    except failures.ProfileNotFound as error:
        raise AccountError(f"AWS_PROFILE is `{error.kwargs['profile']}`, and ~/.aws has no such profile: unset it, or "
                           "name one that `aws configure list-profiles` shows") from error
    except failures.BotoCoreError as error:
        raise AccountError(f"your AWS configuration cannot be read: {error}") from error
    return found


def region(aws):
    """(region, partition). SAM knows AWS_DEFAULT_REGION alone, other tools AWS_REGION: both count, and the profile."""
    name = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or aws.get_scoped_config().get("region")
    if not name:
        raise AccountError("no region: set AWS_REGION (e.g. AWS_REGION=cn-north-1), AWS_DEFAULT_REGION, or a region in "
                           "your profile")
    partitions = {known: partition for partition in aws.get_available_partitions()
                  for known in aws.get_available_regions("lambda", partition)}
    if name not in partitions:
        near = difflib.get_close_matches(name, partitions, n=1)
        raise AccountError(f"`{name}` is no region that the pinned tools know"
                           + (f": did you mean {near[0]}?" if near else ", e.g. eu-central-1 or cn-north-1"))
    return name, partitions[name]


def credentials(aws):
    """Where the credentials come from; they are present and of the right form."""
    try:
        found = aws.get_credentials()
        frozen = found and found.get_frozen_credentials()
    except failures.PartialCredentialsError as error:
        raise AccountError(f"half of the credentials are missing ({error.kwargs['cred_var']}). {GIVE_CREDENTIALS}") from error
    except failures.BotoCoreError as error:
        raise AccountError(f"the profile gives no credentials: {error}. {GIVE_CREDENTIALS}") from error
    if not frozen:
        raise AccountError(f"no AWS credentials. {GIVE_CREDENTIALS}")
    # As IAM's own interface describes them; a placeholder or a key with a blank in it is neither.
    if not re.fullmatch(r"[A-Z0-9]{16,128}", frozen.access_key):
        raise AccountError(f"the access key id from {found.method} is not a valid one: capital letters and digits, 16 at least")
    if not re.fullmatch(r"[A-Za-z0-9/+=]{40,}", frozen.secret_key):
        raise AccountError(f"the secret access key from {found.method} is not a valid one: 40 letters, digits, / and +")
    return found.method


def caller(aws, region_name):
    """{Account, Arn} of who the credentials belong to."""
    config = Config(connect_timeout=STS_SECONDS, read_timeout=STS_SECONDS, retries={"total_max_attempts": 1})
    try:
        return aws.create_client("sts", region_name=region_name, config=config).get_caller_identity()
    except failures.ClientError as error:
        raise AccountError(f"AWS refuses the credentials: {error.response['Error']['Message']} Are they right, not "
                           "expired, and of the region's own world (aws and aws-cn accounts are apart)?") from error
    except failures.BotoCoreError as error:
        raise Unreachable(str(error)) from error
