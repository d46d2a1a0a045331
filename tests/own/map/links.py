# run: https://a.org http://b.org
# out: Link(url='https://a.org', host='a.org')
# err: http://b.org: ValueError('not https')
# code: 1
"""Check links."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Link:
    """A link that is fine."""

    url: str
    host: str


def work(url: str) -> Link:
    """Check 100% of the links.

    Only https is allowed.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise ValueError("not https")
    return Link(url, parts.netloc)
