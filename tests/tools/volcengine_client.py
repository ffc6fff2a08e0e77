"""Sends one picture to a Volcengine endpoint with the vendor's own client and prints the answer.

usage: volcengine_client.py HOST:PORT ACCESS_KEY SECRET_KEY PICTURE
"""

import base64
import json
import os
import sys
from pathlib import Path

# The client reads settings from here, and nothing of the user's own may get into a test.
os.environ["HOME"] = os.devnull
for name in ("VOLC_ACCESSKEY", "VOLC_SECRETKEY"):
    os.environ.pop(name, None)
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

from volcengine.visual.VisualService import VisualService  # noqa: E402

ACTION, VERSION = "OcrRollInvoice", "2021-08-23"


def main(host, access_key, secret_key, picture):
    service = VisualService()
    service.set_scheme("http")
    service.set_host(host)
    service.set_ak(access_key)
    service.set_sk(secret_key)
    service.set_api_info(ACTION, VERSION)
    form = {"image_base64": base64.b64encode(Path(picture).read_bytes()).decode()}
    print(json.dumps(service.ocr_api(ACTION, form)))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
