"""Nothing that a project, a template or a user names is read without an end: each file, with each kind of trouble."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import ROOT, Result, Run
from repositories import write

from scaffold.places import data_folder, names_file

SECONDS = 20  # for a run that takes half a second on an idle machine; a test whose run takes longer fails
QUESTIONS = "name:\n  type: str\n  default: demo\n"
PACKAGE = {"src/acme/__init__.py": "", "pyproject.toml": '[project]\nname = "acme"\n'}
Prepare = Callable[[Path], None]


# --- trouble --------------------------------------------------------------------------------------------------------


def fifo(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def without_end(path: Path) -> None:
    """A link to a device without end."""
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    """Thirty gigabytes, of which none is on the disk."""
    with path.open("wb") as file:
        file.truncate(30 << 30)


def loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path.name)


def folder(path: Path) -> None:
    """A folder."""
    path.mkdir()


def unix_socket(path: Path) -> None:
    """A socket's file; its whole name would be too long for one."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def secret(path: Path) -> None:
    """A file that is not for us to read."""
    path.write_text("", encoding="utf-8")
    path.chmod(0)


def filled(content: bytes) -> Prepare:
    """A file with this in it."""

    def prepare(path: Path) -> None:
        path.write_bytes(content)

    return prepare


KINDS: dict[str, Prepare] = {
    "pipe": fifo,
    "device": without_end,
    "sparse": sparse,
    "loop": loop,
    "folder": folder,
    "socket": unix_socket,
    "large": filled(b"# text\n" * 3_000_000),
    "not UTF-8": filled(b"# text\n\xff\xfe\xfa\n"),
    "secret": secret,
}
NINES = b"9" * 5_000
YAML = {
    "deep": b"a: " + b"[" * 100_000,
    "deeper": b"{a: " * 100_000,
    "number": b"workers: " + NINES,
    "sixties": b"workers: !!int '" + b"1:" * 100_000 + b"1'",
    "aliases": b"a: &a [x]\n" + b"".join(b"b%d: &a [*a, *a, *a, *a, *a, *a]\n" % n for n in range(30)),
    "itself": b"a: &a [*a]\n",
    "NUL": b"a: \0\n",
    "merge": b"<<: 5\na: 1\n",
    "no key": b"? [a, b]\n: c\n",
    "unknown tag": b"a: !!python/object/apply:os.system [x]\n",
}
WRONG_TAGS = {
    "empty int": b"a: !!int ''\n",
    "no bool": b"a: !!bool x\n",
    "no time": b"a: !!timestamp x\n",
    "no date": b"a: 2001-99-99\n",
    "too large a float": b"a: !!float '" + b"1:" * 400 + b"1'\n",
}
TOML = {
    "deep": b"a = " + b"[" * 100_000,
    "deep table": b"a = " + b"{a = " * 100_000,
    "dotted": b"a." * 100_000 + b"a = 1\n",
    "dotted table": b"[" + b"a." * 100_000 + b"a]\n",
    "number": b"a = " + NINES,
    "hexadecimal": b"a = 0x" + NINES,
    "NUL": b"a = '\0'\n",
    "twice": b"a = 1\na = 2\n",
}
JSON = {
    "deep": b'{"a": ' + b"[" * 50_000,
    "deep and whole": b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}",
    "number": b'{"workers": ' + NINES + b"}",
    "NaN": b'{"workers": NaN}',
    "twice": b'{"workers": 1, "workers": 2}',
    "NUL": b'{"a": "\0"}',
}
INI = {
    "no section": b"a = 1\n",
    "nameless": b"[a]\n" + b"=\n" * 300_000,
    "defaults": b"[DEFAULT]\n" + b"".join(b"a%d\n" % n for n in range(60_000)) + b"[b]\n[c]\n",
    "goes on": b"[a]\nb\n  c\n",
}
QUICK = ("pipe", "device", "sparse", "loop", "deep", "number")
"""Kinds of trouble that the fast tests have, too."""


# --- files ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """A file that commands read; the current folder is the test's own."""

    place: Callable[[Path], Path]
    """Where it stands, in a surrounding that is made for it."""
    commands: tuple[str, ...]
    text: dict[str, bytes]
    """Trouble of its format."""
    code: int = 1
    names: bool = True
    """Whether the line names the file."""
    unharmed: frozenset[str] = frozenset()
    """Trouble that is none, since nothing of the content matters."""


def answers(name: str) -> Callable[[Path], Path]:
    """A file beside the project that is to be made."""
    return lambda here: here / name


def in_project(name: str, **more: str) -> Callable[[Path], Path]:
    """A file of an existing project."""

    def place(here: Path) -> Path:
        write(here / "acme", PACKAGE | more)
        (here / "acme" / name).unlink(missing_ok=True)
        return here / "acme" / name

    return place


def in_template(name: str, config: str = QUESTIONS) -> Callable[[Path], Path]:
    """A file of a template in a plain folder."""

    def place(here: Path) -> Path:
        write(here / "template", {"copier.yml": config, "a.txt": "a"})
        (here / "template" / name).unlink(missing_ok=True)
        return here / "template" / name

    return place


def record(here: Path) -> Path:
    """The answers file of a generated project."""
    made = generate(here) / ".copier-answers.yml"
    made.unlink()
    return made


def generated(here: Path) -> Path:
    """A generated file."""
    made = generate(here) / "README.md"
    made.unlink()
    return made


def generate(here: Path) -> Path:
    """A generated project."""
    command = [sys.executable, "-m", "scaffold", "new", "made", "--defaults"]
    subprocess.run(command, cwd=here, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    return here / "made"


def own_names(_: Path) -> Path:
    """The user's file of names."""
    names_file().parent.mkdir(parents=True, exist_ok=True)
    return names_file()


def catalogue_copy(_: Path) -> Path:
    """The copy of a catalogue that was added."""
    write(names_file().parent, {names_file().name: '[catalogues.team]\nsource = "https://example.org/t.git"\n'})
    place = data_folder() / "catalogues" / "team.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def shared_catalogue(here: Path) -> Path:
    """A catalogue that a team shares."""
    (here / "shared").mkdir()
    return here / "shared" / "scaffold.toml"


ADD = ("add acme --defaults --dry-run",)
OF_TEMPLATE = ("template show ./template", "new made --template ./template --defaults", "template test template")
SUBJECTS = {
    "answers.yml": Subject(answers("answers.yml"), ("new made --answers answers.yml --defaults",), YAML, code=2),
    "answers.toml": Subject(answers("answers.toml"), ("new made --answers answers.toml --defaults",), TOML, code=2),
    "answers.json": Subject(answers("answers.json"), ("new made --answers answers.json --defaults",), JSON, code=2),
    "record": Subject(record, ("update made --defaults --allow-dirty", "reanswer made --workers 3"), YAML),
    "pyproject.toml": Subject(in_project("pyproject.toml"), ADD, TOML),
    "setup.cfg": Subject(in_project("setup.cfg"), ADD, INI),
    "tox.ini": Subject(in_project("tox.ini"), ADD, INI),
    "pytest.ini": Subject(in_project("pytest.ini"), ADD, INI),
    "setup.py": Subject(in_project("setup.py"), ADD, {}),
    "ruff.toml": Subject(in_project("ruff.toml", **{".ruff.toml": ""}), ADD, TOML),
    "copier.yml": Subject(in_template("copier.yml"), OF_TEMPLATE, YAML | WRONG_TAGS),
    "included": Subject(in_template("q.yml", QUESTIONS + "---\n!include q.yml\n"), OF_TEMPLATE, YAML | WRONG_TAGS),
    "readme": Subject(in_template("README.md"), OF_TEMPLATE[:1], {}, unharmed=frozenset({"not UTF-8"})),
    "names": Subject(own_names, ("template list", "new made --template x --defaults"), TOML),
    "copy of a catalogue": Subject(catalogue_copy, ("template list",), TOML, names=False),
    "catalogue": Subject(shared_catalogue, ("template add --catalogue shared",), TOML),
}


def cases(*, quick: bool) -> list[object]:
    """Every file with every trouble and every command; the fast ones run what starts no other process."""
    rows = [
        (subject, trouble, command)
        for subject, described in SUBJECTS.items()
        for trouble in (*KINDS, *described.text)
        for command in described.commands
    ]
    fast = [row for row in rows if row[1] in QUICK and row[0] != "record" and "template test" not in row[2]]
    return [pytest.param(*row, id="-".join(row)) for row in (fast if quick else rows)]


@pytest.fixture
def apart(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and beside it the user's own folders, where no other test has left anything."""
    for kind in ("config", "data", "state"):
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(here.parent / f"{here.name}-{kind}"))
    return here


def disturb(place: Path, trouble: str, text: dict[str, bytes]) -> None:
    """Put it there, or skip where this user or system has none of it."""
    if trouble == "secret" and os.geteuid() == 0:
        pytest.skip("root may read everything")
    (KINDS.get(trouble) or filled(text[trouble]))(place)


def picture(root: Path) -> dict[str, tuple[int, int]]:
    """Every name below a folder, with its kind and size."""
    found = (Path(folder, name) for folder, folders, names in os.walk(root) for name in (*folders, *names))
    return {
        str(path): (status.st_mode, 0 if stat.S_ISDIR(status.st_mode) else status.st_size)
        for path in found
        for status in [path.lstat()]
    }


def in_time(here: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    """Run the command line for real; a run that does not end fails the test."""
    done = subprocess.run(
        [sys.executable, "-m", "scaffold", *arguments],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=stdin or b"",
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def assert_refused(result: Result, subject: Subject, place: Path) -> None:
    """One line that says which file is meant, and no more."""
    lines = result.err.splitlines()
    assert (result.code, len(lines)) == (subject.code, 1), result.err[:2_000]
    assert lines[0].startswith("error: ")
    assert place.name in lines[0] or not subject.names
    assert len(lines[0]) < 1_000


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize(("subject", "trouble", "command"), cases(quick=True))
def test_trouble_ends_in_a_line(apart: Path, scaffold: Run, subject: str, trouble: str, command: str) -> None:
    """Whatever stands in place of a file, it is not waited for, not read whole, and nothing is written."""
    described = SUBJECTS[subject]
    place = described.place(apart)
    disturb(place, trouble, described.text)
    before = picture(apart)
    assert_refused(scaffold(*command.split()), described, place)
    assert picture(apart) == before


@pytest.mark.slow
@pytest.mark.parametrize(("subject", "trouble", "command"), cases(quick=False))
def test_trouble_ends_in_a_line_in_time(apart: Path, subject: str, trouble: str, command: str) -> None:
    """The same in a process of its own, for every trouble."""
    described = SUBJECTS[subject]
    place = described.place(apart)
    disturb(place, trouble, described.text)
    before = picture(apart)
    result = in_time(apart, *command.split())
    if trouble in described.unharmed:
        assert result.code == 0
    else:
        assert_refused(result, described, place)
    assert picture(apart) == before
