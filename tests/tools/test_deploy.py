"""What `make deploy-check` says of a deployment that cannot work, and of one that can. Nothing here leaves this machine."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import parameters
from artifacts import ROOT

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
WHO = {"AWS_REGION": "cn-north-1", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
ACCEPTED = ("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws-cn:iam::123456789012:user/me</Arn>"
            "<UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
REFUSED = ("<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token is invalid.</Message>"
           "</Error></ErrorResponse>")


def deploy(what, variables, sts=None):
    """Exit code and what stands on the screen, with no other variables than these."""
    kept = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1", "AWS_ENDPOINT_URL_STS": sts or "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, ROOT / "tests/tools/deploy.py", what], env=kept | variables,
                          capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


@contextlib.contextmanager
def sts(status, answer):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class StopTest(unittest.TestCase):
    def stops(self, variables, *words, **how):
        code, text = deploy("check", variables, **how)
        self.assertEqual(code, 1, text)
        for word in words:
            self.assertIn(word, text)
        self.assertNotIn(SECRET, text)
        self.assertNotIn("Traceback", text)
        self.assertNotIn("would be sent", text)

    def test_nothing_set_tells_of_region_and_credentials_at_once(self):
        self.stops({}, "stop: no region: set AWS_REGION", "stop: no AWS credentials. Set AWS_ACCESS_KEY_ID")

    def test_a_mistyped_region_is_told_with_the_likely_one(self):
        self.stops(WHO | {"AWS_REGION": "cn-nroth-1"}, "stop: `cn-nroth-1` is no region", "did you mean cn-north-1?")

    def test_half_of_the_credentials_are_told(self):
        self.stops({"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"},
                   "half of the credentials are missing (AWS_SECRET_ACCESS_KEY)")

    def test_placeholders_are_no_credentials(self):
        self.stops(WHO | {"AWS_ACCESS_KEY_ID": "<my key>"}, "the access key id from env is not a valid one")
        self.stops(WHO | {"AWS_SECRET_ACCESS_KEY": SECRET[:20]}, "the secret access key from env is not a valid one")

    def test_an_unknown_profile_is_told(self):
        self.stops({"AWS_REGION": "eu-west-1", "AWS_PROFILE": "wrok"}, "AWS_PROFILE is `wrok`")

    def test_what_cannot_be_deployed_is_told_before_aws_is_asked(self):
        wrong = {"STACK": "Fapiao", "PARAMETERS": "Concurrency=1 AlarmTopicArn=arn:aws:sns:us-east-1:123456789012:t", "ARCH": "riscv"}
        self.stops(WHO | wrong, "STACK is `Fapiao`", "Concurrency is 1; it may be 2 to 1000", "ARCH is `riscv`",
                   "AlarmTopicArn is in us-east-1, the stack would be in cn-north-1")
        self.stops(WHO | {"STACK": "a" * 33}, "32 characters at most")

    def test_credentials_that_aws_refuses_are_told(self):
        with sts(403, REFUSED) as url:
            self.stops(WHO, "stop: AWS refuses the credentials: The security token is invalid.", sts=url)

    def test_a_deployment_stops_when_aws_cannot_be_reached(self):
        code, text = deploy("ready", WHO)
        self.assertEqual(code, 1, text)
        self.assertIn("stop: AWS cannot be reached", text)

    def test_nothing_is_sent_without_a_proven_package(self):
        code, text = deploy("send", WHO | {"ARCH": "none"})
        self.assertEqual(code, 1, text)
        self.assertIn("holds no proven package for none", text)


class GoTest(unittest.TestCase):
    def test_what_would_be_sent_is_shown(self):
        with sts(200, ACCEPTED) as url:
            code, text = deploy("check", WHO | {"PARAMETERS": 'Concurrency=10 Buyers="某 公司"', "STACK": "books"}, sts=url)
        self.assertEqual(code, 0, text)
        for word in ("partition aws-cn", "caller: arn:aws-cn:iam::123456789012:user/me", "template.yaml: right for cn-north-1",
                     "stack books to cn-north-1, account 123456789012", "Concurrency = 10", "Buyers = 某 公司",
                     "nothing was sent"):
            self.assertIn(word, text)
        self.assertNotIn(SECRET, text)

    def test_the_region_may_stand_in_a_profile_or_in_either_variable(self):
        with tempfile.TemporaryDirectory() as folder, sts(403, REFUSED) as url:
            config = Path(folder) / "config"
            config.write_text(f"[profile work]\nregion = eu-west-1\naws_access_key_id = {WHO['AWS_ACCESS_KEY_ID']}\n"
                              f"aws_secret_access_key = {SECRET}\n")
            profile = {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "work"}
            cases = (({}, "eu-west-1"), ({"AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
                     ({"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "cn-northwest-1"}, "cn-northwest-1"))
            for variables, region in cases:
                _, text = deploy("check", profile | variables, sts=url)
                self.assertIn(f"ok: region: {region}", text)


class ParametersTest(unittest.TestCase):
    def setUp(self):
        self.known = parameters.declared((ROOT / "template.yaml").read_text())

    def problem(self, text):
        given, problems = parameters.parsed(text)
        return "; ".join(problems + parameters.problems(given, self.known))

    def test_right_values_pass(self):
        for text in ("", "Memory=1769", "Providers=textin,embedded AlarmTopicArn=", "LogRetentionDays=7",
                     "Buyers='甲 公司:91110000600037341L'"):
            self.assertEqual(self.problem(text), "", text)

    def test_wrong_values_are_told(self):
        cases = (("Memry=2", "did you mean Memory?"), ("Memory=512", "1024 to 10240"), ("Memory=2GB", "no whole number"),
                 ("LogRetentionDays=8", "it may be 1, 3, 5"), ("Providers=texin", "does not look right"),
                 ("ProviderSecretArn=fapiao-vendors", "does not look right"),
                 ("Memory", "not Name=value"), ("Memory=2000 Memory=3000", "gives Memory twice"),
                 ("Buyers='x", "quote a value with spaces"))
        for text, word in cases:
            self.assertIn(word, self.problem(text), text)
