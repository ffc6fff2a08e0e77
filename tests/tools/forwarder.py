"""The API at a bare address: every request goes on to the emulator's path for it, otherwise untouched.

Clients hard-code their paths (`/v1/invoices`), and the emulator keeps every API under a path of its own. Method, query,
headers (Host too) and body go on as they came, and so does the answer.
"""

import http.client
import json
import string
import threading
import urllib.parse
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from loopback import LoopbackServer, read_body

# The gateway gives up after 30 s; the emulator has to be given the time to say so.
PATIENCE_SECONDS = 60
# Of one connection, not of the message; the body is sent with a length of its own, after it was read whole.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
              "transfer-encoding", "upgrade", "content-length", "expect"}


class Forwarder:
    """Holds its port (0: any) from the beginning and answers 502 until it is told where to send requests."""

    def __init__(self, port=0):
        self.target = None
        self.server = LoopbackServer(port, handler_for(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def forward_to(self, port, prefix):
        self.target = (port, prefix)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def handler_for(forwarder):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def forward(self):
            try:
                body = read_body(self)
            except ValueError:
                self.close_connection = True
                return self.problem(400, "the request's length cannot be told", "Send a Content-Length or chunks.")
            if forwarder.target is None:
                return self.problem(502, "the local AWS is not up yet", "Try again in a few seconds.")
            try:
                answer, content = self.ask(body)
            except (OSError, http.client.HTTPException):
                return self.problem(502, "the local AWS gives no answer", "Look at the screen of `make up`; start it anew.")
            return self.pass_on(answer, content)

        def __getattr__(self, name):
            """Whatever the method: it is not for us to refuse one."""
            if name.startswith("do_"):
                return self.forward
            raise AttributeError(name)

        def ask(self, body):
            port, prefix = forwarder.target
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
            try:
                connection.putrequest(self.command, prefix + self.target(), skip_host=True, skip_accept_encoding=True)
                for name, value in end_to_end(self.headers.items()):
                    connection.putheader(name, value)
                if body or self.command in ("POST", "PUT", "PATCH"):
                    connection.putheader("Content-Length", str(len(body)))
                connection.endheaders(body or None)
                answer = connection.getresponse()
                return answer, answer.read()
            finally:
                connection.close()

        def target(self):
            """Path and query as they came; letters that no request line may hold are percent-encoded."""
            path = self.path
            if not path.startswith("/"):
                parts = urllib.parse.urlsplit(path)
                path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
            return urllib.parse.quote(path.encode("latin-1"), safe=string.punctuation)

        def pass_on(self, answer, content):
            self.send_response_only(answer.status, answer.reason)
            for name, value in end_to_end(answer.getheaders()):
                self.send_header(name, value)
            if self.command == "HEAD" and answer.getheader("Content-Length"):
                self.send_header("Content-Length", answer.getheader("Content-Length"))
            elif answer.status >= 200 and answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def problem(self, status, detail, hint):
            title = HTTPStatus(status).phrase
            body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "hint": hint}
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/problem+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_):
            pass

    return Handler


def end_to_end(headers):
    """The headers that belong to the message: without those of one connection, and those that `Connection` names."""
    headers = list(headers)
    named = {token.strip().lower() for name, value in headers if name.lower() == "connection" for token in value.split(",")}
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]
