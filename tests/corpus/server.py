"""A server that the corpus asks: /plain takes 20 ms; /eight serves eight at once for 50 ms each, /refuses refuses more.

It prints its port.
"""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_EIGHT = threading.Semaphore(8)


class _Handler(BaseHTTPRequestHandler):
    """Keeps connections, and sends a header and a body together."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer with two kilobytes."""
        code, body = self._code(), b"x" * 2000
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _code(self) -> int:
        if self.path == "/plain":
            time.sleep(0.02)
        elif self.path == "/eight":
            with _EIGHT:
                time.sleep(0.05)
        elif _EIGHT.acquire(blocking=False):
            try:
                time.sleep(0.05)
            finally:
                _EIGHT.release()
        else:
            return 429
        return 200


class _Server(ThreadingHTTPServer):
    """One that lets many connect at once."""

    request_queue_size = 256
    daemon_threads = True


if __name__ == "__main__":
    server = _Server(("127.0.0.1", 0), _Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
