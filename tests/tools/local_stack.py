"""The local AWS with the template deployed, step by step on the screen; and the note that says where one runs."""

import contextlib
import fcntl
import json
import os
import signal
import sys
from pathlib import Path

from artifacts import ROOT
from local_aws import LocalAwsError
from progress import Step, StepError

# Another one for whoever wants a second stack in this folder.
NOTE = Path(os.environ.get("LOCAL_AWS_NOTE") or ROOT / "target" / "local-aws.json")


@contextlib.contextmanager
def deployed(aws):
    """Starts it, deploys, gives the stack's outputs; takes everything down afterwards, however the block ends."""
    try:
        with Step("start a local AWS"):
            attempt(aws.start)
        with Step("deploy template.yaml to it"):
            stack = attempt(aws.deploy)
        yield stack
    finally:
        stop(aws)


def stop(aws):
    """Takes it down. Whoever is impatient meanwhile changes nothing: otherwise half of it would be left behind."""
    impatient = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in impatient]
    try:
        aws.stop()
    finally:
        for number, handler in zip(impatient, before):
            signal.signal(number, handler)


def attempt(action):
    try:
        return action()
    except LocalAwsError as error:
        raise StepError(str(error)) from error


def end_on_signals():
    """Being told to end, or losing the terminal, ends as tidily as Ctrl-C. What `nohup` ignores stays ignored; what a shell
    ignores for its background jobs does not, or nothing but `kill` would end them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: sys.exit(1))


class Note:
    """Says where the stack of this folder runs. It is locked as long as that lives, and the lock ends with its holder:
    what a dead one wrote is told from what holds by the lock that is missing."""

    def __init__(self):
        NOTE.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(NOTE, "a+", encoding="utf-8")

    def take(self):
        """Whether nobody else has it."""
        if not locked(self.file, fcntl.LOCK_EX):
            return False
        self.file.truncate(0)
        return True

    def write(self, stack):
        self.file.write(json.dumps(stack | {"Pid": os.getpid()}))
        self.file.flush()

    def give_back(self):
        self.file.truncate(0)
        self.file.close()


def running():
    """The outputs of the stack that runs in this folder: None where none does, empty while it is being started."""
    try:
        with open(NOTE, encoding="utf-8") as file:
            if locked(file, fcntl.LOCK_SH):
                return None
            return json.loads(file.read() or "{}")
    except FileNotFoundError:
        return None
    except ValueError:
        return {}


def locked(file, how):
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
