"""What a module needs and its project does not state yet: found, shown, and on request written into pyproject.toml."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from scaffold import reading
from scaffold.errors import Refused, shown_path
from scaffold.existing.config import at, texts

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.existing.config import Config

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a requirement begins with in every tool's form of it; PEP 508's alone would not take conda's `pytest=8`."""
_FOR_TESTS = ("test", "tests", "testing", "dev")
"""What a group or an extra with the tools for tests is called, the likeliest first."""
_GROUPS = ("dependency-groups",)
_EXTRAS = ("project", "optional-dependencies")
_POETRY = ("tool", "poetry")
_OTHER_LISTS = ("setup.cfg", "setup.py", "tox.ini", "noxfile.py", "Pipfile", "environment.yml", "*requirements*.txt")
_LARGEST_LIST = 10 << 20  # bytes; a lock of all requirements with their hashes has some hundred thousand
# tomlkit takes some seconds for so much, and for dotted keys time with the square of their number.
_LARGEST_EDITED = 200_000  # characters
_MOST_DOTTED = 500
_DOTTED = re.compile(r"^[^=#\n\[]{0,200}\.[^=#\n\[]{0,200}=", re.MULTILINE)
_BYTE_ORDER_MARK = "\ufeff"
_TEST_TOOL = "pytest>=8"


@dataclass(frozen=True)
class Addition:
    """A requirement, and the list in pyproject.toml for it."""

    table: tuple[str, ...]
    """Where the list is; empty where pyproject.toml has no place for it."""
    key: str
    """What the list is called; without a table, what it is for."""
    requirement: str

    @property
    def text(self) -> str:
        """How it would look."""
        if not self.table:
            return f"{self.requirement}, {self.key}"
        line = (
            f'{self.key} = "{_condition(self.requirement)}"' if self.is_line else f'{self.key} += "{self.requirement}"'
        )
        return f"[{'.'.join(self.table)}] {line}"

    @property
    def is_line(self) -> bool:
        """Whether it is a line of its own, as Poetry has it, and not a member of a list."""
        return self.table[:2] == _POETRY


def additions(config: Config, optional: str) -> list[Addition]:
    """What has to be added to this project; nothing that it states already, in whatever place.

    Args:
        config: The project's.
        optional: What the module itself imports: an extra's name and a requirement, or nothing.
    """
    extra, _, runtime = optional.partition(" ")
    found: list[Addition] = []
    if runtime and not is_stated(config, runtime):
        found.append(_for_use(config.pyproject, extra, runtime))
    for requirement in (_TEST_TOOL, runtime):
        if requirement and not is_stated(config, requirement):
            found += _for_tests(config.pyproject, requirement)
    return found


def with_additions(text: str, wanted: Sequence[Addition], path: Path) -> str:
    """The text of pyproject.toml with the additions; all else, comments too, stays as it is.

    Raises:
        Refused: One of them has no place there.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    if len(text) > _LARGEST_EDITED or len(_DOTTED.findall(text)) > _MOST_DOTTED:
        raise _no_place(path, f"{wanted[0].text}, as it is too large to be edited")
    newline = "\r\n" if "\r\n" in text else "\n"
    plain = text.removeprefix(_BYTE_ORDER_MARK)
    document = tomlkit.parse(plain.replace("\r\n", "\n"))
    for addition in wanted:
        if not addition.table:
            raise _no_place(path, addition.text)
        try:
            _add(document, addition)
        except (TOMLKitError, AttributeError, TypeError, ValueError) as error:
            raise _no_place(path, addition.text) from error
    return text[: len(text) - len(plain)] + tomlkit.dumps(document).replace("\n", newline)


def _no_place(path: Path, addition: str) -> Refused:
    return Refused(f"--write-config: {shown_path(path)}", f"has no place for {addition}: add it by hand")


def _add(document: Any, addition: Addition) -> None:  # noqa: ANN401  # a document or any table of it
    import tomlkit

    table = document
    for key in addition.table:
        if key not in table:
            if table is document and document.body and not document.as_string().endswith("\n\n"):
                document.add(tomlkit.nl())
            table[key] = tomlkit.table(is_super_table=key != addition.table[-1])
        table = table[key]
    if addition.is_line:
        table[addition.key] = _condition(addition.requirement)
        return
    if addition.key not in table:
        table[addition.key] = tomlkit.array()
    table[addition.key].append(addition.requirement)


def _for_use(pyproject: Mapping[str, Any], extra: str, requirement: str) -> Addition:
    if at(pyproject, "project") is None and at(pyproject, *_POETRY) is not None:
        return Addition((*_POETRY, "dependencies"), _name(requirement), requirement)
    if at(pyproject, "project") is None or "optional-dependencies" in texts(at(pyproject, "project", "dynamic")):
        return Addition((), "which the module imports", requirement)
    return Addition(_EXTRAS, extra, requirement)


def _for_tests(pyproject: Mapping[str, Any], requirement: str) -> list[Addition]:
    lists = [(table, key) for table in (_GROUPS, _EXTRAS) for key in _for_tests_in(at(pyproject, *table))]
    with_tool = [(table, key) for table, key in lists if "pytest" in set(_names(at(pyproject, *table, key)))]
    if lists:
        return [Addition(table, key, requirement) for table, key in with_tool or lists[:1]]
    if at(pyproject, *_POETRY) is not None:
        return [Addition((*_POETRY, "group", "dev", "dependencies"), _name(requirement), requirement)]
    if at(pyproject, "project") is not None:
        return [Addition(_GROUPS, "test", requirement)]
    return [Addition((), "which the tests need", requirement)]


def _for_tests_in(table: object) -> list[str]:
    """The keys of the lists for tests, the likeliest first."""
    keys = [key for key in table if isinstance(key, str)] if isinstance(table, Mapping) else []
    return [key for name in _FOR_TESTS for key in keys if key.lower() == name and isinstance(at(table, key), list)]


def is_stated(config: Config, requirement: str) -> bool:
    """Whether a requirement is named in any of the project's lists of requirements, or its tool is configured."""
    name = _name(requirement)
    if name in set(_stated(config.pyproject)) or name in config.tools:
        return True
    word = re.compile(rf"(?i)(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(word.search(text) for text in _lists_elsewhere(config.root))


def _lists_elsewhere(root: Path) -> Iterator[str]:
    with suppress(reading.Unreadable):
        names = [entry.name for entry in reading.listed(root)]
        for name in (name for pattern in _OTHER_LISTS for name in fnmatch.filter(names, pattern)):
            with suppress(reading.Unreadable):  # not for us to read: it states nothing
                yield reading.read_limited(root / name, _LARGEST_LIST).decode("utf-8", "replace")


def _stated(data: object) -> Iterator[str]:
    """The names of all requirements in tables of dependencies, whichever tool they are for."""
    for key, value in data.items() if isinstance(data, Mapping) else ():
        if "dependencies" in key or key == "dependency-groups":
            yield from _names(value)
        else:
            yield from _stated(value)


def _names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield _name(value)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield _name(key)
            yield from _names(member)


def _name(requirement: str) -> str:
    found = _NAME.match(requirement.strip())
    return canonicalize_name(found[0]) if found else ""


def _condition(requirement: str) -> str:
    from packaging.requirements import Requirement

    return str(Requirement(requirement).specifier) or "*"
