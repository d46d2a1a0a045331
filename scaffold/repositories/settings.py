"""What counts of a configuration: a repository's by name and value, the user's with what it includes for a place."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scaffold.errors import GitFailed
from scaffold.git import environment, git
from scaffold.repositories.found import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.repositories.found import Found

_LARGEST = 8 << 20  # bytes of a configuration file; each branch has some hundred in it
_DEEPEST = 5  # files that include files

# They change how files are compared, and start nothing. Everything else is left out.
_SWITCH = re.compile(r"true|false|yes|no|on|off|1|0|")
_CARRIED = {
    **dict.fromkeys(
        (
            "core.filemode",
            "core.ignorecase",
            "core.precomposeunicode",
            "core.protecthfs",
            "core.protectntfs",
            "core.sparsecheckout",
            "core.sparsecheckoutcone",
            "core.symlinks",
            "core.trustctime",
            "extensions.worktreeconfig",
            "index.sparse",
        ),
        _SWITCH,
    ),
    "core.autocrlf": re.compile(r"true|false|input|yes|no|on|off|1|0|"),
    "core.checkstat": re.compile(r"default|minimal"),
    "core.eol": re.compile(r"lf|crlf|native"),
    "extensions.objectformat": re.compile(r"sha1|sha256"),
}
_SECTION = re.compile(r'\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]')
_VARIABLE = re.compile(r"([A-Za-z][\w-]*)\s*(?:=\s*(.*))?")


def carried(found: Found) -> dict[str, str]:
    """The harmless settings of a repository, as git would read them from its files, without what those include.

    Raises:
        RepositoryFault: A file cannot be read.
    """
    settings = _harmless(found.common / "config")
    if settings.pop("extensions.worktreeconfig", "") in {"true", "yes", "on", "1"}:
        settings |= _harmless(found.git / "config.worktree")
    return settings


def _harmless(file: Path) -> dict[str, str]:
    settings: dict[str, str] = {}
    text = (read_plain(file, _LARGEST) or b"").decode("utf-8", "replace").removeprefix("\ufeff")
    section = ""
    for raw in re.sub(r"\\\r?\n", " ", text).split("\n"):  # a value may go on in the next line
        line = raw.strip()
        if header := _SECTION.match(line):
            section = "" if header[2] is not None else header[1].lower()
            line = line[header.end() :].strip()
        if section and (variable := _VARIABLE.match(line)):
            key, value = f"{section}.{variable[1].lower()}", _plain(variable[2])
            if key in _CARRIED and _CARRIED[key].fullmatch(value):
                settings[key] = value or "false"
    return settings


def _plain(value: str | None) -> str:
    """A value without its comment and quotes; a variable without one is true."""
    return "true" if value is None else re.split(r"[#;]", value)[0].replace('"', "").strip().lower()


# --- the user's -----------------------------------------------------------------------------------------------------


class _Setting(NamedTuple):
    origin: str
    key: str
    value: str


def user_settings(place: Path) -> dict[str, str]:
    """All that the user and the machine set for a repository with its git folder at `place`; the last of a key wins.

    Raises:
        Refused: There is no git.
        GitFailed: A file cannot be read.
    """
    return {setting.key: setting.value for setting in _effective(_listed(), place, 0)}


def conditional_includes(place: Path) -> list[str]:
    """The files that the user's configuration includes for repositories at `place`, by `includeIf "gitdir:…"`.

    git itself does not see that they apply: it is shown a repository elsewhere.
    """
    if not any(b"include" in content.lower() for content in _user_files()):
        return []  # nearly always, and it saves a process
    try:
        return [file for setting in _listed() for file in _included(setting, place)]
    except GitFailed:  # git says so itself, at once
        return []


def _user_files() -> Iterator[bytes]:
    named, config = os.environ.get("GIT_CONFIG_GLOBAL"), os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    own = [named] if named is not None else ["~/.gitconfig", f"{config}/git/config"]
    machine = os.environ.get("GIT_CONFIG_SYSTEM")
    shared = (
        [machine]
        if machine is not None
        else ["/etc/gitconfig", "/usr/local/etc/gitconfig", "/opt/homebrew/etc/gitconfig"]
    )
    for name in (*own, *(() if os.environ.get("GIT_CONFIG_NOSYSTEM") else shared)):
        file = Path(os.path.expanduser(name))  # noqa: PTH111  # pathlib fails where there is no home
        with suppress(OSError):  # git says so itself
            if name and file.is_file():
                yield file.read_bytes()


def _listed(*where: str) -> list[_Setting]:
    # There is no repository: not even the one that the current folder lies in.
    env = environment() | {"GIT_DIR": os.devnull}
    _, printed = git("config", *where, "--includes", "--list", "--show-origin", "--null", cwd=Path(os.sep), env=env)
    fields = os.fsdecode(printed).split("\0")
    pairs = zip(fields[::2], fields[1::2], strict=False)
    return [_Setting(origin, *_halves(pair)) for origin, pair in pairs]


def _halves(pair: str) -> tuple[str, str]:
    key, _, value = pair.partition("\n")
    return key, value


def _effective(settings: list[_Setting], place: Path, depth: int) -> Iterator[_Setting]:
    for setting in settings:
        yield setting
        for file in _included(setting, place):
            if depth < _DEEPEST:
                yield from _effective(_listed("--file", file), place, depth + 1)


def _included(setting: _Setting, place: Path) -> Iterator[str]:
    condition = setting.key.removeprefix("includeif.").removesuffix(".path")
    kind, _, pattern = condition.partition(":")
    if not setting.key.startswith("includeif.") or kind not in {"gitdir", "gitdir/i"} or not setting.value:
        return
    base = os.path.dirname(os.path.realpath(setting.origin.removeprefix("file:")))  # noqa: PTH120  # text, as in git
    if _meant(pattern, base, ignore_case=kind == "gitdir/i").fullmatch(str(place)):
        file = os.path.join(base, os.path.expanduser(setting.value))  # noqa: PTH111, PTH118
        if os.path.isfile(file):  # noqa: PTH113
            yield file


def _meant(pattern: str, base: str, *, ignore_case: bool) -> re.Pattern[str]:
    """A condition's pattern, with the additions that gitconfig(5) lists."""
    if pattern.startswith("~/"):
        pattern = os.path.realpath(os.path.expanduser("~")) + pattern[1:]  # noqa: PTH111
    elif pattern.startswith("./"):
        pattern = base + pattern[1:]
    elif not pattern.startswith("/"):
        pattern = f"**/{pattern}"
    if pattern.endswith("/"):
        pattern += "**"
    pattern = re.sub(r"\*{3,}", "**", pattern)  # as git has it; a run of them would be tried in every way
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile(
        "".join(words.get(part) or re.escape(part) for part in parts), re.IGNORECASE if ignore_case else 0
    )
