"""Runs the local AWS (ministack) in this process, as `python -m ministack` would.

Its Runtime API hands an event over in two writes, head and body. With Nagle's algorithm the second waits for the first to be acknowledged,
which Linux puts off for 40 ms: longer than a document takes, for nothing that AWS has.
"""

import runpy
import socketserver

socketserver.StreamRequestHandler.disable_nagle_algorithm = True
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
