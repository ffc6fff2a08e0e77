"""Runs the commands that README.md and docs/DEPLOY.md show, and looks whether each does what the text says.

usage: guide_commands.py listed     every command there is in tests/commands.toml, and nothing else is
       guide_commands.py quick      that, and runs those that `make test` can afford
       guide_commands.py long       runs the others: `make guide-proof`

tests/commands.toml says of every command how it is proven, or why it is not run. They run in a shell, in this folder, one
after the other, with the variables that those before them set.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from pathlib import Path

from artifacts import ROOT
from local_aws import free_port

GUIDES = ("README.md", "docs/DEPLOY.md")
LIST = ROOT / "tests" / "commands.toml"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|curl|aws|sam|cargo|cp) [^`]+)`")
COMMENT = re.compile(r"\s+# .*$|^#.*$")
ASSIGNMENT = re.compile(r"([A-Z_]+)=(?:\$\(.*\)|\S+)")
# What `make up` prints to be pasted: every line that is set in and begins like a command.
PRINTED = re.compile(r"^  ((?:cp|curl|make|[A-Z_]+=).*)$", re.MULTILINE)
# Where it listens unless told otherwise; here it is told, because the user's own may be running.
PORTS = {"7070": free_port(), "4566": free_port()}
PATIENCE_SECONDS = {"quick": 600, "long": 7200}
# What make and cargo tell their own children; the commands begin anew, as if they were typed.
INHERITED = ("MAKE", "MFLAGS", "CARGO_MANIFEST", "CARGO_PKG", "CARGO_CRATE", "CARGO_BIN", "AWS_", "FAPIAO_", "STACK", "ARCH",
             "PARAMETERS")


class CommandError(Exception):
    """A command did not do what the text says."""


def main(what):
    wanted = tomllib.loads(LIST.read_text(encoding="utf-8"))
    problems = differences(wanted["command"])
    if problems:
        sys.exit("\n".join(problems))
    if what != "listed":
        commands = [command for command in wanted["command"] if command.get("run") == what]
        with tempfile.TemporaryDirectory(prefix="fapiao-guide-") as folder:
            Session(Path(folder), what).run(wanted["places"], commands)
    print(f"{len(wanted['command'])} commands of {' and '.join(GUIDES)} are accounted for")


def differences(listed):
    shown = {command: guide for guide in GUIDES if (ROOT / guide).exists()
             for command in commands_of((ROOT / guide).read_text(encoding="utf-8"))}
    texts = [command["text"] for command in listed]
    problems = [f"{guide} shows `{command}`, and {LIST.name} says neither how it is proven nor why it is not run"
                for command, guide in shown.items() if command not in texts]
    problems += [f"{LIST.name} speaks of `{text}`, which no guide shows" for text in texts if text not in shown]
    problems += [f"{LIST.name}: `{command['text']}` needs either `run` or `not_run`"
                 for command in listed if ("run" in command) == ("not_run" in command)]
    return problems


def commands_of(text):
    """Every command of a guide: the lines of its shell blocks, and what stands between the lines as one."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            command = re.sub(r"\s+", " ", COMMENT.sub("", line)).strip()
            if command:
                yield command
    yield from INLINE.findall(BLOCK.sub("", text))


class Session:
    """A shell's life: variables that were set, programs that still run, and a folder for the reader's own files."""

    def __init__(self, folder, what):
        self.folder, self.patience = folder, PATIENCE_SECONDS[what]
        self.kept = []
        environment = {name: value for name, value in os.environ.items() if not name.startswith(INHERITED)}
        self.environment = environment | {
            "PORT": str(PORTS["7070"]), "AWS_PORT": str(PORTS["4566"]), "INBOX": str(folder / "inbox"),
            "OUTBOX": str(folder / "outbox"), "LOCAL_AWS_NOTE": str(folder / "local-aws.json"),
            # Nobody's credentials: what asks for an account has to say so.
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true",
        }

    def run(self, places, commands):
        for name, source in places.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, self.folder / name)
        try:
            for command in commands:
                self.prove(command, places)
        finally:
            for process in self.kept:
                process.end()

    def prove(self, command, places):
        started = time.monotonic()
        text = here(command["text"], self.folder, places)
        if "until" in command:
            output = self.keep(text, command["until"])
            for printed in PRINTED.findall(output):
                holds = [what for beginning, what in command["printed"].items() if printed.startswith(beginning)]
                self.prove({"text": printed} | (holds or [{}])[0], {})
        elif assignment := ASSIGNMENT.fullmatch(text):
            output = self.expect(f'{text}\nprintf %s "${assignment[1]}"', False)
            self.environment[assignment[1]] = output
        else:
            output = self.expect(text, command.get("fails", False))
        for said in command.get("says", ()):
            if said not in output:
                raise CommandError(f"`{text}` does not say `{said}`:\n{output[-3000:]}")
        for made in command.get("makes", ()):
            self.wait_for(self.folder / made, text)
        print(f"[{time.monotonic() - started:6.1f} s] {text}", flush=True)

    def expect(self, text, fails):
        if " aws " in text and not shutil.which("aws"):
            print("not run, because there is no aws here: " + text)
            return ""
        done = subprocess.run(["sh", "-euc", text], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=self.patience, check=False)
        output = done.stdout.decode(errors="replace")
        if (done.returncode != 0) != fails:
            raise CommandError(f"`{text}` ended with {done.returncode}:\n{output[-3000:]}")
        return output

    def keep(self, text, until):
        process = Kept(text, self.environment)
        self.kept.append(process)
        return process.wait_until(until, self.patience)

    def wait_for(self, path, text):
        deadline = time.monotonic() + self.patience
        while not path.exists():
            if time.monotonic() > deadline:
                raise CommandError(f"`{text}` made no {path.name}")
            time.sleep(0.1)


class Kept:
    """A program that stays, as in a terminal of its own: it is ended as by Ctrl-C, and must leave nothing behind."""

    def __init__(self, text, environment):
        self.text, self.output = text, ""
        self.process = subprocess.Popen(["sh", "-c", "exec " + text], cwd=ROOT, env=environment, text=True, errors="replace",
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.output += line

    def wait_until(self, said, patience):
        deadline = time.monotonic() + patience
        while said not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise CommandError(f"`{self.text}` does not come to say `{said}`:\n{self.output[-3000:]}")
            time.sleep(0.1)
        return self.output

    def end(self):
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise CommandError(f"`{self.text}` did not end at Ctrl-C:\n{self.output[-3000:]}") from None
        for port in PORTS.values():
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    raise CommandError(f"`{self.text}` has ended, and something still listens to port {port}")


def here(text, folder, places):
    """The reader's own files are in the scratch folder, the usual ports are other ones."""
    for port, ours in PORTS.items():
        text = re.sub(rf"(?<=:){port}\b", str(ours), text)
    for name in {Path(name).parts[0] for name in places}:
        text = re.sub(rf"(?<![\w./-]){re.escape(name)}(?![\w.])", str(folder / name), text)
    return text


if __name__ == "__main__":
    if sys.argv[1:] not in (["listed"], ["quick"], ["long"]):
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except CommandError as error:
        sys.exit(str(error))
