"""Asks the deployed API everything that its contract (GET /openapi.json) allows and forbids, with Schemathesis, and fails at an
answer of 5xx and at one that the contract does not know.

usage: contract.py [--requests N] [--api URL] SCHEMATHESIS

SCHEMATHESIS is the program; `make contract` installs it into an environment of its own. The number is reached by asking each
route as often as it takes. With a URL no AWS is started: what answers there must know the client `contract` (SECRET below).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from local_aws import LocalAws, LocalAwsError, direct
from local_stack import end_on_signals

HERE = Path(__file__).resolve().parent
# A client of every protocol.
SECRET = {"clients": [{
    "name": "contract", "api_key": "contract",
    "textin": {"app_id": "contract", "secret_code": "contract"},
    "volcengine": {"access_key": "contract", "secret_key": "contract"},
}]}
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance")
# Every phase asks so many of each route in the mean.
ROUTES = 10


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000, help="at least so many")
    parser.add_argument("--api", metavar="URL", help="of an API that is deployed already")
    parser.add_argument("program", metavar="SCHEMATHESIS")
    options = parser.parse_args(arguments)
    if options.api:
        return asked(options.program, options.api, options.requests)
    end_on_signals()
    aws = LocalAws()
    try:
        aws.start()
        stack = aws.deploy()
        aws.client("secretsmanager").put_secret_value(SecretId=stack["ApiKeyArn"], SecretString=json.dumps(SECRET))
        return asked(options.program, stack["ApiUrl"], options.requests)
    except LocalAwsError as error:
        sys.exit(f"contract: {error}")
    finally:
        aws.stop()


def asked(program, api, wanted):
    program = os.path.abspath(program)
    with direct().open(urllib.request.Request(api + "/health"), timeout=30) as health:
        print(f"{api}: {health.read().decode()}", flush=True)
    # It leaves notes where it runs.
    with tempfile.TemporaryDirectory() as folder:
        return rounds(program, api, wanted, folder)


def rounds(program, api, wanted, folder):
    """With another seed each, until there were enough requests."""
    total, seed = 0, 1
    while total < wanted:
        each = max(1, min(200, (wanted - total) // ROUTES))
        # The edges of every schema are two thousand requests by themselves.
        phases = "examples,coverage,fuzzing" if wanted >= 1000 else "examples,fuzzing"
        done = subprocess.run(command(program, api, each, seed, phases), env=environment(), cwd=folder, stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        found = re.search(r"(\d+) generated", done.stdout)
        if done.returncode != 0 or not found:
            return 1
        total, seed = total + int(found.group(1)), seed + 1
    print(f"{total} requests: no 5xx, no answer outside the contract.")
    return 0


def command(program, api, each, seed, phases):
    return [program, "run", f"{api}/openapi.json", "--url", api, "--checks", ",".join(CHECKS),
            "--max-examples", str(each), "--seed", str(seed), "--generation-database", "none", "--no-color", "--no-shrink",
            "--phases", phases, "--suppress-health-check", "all",
            "--header", "Authorization: Bearer contract",
            "--header", "x-ti-app-id: contract", "--header", "x-ti-secret-code: contract"]


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAPIAO_")}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", "PYTHONPATH": str(HERE),
                   "SCHEMATHESIS_HOOKS": "contract_hooks"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
