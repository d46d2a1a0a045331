"""The names that this user has for templates: their own, and those of the catalogues that they added."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold import reading, tomlfile
from scaffold.errors import BadAnswer, Busy, ChangedMeanwhile, Refused, WriteFailed
from scaffold.places import config_folder, names_file
from scaffold.sources.catalogue import FILE, Catalogue, Entry, check_name, parse_catalogue
from scaffold.sources.errors import CatalogueFault, UnknownTemplate
from scaffold.sources.names_edit import edited
from scaffold.writing.job import Job
from scaffold.writing.journal import write
from scaffold.writing.record import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scaffold.foreign.checkout import Checkout
    from scaffold.questions import Question, Value
    from scaffold.recommend import Recommendation

_PATIENCE = 10  # seconds; a change takes a few milliseconds
_COPIES = "catalogues"


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
    text = _text_of(names_file(), _own_raw() or b"")
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
        UsageError: It can be none.
        Refused: It has a meaning already, or another scaffold changes the names.
        WriteFailed: It cannot be noted.
    """
    check_name(name)
    entry = {"source": checkout.source} | ({"ref": ref} if ref else {})

    def change(_: Mapping[str, Any]) -> _Change:
        taken = load().find(name)
        if taken is not None:
            raise _taken(name, taken.source, taken.catalogue)
        return _Change("templates", name, entry)

    _apply(f"template add {name}", change)


def add_catalogue(checkout: Checkout) -> Catalogue:
    """Take over a catalogue's names, or its newest ones where it was added before.

    Raises:
        CatalogueFault: There is none, it is broken, or it takes a name that another catalogue has.
        Refused: Another scaffold changes the names.
        WriteFailed: It cannot be noted.
    """
    path = checkout.root / FILE
    if path.is_symlink() or not path.is_file():
        raise CatalogueFault(checkout.source, f"there is no {FILE} at its top: it is no catalogue")
    text = _read(path)
    catalogue = parse_catalogue(text, f"{checkout.source}: {FILE}", _base(checkout.source))

    def change(_: Mapping[str, Any]) -> _Change:
        _refuse_taken(catalogue, checkout)
        known = {"source": checkout.source, "ref": checkout.ref, "commit": checkout.commit}
        entry = {key: value for key, value in known.items() if value}
        return _Change("catalogues", catalogue.name, entry, copy=catalogue.name, text=text)

    _apply(f"template add {catalogue.name}", change)
    return catalogue


def _refuse_taken(catalogue: Catalogue, checkout: Checkout) -> None:
    names = load()
    before = names.sources.get(catalogue.name)
    if before is not None and before.get("source") != checkout.source:
        raise _taken(catalogue.name, str(before.get("source")), catalogue.name)
    for other in names.shared:
        for name in catalogue.templates:
            if other.name != catalogue.name and name in other.templates:
                raise _taken(name, other.templates[name].source, other.name)


def _taken(name: str, source: str, catalogue: str) -> Refused:
    whose = f" of the catalogue {catalogue}" if catalogue else ""
    return Refused(
        f"the name {name}",
        f"is taken by {source}{whose}: choose another, or first scaffold template remove {catalogue or name}",
    )


def remove(name: str) -> str:
    """Forget a name of the user's, or a catalogue with all its names; says which of the two.

    Raises:
        UnknownTemplate: There is neither.
        CatalogueFault: It belongs to a catalogue.
        Refused: Another scaffold changes the names.
    """
    removed: list[str] = []

    def change(data: Mapping[str, Any]) -> _Change:
        for kind in ("templates", "catalogues"):
            if name in data.get(kind, {}):
                removed.append(kind.removesuffix("s"))
                return _Change(kind, name, None, copy=name if kind == "catalogues" else None)
        names = load()
        entry = names.find(name)
        if entry is not None:
            reason = f"{name} is one of its names: scaffold template remove {entry.catalogue} forgets them all"
            raise CatalogueFault(f"the catalogue {entry.catalogue}", reason)
        raise UnknownTemplate(name, [each.name for each in names.entries])

    _apply(f"template remove {name}", change)
    return removed[-1]


@dataclass(frozen=True)
class _Change:
    """What becomes of one name, and a catalogue's copy that is written with it, or goes."""

    kind: str
    name: str
    entry: Mapping[str, str] | None
    """What the name's table says; None removes it."""
    copy: str | None = None
    """The catalogue's name."""
    text: str | None = None
    """What its copy holds; None removes it."""


def _apply(command: str, change: Callable[[Mapping[str, Any]], _Change]) -> None:
    """Read the names, change them and write them whole; where somebody else was faster, begin again.

    Raises:
        Refused: Another scaffold changes the names, and does not end.
        WriteFailed: They cannot be written.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        before = _own_raw()
        wanted = change(_data(before))
        try:
            config_folder().mkdir(parents=True, exist_ok=True)
            _write(command, before, wanted, patience=max(until - time.monotonic(), 0))
        except (Busy, ChangedMeanwhile) as error:
            if time.monotonic() >= until:
                raise Refused(
                    f"another scaffold has been changing {names_file()} for {_PATIENCE:g} seconds:",
                    "wait until it has ended, then run this again",
                ) from error
        except OSError as error:
            raise WriteFailed(config_folder(), error) from error
        else:
            return


def _write(command: str, before: bytes | None, wanted: _Change, *, patience: float) -> None:
    """All at once; but a file of names that the user keeps elsewhere, behind a link, after the catalogue's copy."""
    text = edited(_text_of(names_file(), before or b""), wanted.kind, wanted.name, wanted.entry)
    names = {PurePosixPath(names_file().name): text.encode()}
    copies: dict[PurePosixPath, bytes] = {}
    removed: tuple[PurePosixPath, ...] = ()
    if wanted.copy is not None:
        path = PurePosixPath(_COPIES, f"{wanted.copy}.toml")
        if wanted.text is None:
            removed = (path,)
        else:
            copies[path] = wanted.text.encode()
    expected = {path: None if before is None else digest(before) for path in names}
    jobs = [(config_folder().resolve(), copies | names, removed, expected)]
    if names_file().is_symlink():
        place = names_file().resolve()
        elsewhere = {PurePosixPath(place.name): content for content in names.values()}
        there = {PurePosixPath(place.name): digest_ for digest_ in expected.values()}
        jobs = [(config_folder().resolve(), copies, removed, {}), (place.parent, elsewhere, (), there)]
    for dest, files, gone, known in jobs:
        job = Job(dest=dest, command=command, files=files, removed=gone, expected=known, keep=False)
        write(job, patience=patience)


def _data(raw: bytes | None) -> dict[str, Any]:
    text = _text_of(names_file(), raw or b"")
    parse_catalogue(text, names_file(), own=True, base=names_file().parent)  # whoever edited it by hand
    return tomlfile.parse(text)


def _copy(catalogue: str) -> Path:
    return config_folder() / _COPIES / f"{catalogue}.toml"


def _own_raw() -> bytes | None:
    """What the user's file holds; None where there is none."""
    try:
        return reading.read_limited(names_file())
    except reading.Absent:
        return None
    except reading.Unreadable as error:
        raise CatalogueFault(names_file(), error.reason) from error


def _read(path: Path) -> str:
    try:
        return reading.read_text(path)
    except reading.Unreadable as error:
        raise CatalogueFault(path, error.reason, error.line) from error


def _text_of(path: Path, raw: bytes) -> str:
    try:
        return reading.text_of(raw)
    except reading.Unreadable as error:
        raise CatalogueFault(path, error.reason, error.line) from error
