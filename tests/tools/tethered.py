"""Runs a command that ends with whoever started it, however that one ends.

usage: tethered.py FOLDER COMMAND [ARGUMENT...]

Our standard input is the tether: when it closes, the command and everything it started (its process group) is ended
and the folder, which is the command's own, removed. It ends with the command's exit code.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys

POLL_SECONDS = 0.2
# How to end a group, and how long to wait for it.
ENDINGS = ((signal.SIGTERM, 5), (signal.SIGKILL, 5))


def main(folder, command):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        while process.poll() is None and not tether_closed():
            pass
    finally:
        end_group(process)
        shutil.rmtree(folder, ignore_errors=True)
    return process.returncode


def tether_closed():
    readable, _, _ = select.select([sys.stdin], [], [], POLL_SECONDS)
    return bool(readable) and not os.read(sys.stdin.fileno(), 4096)


def end_group(process):
    for how, patience in ENDINGS:
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, how)
            process.wait(timeout=patience)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
