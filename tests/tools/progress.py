"""Steps with a name and a clock; a step that fails says which one it was and why.

usage: progress.py NAME COMMAND [ARGUMENT...]     runs the command as one step, its output kept for the case of failure
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time

TAIL_LINES = 40
# Without a terminal (CI, a pipe) a line this often shows that the step is alive.
QUIET_SECONDS = 20


class StepError(Exception):
    """A step failed; the text says why."""


class Step:
    """Shows a name, a running clock and the latest note while its block runs."""

    def __init__(self, name):
        self.name = name
        self.note = ""
        self.started = time.monotonic()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.tick, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self.done.set()
        self.thread.join()
        outcome = "ok" if kind is None else "stopped" if kind is KeyboardInterrupt else "FAILED"
        show(f"[{self.seconds():5.1f} s] {self.name}: {outcome}", final=True)
        if isinstance(error, StepError):
            sys.exit(f"\nThe step `{self.name}` failed:\n{error}")

    def seconds(self):
        return time.monotonic() - self.started

    def tick(self):
        if not sys.stdout.isatty():
            show(f"[       ] {self.name} ...", final=True)
        while not self.done.wait(0.2 if sys.stdout.isatty() else QUIET_SECONDS):
            show(f"[{self.seconds():5.1f} s] {self.name}: {self.note}", final=not sys.stdout.isatty())


def show(text, final):
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K" + text[:110] + ("\n" if final else ""))
    else:
        sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(step, command, **options):
    """Runs a command inside a step: its latest line is the note, its last lines are the reason when it fails."""
    lines = []
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, errors="replace", **options)
    with contextlib.closing(process.stdout) as output:
        try:
            for line in output:
                lines.append(line.rstrip())
                step.note = lines[-1].strip() or step.note
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if process.wait() != 0:
        tail = "\n".join("  | " + line for line in lines[-TAIL_LINES:])
        raise StepError(f"`{' '.join(map(str, command))}` ended with exit code {process.returncode}:\n{tail}")


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with Step(arguments[0]) as step:
        run(step, arguments[1:])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
