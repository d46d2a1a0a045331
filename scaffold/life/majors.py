"""Major versions: which later version an update goes to by itself, and which one only with --major."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scaffold import versions as pep440
from scaffold.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FIRST_NUMBER = re.compile(r"v?([0-9]{1,9})(?=$|[.+-])")  # digits without end are no version
_AFTER_A_RELEASE = re.compile(r"-[0-9]+-g[0-9a-f]+$")
_FIRST_YEAR = 1900  # from here on the first number is the year of a calendar version, which says nothing about breaks


def major(version: str) -> int | None:
    """The number that rises with a breaking change; None for a calendar version, a branch or a commit."""
    found = _FIRST_NUMBER.match(version)
    return int(found[1]) if found and int(found[1]) < _FIRST_YEAR else None


def crosses(version: str, other: str) -> bool:
    """Whether a breaking change lies between two versions."""
    ends = major(version), major(other)
    return None not in ends and ends[0] != ends[1]


def within(version: str, versions: Iterable[str]) -> list[str]:
    """Those of the versions that no breaking change keeps from this one, in their order."""
    return [candidate for candidate in versions if not crosses(version, candidate)]


def target(version: str, versions: Sequence[str], *, cross: bool) -> str:
    """The version that an update goes to by itself.

    Args:
        version: The one on record.
        versions: The oldest first.
        cross: Over a breaking change, too.
    """
    candidates = versions if cross else within(version, versions)
    goal = candidates[-1] if candidates else version
    return version if _is_older(goal, version) else goal


def _is_older(version: str, other: str) -> bool:
    """Whether a version comes before another, or is the release before a commit that git describes by it."""
    if other.startswith(f"{version}-"):
        return True
    before, after = pep440.parse(version), pep440.parse(_AFTER_A_RELEASE.sub("", other))
    return before is not None and after is not None and before < after


def newer_major(version: str, versions: Sequence[str]) -> str | None:
    """The newest version, where a breaking change lies before it.

    Args:
        version: The one on record.
        versions: The oldest first.
    """
    newest = versions[-1] if versions else version
    here, there = major(version), major(newest)
    return newest if here is not None and there is not None and there > here else None


def is_out(newer: str) -> str:
    """What is said where only a newer major version is left to go to."""
    return f"{newer} is out, another major version: scaffold update --major"


def check_crossing(version: str, wanted: str, *, allowed: bool) -> None:
    """Refuse another major version that was not asked for.

    Raises:
        UsageError: A breaking change lies between the two, and --major is not given.
    """
    if not allowed and crosses(version, wanted):
        raise UsageError(f"--to: {wanted} is another major version than {version}: add --major")
