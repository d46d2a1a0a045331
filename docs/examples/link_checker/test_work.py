"""Tests of your work, against a server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from demo.__main__ import main
from demo.work import BrokenLinkError, Link, work

released = threading.Event()


class Pages(BaseHTTPRequestHandler):
    """What the server has."""

    def do_HEAD(self) -> None:
        if self.path.startswith("/slow"):
            released.wait(10)
        status = {"/good": 200, "/moved": 301, "/loop": 302}.get(self.path, 404)
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "/good" if status == 301 else "/loop")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture
def server() -> Iterator[str]:
    released.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        released.set()
        server.shutdown()
        thread.join()


def test_a_good_link(server: str) -> None:
    assert work(f"{server}/good") == Link(f"{server}/good", 200, f"{server}/good")


def test_a_redirect_is_followed(server: str) -> None:
    assert work(f"{server}/moved") == Link(f"{server}/moved", 200, f"{server}/good")


@pytest.mark.parametrize(
    ("path", "reason"), [("/missing", "status 404"), ("/loop", "more than 5 redirects")]
)
def test_a_broken_link(server: str, path: str, reason: str) -> None:
    with pytest.raises(BrokenLinkError, match=reason):
        work(server + path)


@pytest.mark.parametrize("url", ["ftp://example.org", "example.org", "http://"])
def test_what_is_no_link(url: str) -> None:
    with pytest.raises(BrokenLinkError, match="no http"):
        work(url)


def test_a_server_that_says_nothing(server: str) -> None:
    with pytest.raises(BrokenLinkError, match="timed out"):
        work(f"{server}/slow", timeout=0.05)


def test_many_links_at_once(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken one is a line on stderr, and the others are checked all the same."""
    urls = [f"{server}/good"] * 50 + [f"{server}/missing", f"{server}/moved"]
    assert main(["--workers", "8", *urls]) == 1
    out, err = capsys.readouterr()
    links = [json.loads(line) for line in out.splitlines()]
    assert len(links) == 51
    assert {link["final"] for link in links} == {f"{server}/good"}
    assert err == f"{server}/missing: BrokenLinkError('status 404')\n"
