"""Small files in MNIST's format, and a real HTTP server on loopback that serves them, well or badly."""

import gzip
import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from eigen_teach.data import fetch, mnist

IMAGES, LABELS = mnist.FILES["test"]
SOME = mnist.Digits(
    np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8), np.arange(30) % 10
)


def idx(magic, array):
    """The gzipped IDX file of an array; the magic number is written as it is given."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    content = magic.to_bytes(4, "big") + sizes + array.astype(np.uint8).tobytes()
    return gzip.compress(content, mtime=0)


def good_files():
    """The two files of :data:`SOME`, by name."""
    return {IMAGES: idx(2051, SOME.images), LABELS: idx(2049, SOME.labels)}


def registry(url, files):
    """A registry with one data set, at ``url``, that takes ``files`` for the right ones."""
    sha256 = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return {"mnist": fetch.DataSet("mnist", url, sha256)}


class Server(ThreadingHTTPServer):
    """Serves ``files``; ``asked`` has the names in order.

    With ``hangs_up`` only half of a file comes. With a barrier, everyone who asks has half of the file
    before anyone gets the rest.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.asked, self.hangs_up, self.barrier = good_files(), [], False, None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/mnist/"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rpartition("/")[2]
        self.server.asked.append(name)
        content = self.server.files.get(name)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        self.wfile.flush()
        if self.server.hangs_up:
            return
        if self.server.barrier is not None:
            self.server.barrier.wait(timeout=60)
        self.wfile.write(content[half:])

    def log_message(self, *arguments):
        """Say nothing: the tests read ``asked``."""


@contextmanager
def running():
    """A server in a thread of its own, closed at the end."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
