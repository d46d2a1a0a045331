"""Your work: ask a server whether a link is good."""

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urljoin, urlsplit

MOST_REDIRECTS = 5


class BrokenLinkError(Exception):
    """The link leads nowhere, and why."""


@dataclass(frozen=True)
class Link:
    """A link that is good."""

    url: str
    status: int
    final: str  # where it led


def work(url: str, *, timeout: float = 10.0) -> Link:
    """Check that a link answers, and follow its redirects."""
    # Each call has a connection of its own and a time-out: nothing is shared, nothing hangs.
    final = url
    for _ in range(MOST_REDIRECTS + 1):
        status, location = ask(final, timeout)
        if 300 <= status < 400 and location:
            final = urljoin(final, location)
        elif status < 400:
            return Link(url, status, final)
        else:
            raise BrokenLinkError(f"status {status}")
    raise BrokenLinkError(f"more than {MOST_REDIRECTS} redirects")


def ask(url: str, timeout: float) -> tuple[int, str]:
    """Return the status of a HEAD request, and where it redirects to."""
    parts = urlsplit(url)
    kinds = {"http": HTTPConnection, "https": HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise BrokenLinkError("no http or https link")
    connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=timeout)
    try:
        query = f"?{parts.query}" if parts.query else ""
        connection.request("HEAD", (parts.path or "/") + query)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", "")
    except (OSError, HTTPException) as error:
        raise BrokenLinkError(str(error) or type(error).__name__) from error
    finally:
        connection.close()
