"""P: can projects be updated to what is published? T: what does the template demand of those who use it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold import versions
from scaffold.errors import ScaffoldError
from scaffold.lint.findings import Found, Severity, rule
from scaffold.lint.known import CONFIGURING, UPDATING
from scaffold.repositories.borrowed import borrowed
from scaffold.repositories.found import at
from scaffold.repositories.refs import read_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.lint.source import Source


@rule(
    "P001",
    Severity.WARNING,
    finds="a repository without a version tag",
    because="Copier takes the newest tag that is a version by PEP 440. Without one every commit is a release.",
    remedy="tag a commit, such as `git tag v1.0.0`; in CI, fetch the tags too",
    url=UPDATING,
)
def no_version_tag(source: Source) -> Iterator[Found]:
    """Git repositories in which no tag is a version."""
    tags = _tags(source)
    if tags is not None and not any(versions.parse(tag) for tag in tags):
        yield source.top, f"none of the repository's {len(tags)} tags is a version" if tags else "there are no tags"


@rule(
    "P002",
    Severity.NOTE,
    finds="a newest commit that has no version tag",
    because="Copier renders the newest tag, so that what was committed since reaches nobody.",
    remedy="tag it when it is to be released",
    url=UPDATING,
)
def untagged_head(source: Source) -> Iterator[Found]:
    """Commits after the newest release."""
    tags, here = _tags(source), _tags(source, at_head=True)
    if tags and here is not None and not any(versions.parse(tag) for tag in here):
        yield source.top, "HEAD has no version tag"


def _tags(source: Source, *, at_head: bool = False) -> list[str] | None:
    """The repository's tags; none where there is no repository to ask."""
    try:
        found = at(source.root)
        if found is None or found.top is None:
            return None
        if not at_head:
            return read_tags(found)
        with borrowed(found) as repository:
            _, output = repository.git(
                "for-each-ref", "--format=%(refname:strip=2)", "--points-at", "HEAD", "refs/tags"
            )
    except ScaffoldError:  # no git, no commit yet, or a repository that cannot be read
        return None
    return output.decode("utf-8", "replace").split()


@rule(
    "P003",
    Severity.WARNING,
    finds="no `_min_copier_version`",
    because="An older Copier ignores what it does not know yet, and renders something else without a word.",
    remedy='say which version you test with, such as `_min_copier_version: "9.10.0"`',
    url=CONFIGURING + "#min_copier_version",
)
def no_min_version(source: Source) -> Iterator[Found]:
    """Templates that any Copier would try to render."""
    if source.setting("_min_copier_version") is None:
        yield source.top, "the template does not say which Copier it needs"


@rule(
    "P004",
    Severity.ERROR,
    finds="a `_min_copier_version` that is no version",
    because="Copier stops at it.",
    remedy='give a version in quotes, such as "9.10.0"',
    url=CONFIGURING + "#min_copier_version",
)
def bad_min_version(source: Source) -> Iterator[Found]:
    """Text that PEP 440 does not take."""
    value = source.setting("_min_copier_version")
    if value is not None and isinstance(value.data, str) and versions.parse(value.data) is None:
        yield value.place, f"{value.data!r} is no version"


@rule(
    "T001",
    Severity.NOTE,
    finds="tasks, migrations or extensions, which need trust",
    because="They run code of the template's: Copier refuses it without `--trust`. They were not run here.",
    remedy="say in the template's README what they do, and keep them few",
    url=CONFIGURING + "#tasks",
)
def needs_trust(source: Source) -> Iterator[Found]:
    """Settings that make a template unsafe."""
    for name in ("_jinja_extensions", "_migrations", "_tasks"):
        value = source.setting(name)
        if value is not None and value.items:
            unseen = name == "_jinja_extensions" and source.foreign_extensions
            more = "; since they may define names, variables and filters were not checked" if unseen else ""
            yield source.settings[name][0].place, f"`{name}` needs `--trust`{more}"


RULES: Final = (no_version_tag, untagged_head, no_min_version, bad_min_version, needs_trust)
