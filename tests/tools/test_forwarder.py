"""The API's bare address: what goes in comes out at the emulator's path as it was, and back again."""

import http.client
import json
import socket
import threading
import unittest
from http.server import BaseHTTPRequestHandler

from forwarder import Forwarder
from loopback import LoopbackServer, read_body

EVERY_BYTE = bytes(range(256))


class Gateway(BaseHTTPRequestHandler):
    """Stands in for the emulator: answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def echo(self):
        body = read_body(self)
        self.server.seen.append((self.command, self.path, self.headers, body))
        status = int(self.headers.get("X-Status", "200"))
        self.send_response(status)
        self.send_header("X-Twice", "1")
        self.send_header("X-Twice", "2")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204 and self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = echo

    def log_message(self, *_):
        pass


class ForwarderTest(unittest.TestCase):
    def setUp(self):
        self.gateway = LoopbackServer(0, Gateway)
        self.gateway.seen = []
        threading.Thread(target=self.gateway.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.forwarder = Forwarder()
        self.addCleanup(self.forwarder.stop)
        self.addCleanup(self.gateway.server_close)
        self.addCleanup(self.gateway.shutdown)
        self.forwarder.forward_to(self.gateway.server_port, "/prefix/$default")
        self.port = self.forwarder.server.server_port
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(self.connection.close)

    def ask(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body=body, headers=headers or {})
        answer = self.connection.getresponse()
        return answer, answer.read()

    def test_method_path_query_headers_and_body_go_on_untouched(self):
        headers = {"Host": "api.vendor.example", "X-Name": "caf\xe9", "Content-Type": "image/jpeg", "Accept-Encoding": "br"}
        path = "/ocr/v1/%E7%A5%A8%2F%20?all=1&b=%2B+&b=&c"
        for method in ("POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS"):
            answer, body = self.ask(method, path, EVERY_BYTE, headers)
            self.assertEqual((answer.status, body), (200, EVERY_BYTE))
            self.assertEqual(answer.headers.get_all("X-Twice"), ["1", "2"])
            seen_method, seen_path, seen, seen_body = self.gateway.seen[-1]
            self.assertEqual((seen_method, seen_path, seen_body), (method, "/prefix/$default" + path, EVERY_BYTE))
            self.assertEqual({name: seen[name] for name in headers}, headers)
            self.assertEqual(seen.get_all("Host"), ["api.vendor.example"])

    def test_one_connection_serves_many_requests(self):
        self.ask("GET", "/1")
        socket_before = self.connection.sock
        answer, _ = self.ask("HEAD", "/2", headers={"X-Status": "200"})
        self.assertEqual(answer.status, 200)
        answer, body = self.ask("POST", "/3", b"x", {"X-Status": "204"})
        self.assertEqual((answer.status, body), (204, b""))
        for status in ("301", "404", "422", "500"):
            self.assertEqual(self.ask("POST", "/4", b"y", {"X-Status": status})[0].status, int(status))
        self.assertIs(self.connection.sock, socket_before)

    def test_large_and_chunked_bodies_and_those_announced_first_arrive_whole(self):
        large = EVERY_BYTE * 40_000
        self.assertEqual(self.ask("POST", "/", large)[1], large)
        self.assertEqual(self.ask("POST", "/", iter([EVERY_BYTE, b"end"]))[1], EVERY_BYTE + b"end")
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
            raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n")
            self.assertTrue(raw.recv(100).startswith(b"HTTP/1.1 100"))
            raw.sendall(b"body")
            self.assertTrue(b"".join(iter(lambda: raw.recv(1000), b"")).endswith(b"body"))
        self.assertNotIn("Expect", self.gateway.seen[-1][2])

    def test_old_clients_and_those_that_name_a_proxy_are_served(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
            raw.sendall(b"POST http://any.host/v1/invoices?all=1 HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
            self.assertTrue(b"".join(iter(lambda: raw.recv(1000), b"")).endswith(b"hi"))
        self.assertEqual(self.gateway.seen[-1][1], "/prefix/$default/v1/invoices?all=1")

    def test_a_length_that_cannot_be_is_refused(self):
        for length in ("-1", "many"):
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
                raw.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
                self.assertIn(b" 400 ", b"".join(iter(lambda: raw.recv(1000), b"")).splitlines()[0])

    def test_without_an_emulator_it_says_what_to_do(self):
        self.forwarder.forward_to(1, "/prefix")
        for target in ((1, "/prefix"), None):
            self.forwarder.target = target
            answer, body = self.ask("POST", "/v1/invoices", b"x")
            problem = json.loads(body)
            self.assertEqual((answer.status, problem["status"]), (502, 502))
            self.assertTrue(problem["hint"])
        self.assertEqual(self.ask("HEAD", "/")[0].status, 502)


if __name__ == "__main__":
    unittest.main()
