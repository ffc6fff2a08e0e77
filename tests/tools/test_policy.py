"""docs/deploy-policy.json allows what CloudFormation does for template.yaml, and little else.

What CloudFormation needs is what the resources' own schemas say (cfn-lint brings them), for making, reading, changing and
removing each; without the rights for features that the template does not use.
"""

import fnmatch
import json
import unittest
from pathlib import Path

import cfnlint
from cfnlint.decode import decode
from cfnlint.template.transforms._sam import Transform

from artifacts import ROOT

TEMPLATE = ROOT / "template.yaml"
POLICY = ROOT / "docs" / "deploy-policy.json"
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
REGIONS = ("us-east-1", "cn-north-1", "cn-northwest-1")
# Rights for what the template has not: no customer's key, no VPC, no layer, no table, no website and so on.
UNUSED = (
    "kms:*", "ec2:*", "elasticfilesystem:*", "s3files:*", "s3tables:*", "firehose:*", "s3:rest.put.object",
    "s3:*metadata*", "s3:*bucketabac", "s3:put*acl", "s3:deleteobject", "s3:*accelerate*", "s3:*analytics*",
    "s3:*logging", "s3:*objectlock*", "s3:*replication*", "s3:*website", "s3:*intelligenttiering*", "s3:*inventory*",
    "s3:*metricsconfiguration", "s3:deletebucketencryption", "s3:deletebucketcors", "s3:deletebucketlifecycle",
    "lambda:*codesigningconfig", "lambda:getlayerversion", "lambda:*capacityprovider", "lambda:*concurrency",
    "lambda:put*config", "lambda:publishversion", "logs:*logdelivery", "logs:*bearertoken*", "logs:putdataprotection*",
    "logs:deletedataprotection*", "logs:putindexpolicy", "logs:deleteindexpolicy", "logs:*kmskey",
    "logs:putresourcepolicy", "logs:deleteresourcepolicy", "logs:*deletionprotection", "iam:attachrolepolicy",
    "iam:detachrolepolicy", "iam:*permissionsboundary", "secretsmanager:*replicat*",
)
# What `sam deploy` itself does, beside handing a template over.
SAM = {
    "cloudformation:createchangeset", "cloudformation:describechangeset", "cloudformation:executechangeset",
    "cloudformation:describestacks", "cloudformation:describestackevents", "cloudformation:gettemplatesummary",
    "cloudformation:deletestack", "s3:putobject", "s3:abortmultipartupload", "s3:getobject", "s3:getobjectversion",
}


def needed(region):
    """Lower case, because some schemas write `S3:` and `getObject`."""
    template, _ = decode(str(TEMPLATE))
    sam = Transform(str(TEMPLATE), template, region)
    assert not sam.transform_template()
    index = json.loads((SCHEMAS / "providers" / f"{region}.json").read_text())
    actions = set()
    for kind in {resource["Type"] for resource in sam.template()["Resources"].values()}:
        handlers = json.loads((SCHEMAS / "resources" / f"{index[kind]}.json").read_text())["handlers"]
        for handler in ("create", "read", "update", "delete"):
            actions |= {action.lower() for action in handlers.get(handler, {}).get("permissions", ())}
    return actions


def matches(action, patterns):
    return any(fnmatch.fnmatchcase(action, pattern) for pattern in patterns)


def allowed():
    statements = json.loads(POLICY.read_text())["Statement"]
    lists = (statement["Action"] for statement in statements)
    return {action.lower() for actions in lists for action in ([actions] if isinstance(actions, str) else actions)}


class PolicyTest(unittest.TestCase):
    def test_everything_that_the_template_needs_is_allowed(self):
        for region in REGIONS:
            missing = {action for action in needed(region) | SAM if not matches(action, allowed())}
            self.assertEqual({action for action in missing if not matches(action, UNUSED)}, set(), region)

    def test_nothing_is_allowed_that_nobody_asks_for(self):
        asked = set().union(*map(needed, REGIONS)) | SAM
        surplus = {action for action in allowed() if not any(fnmatch.fnmatchcase(one, action) for one in asked)}
        self.assertEqual(surplus, set())

    def test_every_right_to_change_something_is_bound_to_names_of_ours(self):
        for statement in json.loads(POLICY.read_text())["Statement"]:
            self.assertEqual(statement["Effect"], "Allow")
            if statement["Resource"] == "*" and "Condition" not in statement:
                reading = ("Describe", "Get", "List")
                self.assertTrue(all(action.split(":")[1].startswith(reading) for action in statement["Action"]), statement)
