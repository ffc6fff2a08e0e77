"""Says whether `sam local` will find a container engine; ends with 1 and what to do where not. Needs nothing installed."""

import http.client
import os
import socket
import sys
import urllib.parse
from pathlib import Path

PATIENCE_SECONDS = 5
DOCKER = "unix:///var/run/docker.sock"
# Where the SAM CLI looks for Finch on Linux and on a Mac.
FINCH = ("unix:///var/run/finch.sock", "unix:///Applications/Finch/lima/data/finch/sock/finch.sock")


def main():
    addresses = [os.environ.get("DOCKER_HOST") or DOCKER, *FINCH]
    refusals = []
    for address in addresses:
        try:
            ping(address)
            return
        except (OSError, ValueError, http.client.HTTPException) as error:
            refusals.append(f"  {address}: {error}")
    sys.exit("sam local needs a container engine, and none answers here:\n" + "\n".join(refusals) + "\n"
             "Start Docker or Finch; or Podman, with `podman system service --time 0 &` and\n"
             "  export DOCKER_HOST=unix://$XDG_RUNTIME_DIR/podman/podman.sock\n"
             "Without any of them: make invoke EVENT=... runs the same function on the same event.")


def ping(address):
    """The engines' common interface says OK to `GET /_ping`."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "unix":
        connection = UnixConnection(Path(parts.path))
    elif parts.scheme in ("tcp", "http"):
        connection = http.client.HTTPConnection(parts.hostname, parts.port or 2375, timeout=PATIENCE_SECONDS)
    else:
        return  # Over ssh or with certificates: the SAM CLI itself will tell.
    connection.request("GET", "/_ping")
    if connection.getresponse().status != 200:
        raise OSError("something else answers there")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


if __name__ == "__main__":
    main()
