"""What our small HTTP servers share: they listen on this machine alone, and read a request's body whole."""

from http.server import ThreadingHTTPServer
from socket import SO_REUSEADDR, SOL_SOCKET


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port, handler):
        super().__init__(("127.0.0.1", port), handler)

    def server_bind(self):
        # Without the parent's search for a host name, which may ask a name server.
        self.socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()
        self.server_address = self.socket.getsockname()

    def handle_error(self, request, client_address):
        """Whoever talks to us may break off at any time; nobody wants to read about it."""


def read_body(handler):
    """A request's body, by its length or in chunks. ValueError when it is neither."""
    if "chunked" not in handler.headers.get("Transfer-Encoding", "").lower():
        return handler.rfile.read(natural(handler.headers.get("Content-Length") or "0", base=10))
    body = []
    while size := natural(handler.rfile.readline().split(b";")[0].decode("ascii"), base=16):
        body.append(handler.rfile.read(size))
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        pass
    return b"".join(body)


def natural(text, base):
    number = int(text.strip(), base)
    if number < 0:
        raise ValueError(f"{text} is below zero")
    return number
