"""A stand-in for the Lambda Runtime API: runs a function's binary as Lambda does, without Docker, one event at a time.

    with RuntimeApi() as runtime:
        runtime.start("artifacts/local/ingest/bootstrap", {"FAPIAO_OUTPUT_BUCKET": "out"}, cwd="/")
        answer = runtime.invoke({"Records": []}, deadline_seconds=120)

It knows nothing of what the events say. The function's process, and what that has started, end with the block.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from loopback import LoopbackServer, read_body

PREFIX = "/2018-06-01/runtime/"
ACCOUNT = "123456789012"
LOG_TAIL_LINES = 25
POLL_SECONDS = 0.02
# The only variables that a function gets from whoever starts it; all others are those that it is told.
PASSED_ON = ("PATH", "LANG", "TZ", "TMPDIR")


class RuntimeApiError(Exception):
    """The function gave no answer: it did not start, died, or took too long. The text ends with its log."""


class FunctionError(RuntimeApiError):
    """The function answered that it failed; `kind` and `message` are its own words."""

    def __init__(self, payload, log):
        self.kind = payload.get("errorType", "unknown")
        self.message = payload.get("errorMessage", "")
        super().__init__(f"{self.kind}: {self.message}\n{log}")


class RuntimeApi:
    """One function's process and what it talks to. `cold_start_seconds`: from its start until it asked for an event."""

    def __init__(self):
        self.process = None
        self.cold_start_seconds = None
        self.started = None
        self.events = queue.Queue()
        self.answers = queue.Queue()
        self.closed = threading.Event()
        self.server = LoopbackServer(0, handler_for(self))

    def __enter__(self):
        self.log_folder = tempfile.TemporaryDirectory(prefix="fapiao-function-")
        self.log_path = Path(self.log_folder.name) / "function.log"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closed.set()
        self.stop()
        self.server.shutdown()
        self.server.server_close()
        self.log_folder.cleanup()

    def start(self, binary, environment, cwd=None, name="fapiao", memory_mb=3008, patience_seconds=30):
        """Starts the binary with these variables and Lambda's own, and waits until it asks for its first event."""
        if self.process is not None:
            raise RuntimeApiError("a function runs here already")
        binary = Path(binary).resolve()
        variables = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        variables |= self.lambda_variables(binary, name, memory_mb) | environment
        self.arn = f"arn:aws:lambda:{variables.get('AWS_REGION', 'us-east-1')}:{ACCOUNT}:function:{name}"
        with self.log_path.open("wb") as log:
            self.started = time.monotonic()
            self.process = subprocess.Popen([str(binary)], cwd=cwd or binary.parent, env=variables, stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        self.wait(lambda: self.cold_start_seconds is not None or not self.answers.empty(), patience_seconds,
                  "did not ask for an event")
        if not self.answers.empty():
            raise FunctionError(self.answers.get()[1], self.log_tail())
        return self.process

    def lambda_variables(self, binary, name, memory_mb):
        return {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "LAMBDA_TASK_ROOT": str(binary.parent),
        }

    def invoke(self, event, deadline_seconds=120):
        """Hands over one event and returns the answer. A function that is late is stopped, as Lambda does it."""
        request = Invocation(event, time.time() + deadline_seconds)
        self.events.put(request)
        self.wait(lambda: not self.answers.empty(), deadline_seconds, "did not answer")
        succeeded, payload = self.answers.get()
        if not succeeded:
            raise FunctionError(payload, self.log_tail())
        return payload

    def wait(self, happened, seconds, failing):
        deadline = time.monotonic() + seconds
        while not happened():
            if self.process is None:
                raise RuntimeApiError("no function was started")
            if self.process.poll() is not None:
                raise RuntimeApiError(f"the function ended with {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeApiError(f"the function {failing} within {seconds:g} s:\n{self.log_tail()}")
            time.sleep(POLL_SECONDS)

    def stop(self):
        """Ends the function and everything it started, as Lambda does it: without asking."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def log(self):
        """What the function wrote so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self):
        return "\n".join("  | " + line for line in self.log().splitlines()[-LOG_TAIL_LINES:])

    def next_event(self):
        """The next event, as soon as there is one; None when there will be none."""
        if self.cold_start_seconds is None:
            self.cold_start_seconds = time.monotonic() - self.started
        while not self.closed.is_set():
            with contextlib.suppress(queue.Empty):
                return self.events.get(timeout=POLL_SECONDS)
        return None


class Invocation:
    """One event on its way: its id, what it says, when an answer must be there (seconds since 1970)."""

    def __init__(self, event, deadline):
        self.id = str(uuid.uuid4())
        self.body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        self.deadline_ms = int(deadline * 1000)


def handler_for(runtime):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            if self.path != PREFIX + "invocation/next":
                return self.answer(404)
            event = runtime.next_event()
            if event is None:
                self.close_connection = True
                return None
            return self.answer(200, event.body, {
                "Lambda-Runtime-Aws-Request-Id": event.id,
                "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": runtime.arn,
                "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
            })

        def do_POST(self):
            body = read_body(self)
            what = self.path.removeprefix(PREFIX).split("/")
            if what == ["init", "error"] or (what[0] == "invocation" and what[-1] == "error"):
                runtime.answers.put((False, parsed(body)))
            elif what[0] == "invocation" and what[-1] == "response":
                runtime.answers.put((True, parsed(body)))
            else:
                return self.answer(404)
            return self.answer(202, b'{"status":"OK"}')

        def answer(self, status, body=b"{}", headers=None):
            self.send_response(status)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(body))} | (headers or {})
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def parsed(body):
    """JSON, or the text itself where it is none (a function may answer anything)."""
    try:
        return json.loads(body)
    except ValueError:
        return {"errorType": "not_json", "errorMessage": body.decode(errors="replace")}

