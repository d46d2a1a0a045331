"""S: can the template be read as Copier reads it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold.copierfmt.value import Place
from scaffold.lint.findings import Found, Severity, read_before, rule
from scaffold.lint.known import CONFIGURING, COPIER_SOURCE, CREATING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.lint.source import Source

unreadable = rule(
    "S001",
    Severity.ERROR,
    finds="a copier.yml that cannot be read",
    because="Copier stops at it, or would read something else than you see. Nothing else in it was looked at.",
    remedy="put the YAML right; the limits are far beyond what a questionnaire needs",
    url=CONFIGURING + "#the-copieryml-file",
)(read_before("S001"))

missing_include = rule(
    "S002",
    Severity.ERROR,
    finds="an `!include` that meets no file",
    because="Copier includes nothing then, without a word: its questions and settings are missing.",
    remedy="give the path relative to the folder of copier.yml",
    url=CONFIGURING + "#include-other-yaml-files",
)(read_before("S002"))

two_configs = rule(
    "S003",
    Severity.ERROR,
    finds="two files that Copier takes for its copier.yml",
    because="Copier refuses a template that has both; a backup such as `copier.yml~` is one of them.",
    remedy="keep one of them",
    url=COPIER_SOURCE + "_template.py",
)(read_before("S003"))

twice = rule(
    "S004",
    Severity.ERROR,
    finds="a key that stands twice in a mapping",
    because="YAML keeps the last one and drops the first without a word.",
    remedy="remove one of them, or rename it",
    url="https://yaml.org/spec/1.2.2/#mapping",
)(read_before("S004"))

not_utf8 = rule(
    "S005",
    Severity.ERROR,
    finds="a template that is not UTF-8",
    because="Copier reads templates as UTF-8 and stops at any other.",
    remedy="save it as UTF-8, or drop the suffix: files without it are copied as they are",
    url=CREATING,
)(read_before("S005"))


@rule(
    "S006",
    Severity.ERROR,
    finds="a link that Copier cannot follow",
    because="It leads out of the template, to nothing, or back to itself, and Copier stops. It was not followed here.",
    remedy="copy the file into the template, or keep the link as a link with `_preserve_symlinks: true`",
    url=CONFIGURING + "#preserve_symlinks",
)
def bad_link(source: Source) -> Iterator[Found]:
    """Links among what is rendered, unless they are kept as links."""
    kept = source.setting("_preserve_symlinks")
    if kept is None or not kept.data:
        for name in source.rendered:
            if fault := source.folder.links.get(name):
                yield Place(name), fault


not_looked_at = rule(
    "S007",
    Severity.WARNING,
    finds="a template that was not looked at",
    because="It is too large, cannot be opened or is not checked out, so that this report says nothing of it.",
    remedy="split it, or drop the suffix if it has nothing to fill in; submodules: `git submodule update --init`",
    url=CREATING,
)(read_before("S007"))

RULES: Final = (unreadable, missing_include, two_configs, twice, not_utf8, bad_link, not_looked_at)
