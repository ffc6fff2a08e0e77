"""Adds a client to the API's secret, of the running `make up` or of a stack on AWS, and prints what to paste where.

usage: client.py NAME [STACK]      `make client NAME=accounting`, `make client NAME=accounting STACK=fapiao`

The credentials are made here and shown once. Nothing is deployed: the function notices by itself.
"""

import json
import re
import secrets
import string
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

import account
from local_aws import client
from local_stack import running

NAME = re.compile(r"[\w.-]{1,64}")
LETTERS = string.ascii_letters + string.digits
# Those of the secret that the template makes have as many.
LENGTH = 48


class Refused(Exception):
    """What is wrong with the name or the secret."""


def main(name, stack=None):
    if not NAME.fullmatch(name):
        raise Refused(f"`{name}` is no name: use letters, digits, `-`, `_` and `.`, 64 at most")
    service, arn, url = where(stack)
    entry = new(name)
    stored = service.get_secret_value(SecretId=arn)["SecretString"]
    service.put_secret_value(SecretId=arn, SecretString=with_client(stored, entry))
    return guide(entry, url)


def where(stack):
    """The service that keeps the secret, the secret, and the API's address."""
    if stack:
        region, _ = account.region(account.session())
        found = boto3.client("cloudformation", region_name=region).describe_stacks(StackName=stack)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
        service = boto3.client("secretsmanager", region_name=region)
    else:
        outputs = running()
        if not outputs:
            raise Refused("no `make up` runs here. A client of a stack on AWS: make client NAME=.. STACK=its-name")
        service = client("secretsmanager", outputs["Endpoint"])
    if "ApiKeyArn" not in outputs:
        raise Refused(f"the stack {stack} has no output ApiKeyArn: it is no stack of this template, or not ready")
    return service, outputs["ApiKeyArn"], outputs["ApiUrl"]


def new(name):
    """A client with credentials for every protocol."""
    return {"name": name,
            "api_key": made(LENGTH),
            "textin": {"app_id": made(32), "secret_code": made(LENGTH)},
            "volcengine": {"access_key": "AK" + made(30), "secret_key": made(LENGTH)}}


def made(length):
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def with_client(stored, entry):
    """The secret with one client more; a bare key becomes JSON that says the same."""
    text = stored.strip()
    try:
        content = json.loads(text) if text.startswith("{") else {"api_key": text}
    except ValueError:
        raise Refused("the API's secret is neither a bare key nor JSON; mend it first") from None
    names = [other.get("name") for other in content.setdefault("clients", [])]
    if entry["name"] in [content.get("name", "default"), *names]:
        raise Refused(f"there is a client `{entry['name']}` already; take it out of the secret first, or choose another name")
    content["clients"].append(entry)
    return json.dumps(content, ensure_ascii=False)


def guide(entry, url):
    scheme, _, host = url.partition("://")
    textin, volcengine = entry["textin"], entry["volcengine"]
    return f"""
The client `{entry['name']}` is known. These credentials are shown once; keep them where secrets are kept.

Our own interface:
  curl --data-binary @invoice.jpg -H "Authorization: Bearer {entry['api_key']}" {url}/v1/invoices

TextIn (every VAT invoice but rolls), with curl:
  curl --data-binary @invoice.jpg -H "Content-Type: application/octet-stream" \\
    -H "x-ti-app-id: {textin['app_id']}" -H "x-ti-secret-code: {textin['secret_code']}" \\
    {url}/robot/v1.0/api/vat_invoice

TextIn, in Python:
  requests.post("{url}/robot/v1.0/api/vat_invoice", data=open("invoice.jpg", "rb").read(), headers={{
      "x-ti-app-id": "{textin['app_id']}", "x-ti-secret-code": "{textin['secret_code']}"}}).json()

Volcengine (rolls), with the vendor's client for Python (pip install volcengine):
  service = VisualService()
  service.set_scheme("{scheme}")
  service.set_host("{host}")
  service.set_ak("{volcengine['access_key']}")
  service.set_sk("{volcengine['secret_key']}")
  service.set_api_info("OcrRollInvoice", "2021-08-23")
  service.ocr_api("OcrRollInvoice", {{"image_base64": base64.b64encode(open("roll.jpg", "rb").read()).decode()}})

Volcengine, with the vendor's client for Node (npm install @volcengine/openapi):
  const service = new Service({{
    serviceName: "cv", defaultVersion: "2021-08-23", region: "cn-north-1", protocol: "{scheme}:", host: "{host}",
    accessKeyId: "{volcengine['access_key']}", secretKey: "{volcengine['secret_key']}",
  }});
  const ocrRollInvoice = service.createAPI("OcrRollInvoice", {{ method: "POST", contentType: "urlencode" }});
  await ocrRollInvoice({{ image_base64: fs.readFileSync("roll.jpg").toString("base64") }}, {{ timeout: 30000 }});

What else an entry of the secret may say (addresses, provider, two values while one is rotated): README.md, "Clients".
"""


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    try:
        print(main(*sys.argv[1:]))
    except Refused as error:
        sys.exit(str(error))
    except (account.AccountError, BotoCoreError, ClientError) as error:
        sys.exit(f"the client cannot be added: {error}")
