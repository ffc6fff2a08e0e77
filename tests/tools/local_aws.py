"""A local AWS on loopback with the real template deployed to it; the demo and the end-to-end tests both use it.

As a program (`local_aws.py serve [Parameter=value ..]`) it prints one line of JSON (the stack's outputs, endpoint, region, api_url) once
everything stands, and takes everything down when its standard input closes: a test that dies leaves nothing behind.
The parameters are the template's; `ProviderSecret={..}` is put into a secret first, whose ARN becomes ProviderSecretArn.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from artifacts import local_template
from forwarder import Forwarder

TETHERED = Path(__file__).resolve().with_name("tethered.py")
REGION = "us-east-1"
STACK = "fapiao-local"
PACKAGES_BUCKET = "fapiao-packages"
# Two documents at a time: each keeps its own copy of the models in memory, and local machines are small.
PARAMETERS = {"Concurrency": "2"}
EMULATOR = Path(__file__).with_name("emulator.py")
LOG_TAIL_LINES = 25


class LocalAwsError(Exception):
    """What could not be done, with the tail of the log that says why."""


class LocalAws:
    """`port` is the emulator's, `api_port` the API's; any free one where none is given."""

    def __init__(self, parameters=None, port=None, api_port=0):
        self.api = Forwarder(api_port)
        # The page is served under our address for the API, not under the emulator's name for it.
        self.parameters = PARAMETERS | {"PageOrigin": self.api.url} | (parameters or {})
        self.port = port or free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="fapiao-aws-"))
        self.log = self.folder / "aws.log"
        self.process = None

    def environment(self):
        """Of everything that talks to this AWS: nothing may reach a real one, whatever the user has configured.
        The functions inherit it, and have the template's settings alone."""
        ours = ("AWS_", "FAPIAO_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def start(self):
        """Starts the emulator and waits until it answers."""
        settings = {
            "GATEWAY_PORT": str(self.port),
            # By default it listens to the whole network and opens doors that nobody here uses.
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }
        with self.log.open("wb") as log:
            self.process = self.tethered(self.folder, [sys.executable, str(EMULATOR)], settings, log)
        self.wait_until_healthy(seconds=60)

    def tethered(self, folder, command, settings, log):
        """Runs a command in a folder of its own. It ends when its standard input is closed, or we end, however."""
        return subprocess.Popen([sys.executable, str(TETHERED), str(folder), *command], stdin=subprocess.PIPE, stdout=log,
                                stderr=subprocess.STDOUT, env=self.environment() | {"TMPDIR": str(folder)} | settings,
                                # Ctrl-C reaches only us: whoever holds the tether decides when it ends.
                                start_new_session=True)

    def wait_until_healthy(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise LocalAwsError("the local AWS stopped at once:\n" + tail(self.log))
            try:
                with direct().open(self.endpoint + "/_ministack/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise LocalAwsError(f"the local AWS did not answer within {seconds} s:\n" + tail(self.log))

    def deploy(self):
        """Deploys template.yaml with what `make build` made, and returns the stack's outputs."""
        self.client("s3").create_bucket(Bucket=PACKAGES_BUCKET)
        self.keep_provider_secret()
        template = self.folder / "template.yaml"
        template.write_text(local_template())
        log = self.folder / "deploy.log"
        command = [sys.executable, "-m", "samcli", "deploy", "--template-file", str(template),
                   "--stack-name", STACK, "--s3-bucket", PACKAGES_BUCKET, "--region", REGION,
                   "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar",
                   "--parameter-overrides", *(f"{name}={value}" for name, value in self.parameters.items())]
        scratch = self.folder / "deploy"
        scratch.mkdir()
        with log.open("wb") as out, self.tethered(scratch, command, {"SAM_CLI_TELEMETRY": "0"}, out) as process:
            process.wait()
        if process.returncode != 0:
            raise LocalAwsError("the deployment failed:\n" + tail(log) + "\n" + tail(self.log))
        outputs = self.outputs()
        self.restore_concurrency(outputs["IngestFunction"])
        return outputs

    def keep_provider_secret(self):
        secret = self.parameters.pop("ProviderSecret", None)
        if secret is not None:
            created = self.client("secretsmanager").create_secret(Name="fapiao-vendors", SecretString=secret)
            self.parameters["ProviderSecretArn"] = created["ARN"]

    def restore_concurrency(self, function):
        """The emulator takes a parameter's number for text and then cannot poll; told again, it can."""
        client = self.client("lambda")
        for mapping in client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]:
            client.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(self.parameters["Concurrency"])})

    def outputs(self):
        stack = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        # The emulator has no host names of its own for APIs; a path stands in for them.
        self.api.forward_to(self.port, f"/_aws/execute-api/{outputs['ApiId']}/$default")
        return outputs | {"Endpoint": self.endpoint, "Region": REGION, "ApiUrl": self.api.url, "Log": str(self.log),
                          "ProviderSecretArn": self.parameters.get("ProviderSecretArn", "")}

    def client(self, service):
        return client(service, self.endpoint)

    def recent_logs(self):
        """The last lines that the functions and the emulator wrote."""
        client = self.client("logs")
        text = ""
        for group in client.describe_log_groups()["logGroups"]:
            events = client.filter_log_events(logGroupName=group["logGroupName"])["events"]
            lines = [line for event in events for line in event["message"].splitlines()]
            text += f"{group['logGroupName']}:\n" + indented(lines) + "\n"
        return text + "local AWS:\n" + tail(self.log)

    def stop(self):
        """Stops the emulator and every function it started, and removes what they wrote."""
        self.api.stop()
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def client(service, endpoint):
    """A client of the local AWS at this address, whatever the user has configured."""
    import boto3
    from botocore.config import Config

    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test",
                        aws_secret_access_key="test", config=Config(s3={"addressing_style": "path"}, proxies={}))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def direct():
    """Opens URLs without the proxy that the user may have set."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def tail(path):
    return indented(path.read_text(errors="replace").splitlines()) if path.exists() else "(no log)"


def indented(lines):
    return "\n".join("  | " + line for line in lines[-LOG_TAIL_LINES:])


def serve(parameters):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    aws = LocalAws(parameters)
    try:
        aws.start()
        print(json.dumps(aws.deploy()), flush=True)
        sys.stdin.read()
    except LocalAwsError as error:
        sys.exit(f"local AWS: {error}")
    except KeyboardInterrupt:
        pass
    finally:
        aws.stop()


if __name__ == "__main__":
    if sys.argv[1:2] != ["serve"] or not all("=" in argument for argument in sys.argv[2:]):
        sys.exit(__doc__)
    serve(dict(argument.split("=", 1) for argument in sys.argv[2:]))
