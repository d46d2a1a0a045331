"""The names that this user has for templates: their own, and those of the catalogues that they added."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import reading, tomlfile
from scaffold.errors import BadAnswer, WriteFailed
from scaffold.places import data_folder, names_file
from scaffold.sources.catalogue import FILE, Catalogue, Entry, check_name, parse_catalogue
from scaffold.sources.errors import CatalogueFault, NamesInUse, NameTaken, UnknownTemplate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scaffold.foreign.checkout import Checkout
    from scaffold.questions import Question, Value
    from scaffold.recommend import Recommendation

_HEAD = (
    "# The templates that this user has names for. `scaffold template add` and `remove` rewrite it, without comments.\n"
)
_LOCK_TIMEOUT = 10  # seconds; a change takes a few milliseconds


@dataclass(frozen=True)
class Names:
    """All that is known: the user's own first, then each catalogue."""

    own: Catalogue
    shared: tuple[Catalogue, ...]
    sources: Mapping[str, Mapping[str, Any]]
    """Where each catalogue came from: source, commit."""

    @property
    def entries(self) -> list[Entry]:
        """Every template under the name that it can be called by; the user's own names win."""
        found: dict[str, Entry] = {}
        for catalogue in (self.own, *self.shared):
            for entry in catalogue.templates.values():
                found.setdefault(entry.name, entry)
        return list(found.values())

    def find(self, name: str) -> Entry | None:
        """The template of that name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def serving(self, recommendation: Recommendation) -> list[Entry]:
        """The templates that were made for such work."""
        return [entry for entry in self.entries if entry.serves(recommendation)]

    def defaults_for(self, entry: Entry | None) -> dict[str, object]:
        """What the team would answer; what the user would, wins."""
        if entry is None:
            merged = {key: value for each in reversed(self.shared) for key, value in each.defaults.items()}
            return {**merged, **self.own.defaults}
        shared = {
            key: value for each in self.shared if each.name == entry.catalogue for key, value in each.defaults.items()
        }
        own = dict(self.own.defaults)
        return {**shared, **entry.defaults, **own} if entry.catalogue else {**own, **entry.defaults}

    def answers_for(self, questions: Sequence[Question]) -> dict[str, Value]:
        """What the team, or the user, would answer to the questions of the bundled templates.

        Raises:
            CatalogueFault: An answer is none that its question takes.
        """
        suggested = self.defaults_for(None)
        try:
            return {q.name: q.parse(suggested[q.name]) for q in questions if q.name in suggested}
        except BadAnswer as error:
            holder = next(
                each
                for each in (self.own, *self.shared)
                if error.flag.removeprefix("--").replace("-", "_") in each.defaults
            )
            whose = f"the catalogue {holder.name}" if holder.name else names_file()
            raise CatalogueFault(f"[defaults] of {whose}", str(error)) from error


def load() -> Names:
    """What the user's file and the catalogues' copies say.

    Raises:
        CatalogueFault: One of them cannot be read.
    """
    text = _own_text()
    own = parse_catalogue(text, names_file(), names_file().parent, own=True)
    sources = tomlfile.parse(text).get("catalogues", {})
    return Names(own, tuple(_copy_of(name, sources[name]) for name in sources), sources)


def _copy_of(name: str, known: Mapping[str, Any]) -> Catalogue:
    path = _copy(name)
    try:
        return parse_catalogue(_read(path), path, _base(str(known.get("source", ""))))
    except CatalogueFault as error:
        raise CatalogueFault(
            f"catalogue {name}", f"{error}; scaffold template remove {name}, then add it again"
        ) from error


def _base(source: str) -> Path | None:
    return Path(source) if source and Path(source).is_dir() else None


def add(name: str, checkout: Checkout, ref: str | None) -> None:
    """Give a template a name.

    Raises:
        BadName: It can be none.
        NameTaken: It has a meaning already.
        NamesInUse: Another scaffold changes the names.
        WriteFailed: It cannot be noted.
    """
    check_name(name)
    entry = {"source": checkout.source} | ({"ref": ref} if ref else {})
    with _alone():
        taken = load().find(name)
        if taken is not None:
            raise NameTaken(name, taken.source, taken.catalogue)
        data = _data()
        data.setdefault("templates", {})[name] = entry
        _write_data(data)


def add_catalogue(checkout: Checkout) -> Catalogue:
    """Take over a catalogue's names, or its newest ones where it was added before.

    Raises:
        CatalogueFault: There is none, it is broken, or it takes a name that another catalogue has.
        NamesInUse: Another scaffold changes the names.
        WriteFailed: It cannot be noted.
    """
    path = checkout.root / FILE
    if path.is_symlink() or not path.is_file():
        raise CatalogueFault(checkout.source, f"there is no {FILE} at its top: it is no catalogue")
    text = _read(path)
    catalogue = parse_catalogue(text, f"{checkout.source}: {FILE}", _base(checkout.source))
    with _alone():
        _refuse_taken(catalogue, checkout)
        _write(_copy(catalogue.name), text)
        data = _data()
        known = {"source": checkout.source, "ref": checkout.ref, "commit": checkout.commit}
        data.setdefault("catalogues", {})[catalogue.name] = {key: value for key, value in known.items() if value}
        _write_data(data)
    return catalogue


def _refuse_taken(catalogue: Catalogue, checkout: Checkout) -> None:
    names = load()
    before = names.sources.get(catalogue.name)
    if before is not None and before.get("source") != checkout.source:
        raise NameTaken(catalogue.name, str(before.get("source")), catalogue.name)
    for other in names.shared:
        for name in catalogue.templates:
            if other.name != catalogue.name and name in other.templates:
                raise NameTaken(name, other.templates[name].source, other.name)


def remove(name: str) -> str:
    """Forget a name of the user's, or a catalogue with all its names; says which of the two.

    Raises:
        UnknownTemplate: There is neither.
        CatalogueFault: It belongs to a catalogue.
        NamesInUse: Another scaffold changes the names.
    """
    with _alone():
        data = _data()
        for kind in ("templates", "catalogues"):
            if name in data.get(kind, {}):
                del data[kind][name]
                data = {key: value for key, value in data.items() if value != {}}
                _write_data(data)
                if kind == "catalogues":
                    _copy(name).unlink(missing_ok=True)
                return kind.removesuffix("s")
    names = load()
    entry = names.find(name)
    if entry is not None:
        reason = f"{name} is one of its names: scaffold template remove {entry.catalogue} forgets them all"
        raise CatalogueFault(f"the catalogue {entry.catalogue}", reason)
    raise UnknownTemplate(name, [each.name for each in names.entries])


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else changes the names meanwhile: they are read, changed and written as a whole."""
    from filelock import FileLock, Timeout

    place = data_folder() / "names.lock"  # not beside the file, in a folder that people look into
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place, timeout=_LOCK_TIMEOUT)
        lock.acquire()
    except Timeout as error:
        raise NamesInUse(place, _LOCK_TIMEOUT) from error
    except OSError as error:
        raise WriteFailed(place, error) from error
    try:
        yield
    finally:
        lock.release()


def _data() -> dict[str, Any]:
    text = _own_text()
    parse_catalogue(text, names_file(), own=True, base=names_file().parent)  # whoever edited it by hand
    return tomlfile.parse(text)


def _write_data(data: Mapping[str, Any]) -> None:
    _write(names_file(), _HEAD + tomlfile.dump(data))


def _copy(catalogue: str) -> Path:
    return data_folder() / "catalogues" / f"{catalogue}.toml"


def _own_text() -> str:
    """What the user's file holds; nothing where there is none."""
    try:
        return _read(names_file())
    except _Missing:
        return ""


class _Missing(CatalogueFault):
    """There is no such file."""


def _read(path: Path) -> str:
    try:
        return reading.read_text(path)
    except reading.Absent as error:
        raise _Missing(path, error.reason) from error
    except reading.Unreadable as error:
        raise CatalogueFault(path, error.reason, error.line) from error


def _write(path: Path, text: str) -> None:
    """The whole file or, whatever happens, the one before."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise WriteFailed(path, error) from error
