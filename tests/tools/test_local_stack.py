"""What stays behind when the one who started it is killed: nothing that runs, and no note that anybody believes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import local_stack
from local_aws import TETHERED

TOOLS = Path(__file__).parent
# Starts something that has started something, says both numbers, and stays.
STARTER = """
import subprocess, sys, time
command = [sys.executable, sys.argv[1], sys.argv[2], "sh", "-c", "sleep 600 & echo $$ $!; wait"]
tethered = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
time.sleep(600)
"""
HOLDER = """
import time
import local_stack
note = local_stack.Note()
assert note.take()
print("taken", flush=True)
input()
note.write({"Endpoint": "here"})
print("written", flush=True)
time.sleep(600)
"""


class TetherTest(unittest.TestCase):
    def test_everything_ends_with_whoever_started_it_even_when_that_was_killed(self):
        for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            folder = tempfile.mkdtemp()
            starter = subprocess.Popen([sys.executable, "-c", STARTER, TETHERED, folder], stdout=subprocess.PIPE, text=True,
                                       stderr=subprocess.DEVNULL)
            started = [int(number) for number in starter.stdout.readline().split()]
            self.assertEqual([alive(process) for process in started], [True, True])
            starter.send_signal(how)
            starter.wait()
            starter.stdout.close()
            self.assertTrue(soon(lambda: not any(map(alive, started)) and not os.path.exists(folder)), how)

    def test_its_exit_code_is_the_commands(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, TETHERED, f"{folder}/own", "sh", "-c", "exit 7"]
            os.mkdir(f"{folder}/own")
            with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
                self.assertEqual(process.wait(), 7)


class NoteTest(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = Path(folder) / "target" / "note.json"
        self.enterContext(mock.patch.object(local_stack, "NOTE", self.path))

    def test_a_note_is_believed_as_long_as_its_holder_lives(self):
        self.assertIsNone(local_stack.running())
        with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TOOLS,
                              env=os.environ | {"LOCAL_AWS_NOTE": str(self.path)}) as holder:
            self.assertEqual(holder.stdout.readline(), "taken\n")
            self.assertEqual(local_stack.running(), {})
            holder.stdin.write("\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline(), "written\n")
            self.assertEqual(local_stack.running(), {"Endpoint": "here", "Pid": holder.pid})
            second = local_stack.Note()
            self.assertFalse(second.take())
            holder.kill()
            holder.wait()
            self.assertTrue(json.loads(self.path.read_text()))
            self.assertIsNone(local_stack.running())
            self.assertTrue(second.take())
            second.give_back()
        self.assertIsNone(local_stack.running())


def alive(process):
    """A process that is no more than an entry waiting to be read has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def soon(happens, seconds=20):
    deadline = time.monotonic() + seconds
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happens()


if __name__ == "__main__":
    unittest.main()
