"""What Schemathesis does beside making requests up: real files among the bodies, and Volcengine's signature on that vendor's.

Loaded by way of SCHEMATHESIS_HOOKS (contract.py sets it).
"""

import base64
import datetime
import hashlib
import hmac
import random
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import requests
import schemathesis

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
# Read in no time, refused, and no file at all.
FILES = [(FIXTURES / name).read_bytes() for name in ("text-digital.pdf", "red-letter.xml", "text-two-invoices.pdf", "README.md")]
FILES.append(b"")
KEY = SECRET = "contract"
DICE = random.Random(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    """A third of all files are real ones."""
    takes_file = case.path in ("/v1/invoices", "/robot/v1.0/api/vat_invoice") and case.method == "POST"
    if takes_file and case.media_type == "application/octet-stream" and DICE.random() < 0.33:
        case.body = DICE.choice(FILES)
    if takes_file and case.media_type == "application/json" and DICE.random() < 0.33:
        case.body = {"image_base64": base64.b64encode(DICE.choice(FILES)).decode()}
    if case.path == "/" and case.method == "POST":
        if DICE.random() < 0.33:
            case.body = {"image_base64": base64.b64encode(DICE.choice(FILES)).decode()}
        kwargs["auth"] = Signature()


class Signature(requests.auth.AuthBase):
    """As Volcengine's SDKs sign: HMAC-SHA256, service cv, region cn-north-1."""

    def __call__(self, request):
        body = request.body or b""
        body = body if isinstance(body, bytes) else body.encode()
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{date[:8]}/cn-north-1/cv/request"
        url = urlsplit(request.url)
        hashed = hashlib.sha256(body).hexdigest()
        signed = {"content-type": request.headers.get("Content-Type", ""), "host": url.netloc, "x-content-sha256": hashed, "x-date": date}
        query = sorted(parse_qsl(url.query, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query)
        headers = "".join(f"{name}:{value}\n" for name, value in signed.items())
        canonical = "\n".join([request.method, url.path, query, headers, ";".join(signed), hashed])
        text = "\n".join(["HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = SECRET.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        request.headers.update({
            "X-Content-Sha256": hashed, "X-Date": date,
            "Authorization": f"HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={';'.join(signed)}, Signature={signature}",
        })
        return request
