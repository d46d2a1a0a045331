"""Versions as PEP 440 has them: what Copier takes for a release, and puts in order."""

from __future__ import annotations

from contextlib import suppress

from packaging.version import Version

_LONGEST = 200  # characters of a version


def parse(text: str) -> Version | None:
    """The version that a text is; None where it is no version, or one of more characters or digits than are read."""
    if len(text) > _LONGEST:
        return None
    with suppress(ValueError):  # InvalidVersion is one, too
        return Version(text)
    return None
