"""Deploys the proven package, and says beforehand what would stop it. STACK, ARCH and PARAMETERS come by the environment.

usage: deploy.py check     all that can be known without sending anything, and what would be sent
       deploy.py ready     the same without the package: whether it is worth building
       deploy.py send      sam deploy, with the package that is there
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import account
import parameters
from artifacts import FUNCTIONS, PACKAGE, ROOT, proof

TEMPLATE = ROOT / "template.yaml"
VENV = ROOT / ".venv" / "bin"
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}
BUCKET_NAME_CHARACTERS = 63
MB = 1024 * 1024


class Stop(Exception):
    """Reasons not to go on, a sentence each."""


class Deployment:
    """What is asked for, and what was found out about it."""

    def __init__(self, environment):
        self.stack = environment.get("STACK") or "fapiao"
        self.arch = environment.get("ARCH") or "x86_64"
        self.given, self.problems = parameters.parsed(environment.get("PARAMETERS") or "")
        self.aws = self.region = self.partition = self.caller = None

    def check(self, must_reach_aws):
        """Everything cheap first, and all of it, so that nobody is told of one thing at a time."""
        self.check_tools()
        self.check_account()
        self.check_stack_name()
        self.check_parameters()
        self.stop_at_problems()
        self.check_caller(must_reach_aws)
        self.check_template()
        self.stop_at_problems()

    def stop_at_problems(self):
        if self.problems:
            raise Stop(*self.problems)

    def attempt(self, action, *arguments):
        try:
            return action(*arguments)
        except account.AccountError as error:
            self.problems.append(str(error))
            return None

    # ---- the checks

    def check_tools(self):
        before = len(self.problems)
        if self.arch not in TARGETS:
            self.problems.append(f"ARCH is `{self.arch}`; it may be {' or '.join(TARGETS)}")
        for tool in ("cargo", "rustc"):
            if shutil.which(tool) is None:
                self.problems.append(f"`{tool}` is not there: install Rust (README.md says which)")
        for tool in ("sam", "cfn-lint"):
            if not (VENV / tool).exists():
                self.problems.append(f".venv/bin/{tool} is not there: run `make tools`")
        if len(self.problems) == before and not has_target(TARGETS[self.arch]):
            self.problems.append(f"this Rust cannot build for {self.arch}: `rustup target add {TARGETS[self.arch]}`")
        if len(self.problems) == before:
            fetched = (VENV / "cargo-lambda").exists()
            ok(f"tools: cargo, sam, cfn-lint; cargo-lambda {'is in .venv/' if fetched else 'will be fetched into .venv/'}")

    def check_account(self):
        self.aws = self.attempt(account.session)
        if self.aws is None:
            return
        found = self.attempt(account.region, self.aws)
        if found:
            self.region, self.partition = found
            ok(f"region: {self.region}, partition {self.partition}")
        method = self.attempt(account.credentials, self.aws)
        if method:
            ok(f"credentials: there, from {method}")

    def check_stack_name(self):
        """It becomes part of two bucket names, and S3 is strict."""
        longest = len(f"-output-{'0' * 12}-{self.region or 'ap-southeast-1'}")
        room = BUCKET_NAME_CHARACTERS - longest
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.stack):
            self.problems.append(f"STACK is `{self.stack}`: small letters, digits and dashes, a letter first, because the "
                                 "buckets are named after it")
        elif len(self.stack) > room:
            self.problems.append(f"STACK is `{self.stack}`: {room} characters at most, so that its buckets' names fit")
        else:
            ok(f"stack: {self.stack}")

    def check_parameters(self):
        known = parameters.declared(TEMPLATE.read_text())
        wrong = parameters.problems(self.given, known)
        if "Architecture" in self.given:
            wrong.append("Architecture stands in PARAMETERS: say ARCH=.. instead, so that the package fits")
        wrong += [problem for name, value in self.given.items() if (problem := self.elsewhere(name, value))]
        self.problems += wrong
        if not wrong:
            ok(f"parameters: {len(self.given)} given")

    def elsewhere(self, name, value):
        """Secrets and topics serve only functions and alarms of their own region."""
        found = re.match(r"arn:([^:]*):[^:]*:([^:]*):", value)
        if not found or self.region is None or found.groups() == (self.partition, self.region):
            return None
        return f"{name} is in {found[2] or found[1]}, the stack would be in {self.region}"

    def check_caller(self, must_reach_aws):
        print("asking AWS who that is ...", flush=True)
        try:
            self.caller = self.attempt(account.caller, self.aws, self.region)
        except account.Unreachable as error:
            if must_reach_aws:
                self.problems.append(f"AWS cannot be reached: {error}")
            else:
                print(f"not known: whether AWS takes the credentials; it cannot be reached ({error})")
        if self.caller:
            ok(f"caller: {self.caller['Arn']}")

    def check_template(self):
        lint = [VENV / "cfn-lint", "--regions", self.region, "--", TEMPLATE]
        validate = [VENV / "sam", "validate", "--lint", "--region", self.region, "--template-file", TEMPLATE]
        for command in (lint, validate):
            done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
            if done.returncode != 0:
                self.problems.append(f"template.yaml does not fit {self.region}:\n{done.stdout}{done.stderr}")
                return
        ok(f"template.yaml: right for {self.region}")

    # ---- the package, and the way out

    def show(self):
        proven = proof()
        if proven and proven["architecture"] == self.arch:
            sizes = (sum(file.stat().st_size for file in (PACKAGE / name).rglob("*") if file.is_file()) for name in FUNCTIONS)
            ok("package: proven, " + ", ".join(f"{name} {size / MB:.0f} MB" for name, size in zip(FUNCTIONS, sizes)))
        else:
            print(f"to do: `make deploy` builds the package for {self.arch} and proves it before it is sent")
        print(f"would be sent: stack {self.stack} to {self.region}, account {(self.caller or {}).get('Account', 'not known')}, by\n"
              f"  sam {' '.join(map(str, self.arguments('the parameters below')))}")
        for name, value in self.parameters().items():
            print(f"  {name} = {value}")
        print("  every other parameter as it is in the stack, or else the template's default")

    def parameters(self):
        return {"Architecture": self.arch} | self.given

    def arguments(self, overrides):
        return ["deploy", "--template-file", "template.yaml", "--stack-name", self.stack, "--region", self.region,
                "--capabilities", "CAPABILITY_IAM", "--resolve-s3", "--no-confirm-changeset",
                "--no-fail-on-empty-changeset", "--parameter-overrides", overrides]

    def send(self):
        proven = proof()
        if not proven or proven["architecture"] != self.arch:
            raise Stop(f"artifacts/lambda/ holds no proven package for {self.arch}: run `make deploy`, which makes one")
        # Again, because building takes so long that credentials may have expired.
        self.check_account()
        self.stop_at_problems()
        self.check_caller(must_reach_aws=True)
        self.stop_at_problems()
        with tempfile.TemporaryDirectory(prefix="fapiao-deploy-") as folder:
            # In a file, because SAM takes words apart at blanks.
            overrides = Path(folder) / "parameters.yaml"
            overrides.write_text(yaml.safe_dump(self.parameters(), allow_unicode=True))
            quiet = [] if sys.stdout.isatty() else ["--no-progressbar"]
            command = [VENV / "sam", *self.arguments(overrides.as_uri()), *quiet]
            done = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
        return done.returncode


def environment():
    """Of the tools that we start: they tell nobody about it."""
    return os.environ | {"SAM_CLI_TELEMETRY": "0"}


def has_target(target):
    """Whether the standard library for it is there, or rustup, by which cargo-lambda fetches it."""
    asked = subprocess.run(["rustc", "--print", "target-libdir", "--target", target], capture_output=True, text=True,
                           check=False)
    return Path(asked.stdout.strip() or "/nowhere").is_dir() or shutil.which("rustup") is not None


def ok(text):
    print(f"ok: {text}", flush=True)


def main(what):
    deployment = Deployment(os.environ)
    if what == "send":
        return deployment.send()
    deployment.check(must_reach_aws=what == "ready")
    if what == "check":
        deployment.show()
        print("nothing was sent")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["check"], ["ready"], ["send"]):
        sys.exit(__doc__)
    try:
        sys.exit(main(sys.argv[1]))
    except (Stop, account.AccountError) as error:
        sys.exit("\n".join(f"stop: {problem}" for problem in error.args))
