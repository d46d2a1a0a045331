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
from harness import ROOT, Result, Run, git, git_commit_all
from repositories import write
from sampling import every, one_of

from scaffold.cli import run
from scaffold.places import data_folder, names_file

SECONDS = 60  # a run takes half a second on an idle machine, and one that goes wrong hours; one that takes longer fails
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
    """A folder, with something in it."""
    path.mkdir()
    (path / "file").touch()


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
QUICK = ("pipe", "device", "sparse", "loop", "number")
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
    [made] = generate(here).glob("src/*/threadpool_map.py")
    made.unlink()
    return made


def generate(here: Path) -> Path:
    """A generated project."""
    assert run(["new", str(here / "made"), "--defaults"]) == 0
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
    "readme": Subject(in_template("README.md"), OF_TEMPLATE[:1], {}, unharmed=frozenset({"not UTF-8", "folder"})),
    "names": Subject(own_names, ("template list", "new made --template x --defaults"), TOML),
    "copy of a catalogue": Subject(catalogue_copy, ("template list",), TOML, names=False),
    "catalogue": Subject(shared_catalogue, ("template add --catalogue shared",), TOML),
}


def cases(*, quick: bool) -> list[object]:
    """Every file with every trouble: with all commands in the fast tests, with one at a time in the others."""
    troubles = [(subject, trouble) for subject, described in SUBJECTS.items() for trouble in (*KINDS, *described.text)]
    rows = [
        (subject, trouble, command)
        for turn, (subject, trouble) in enumerate(troubles)
        for command in (SUBJECTS[subject].commands if quick else one_of(SUBJECTS[subject].commands, turn))
    ]
    fast = [row for row in rows if row[1] in QUICK and row[0] != "record" and "template test" not in row[2]]
    return [pytest.param(*row, id="-".join(row)) for row in (fast if quick else every(rows, 3))]


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


# --- generated files ------------------------------------------------------------------------------------------------


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        *((trouble, "in the way") for trouble in ("pipe", "device", "loop", "folder", "socket", "secret")),
        *((trouble, "too large") for trouble in ("sparse", "large")),
        ("not UTF-8", "edited"),
    ],
)
def test_what_stands_in_place_of_a_generated_file(apart: Path, scaffold: Run, trouble: str, kind: str) -> None:
    """It is drift, and fails where machinery is missing; an update refuses or passes it; nothing is read whole."""
    place = generated(apart)
    disturb(place, trouble, {})
    before = picture(apart)
    result = scaffold("check", "made", "--diff")
    assert result.code == (3 if kind == "in the way" else 0)
    assert f"  {kind:<10} {place.relative_to(apart / 'made')}" in result.out
    assert len(result.out) < 100_000
    assert scaffold("check", "made", "--strict").code == 3
    result = scaffold("update", "made", "--defaults", "--allow-dirty", "--dry-run")
    assert result.code in {0, 1}, result.err
    assert len(result.err.splitlines()) <= 1
    result = scaffold("new", "made", "--defaults")
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert picture(apart) == before


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("trouble", [*QUICK[:4], "folder", "large", "not UTF-8", *YAML])
def test_a_record_that_cannot_be_read_is_drift(apart: Path, scaffold: Run, trouble: str) -> None:
    """`check` says why in its line about the project."""
    place = record(apart)
    disturb(place, trouble, YAML)
    result = scaffold("check", "made")
    assert (result.code, result.err) == (3, "")
    assert len(result.out.splitlines()) == 1
    assert ".copier-answers.yml" in result.out


def test_a_record_that_is_a_link_is_not_updated(apart: Path, scaffold: Run) -> None:
    """It can be read, but not replaced."""
    place = record(apart)
    place.symlink_to(apart / "elsewhere.yml")
    assert scaffold("new", "other", "--defaults").code == 0
    (apart / "other" / ".copier-answers.yml").rename(apart / "elsewhere.yml")
    result = scaffold("reanswer", "made", "--workers", "3", "--allow-dirty")
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert "is not a plain file" in result.err


@pytest.mark.parametrize("version", ["1." * 5_000 + "1", f"1.2.{'9' * 5_000}", "9" * 5_000])
def test_a_version_without_end(apart: Path, scaffold: Run, version: str) -> None:
    """It was never released."""
    place = generate(apart) / ".copier-answers.yml"
    text = place.read_text(encoding="utf-8")
    lines = [f"_commit: '{version}'" if line.startswith("_commit") else line for line in text.splitlines()]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = scaffold("check", "made")
    assert result.code == 3
    assert "was never released" in result.out
    assert len(result.out) < 1_000


# --- answers from a pipe --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("text", ["workers: 3\n", '{"workers": 3}'])
def test_answers_come_through_a_pipe(here: Path, text: str) -> None:
    """In YAML, or in JSON, which is a part of it."""
    arguments = ("new", "made", "--defaults", "--dry-run", "--json", "--answers")
    result = in_time(here, *arguments, "/dev/stdin", stdin=text.encode())
    assert (result.code, result.err) == (0, "")
    assert '"workers": 3' in result.out


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="it is a shell's way")
def test_answers_come_from_process_substitution(here: Path) -> None:
    """As a shell opens it; whatever else is given wins."""
    command = f"{sys.executable} -m scaffold new made --defaults --dry-run --json --answers <(sleep 1; echo workers: 3)"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"workers": 3' in done.stdout


def test_answers_without_end_are_refused(here: Path) -> None:
    """As soon as there are too many of them."""
    result = in_time(here, "new", "made", "--defaults", "--answers", "/dev/stdin", stdin=b"# text\n" * 200_000)
    assert result.code == 2
    assert result.err == "error: --answers /dev/stdin: is larger than a megabyte\n"


# --- what takes time with the square of its length ------------------------------------------------------------------


@pytest.mark.timeout(SECONDS)
def test_blanks_within_a_line_of_an_ini_file(apart: Path, scaffold: Run) -> None:
    """They count as one; the settings around them are read."""
    blanks = " \t\r" * 200_000
    write(apart / "acme", PACKAGE | {"setup.cfg": f"[options]\nx{blanks}y\npython_requires = >=3.12\n"})
    result = scaffold("add", "acme", "--defaults", "--dry-run", "--json")
    assert '"python": "3.12"' in result.out


@pytest.mark.timeout(SECONDS)
def test_a_python_without_end(apart: Path, scaffold: Run) -> None:
    """It is newer than all that are known."""
    write(apart / "acme", PACKAGE | {"pyproject.toml": f'[project]\nrequires-python = ">=3.{"9" * 5_000}"\n'})
    assert scaffold("add", "acme", "--defaults", "--dry-run").code == 0


@pytest.mark.slow
@pytest.mark.timeout(SECONDS)
@pytest.mark.usefixtures("apart")
def test_templates_that_replace_each_other(scaffold: Run) -> None:
    """Thousands of them, one after the other."""
    rows = [f'[templates.t{n}]\nsource = "gh:a/b"\ndeprecated = "t{n + 1}"' for n in range(4_000)]
    (names_file().parent).mkdir(parents=True)
    names_file().write_text("\n".join([*rows, '[templates.t4000]\nsource = "gh:a/b"\n']), encoding="utf-8")
    assert scaffold("template", "list").code == 0


@pytest.mark.timeout(SECONDS)
@pytest.mark.usefixtures("apart")
def test_a_source_that_is_a_loop_of_links(scaffold: Run) -> None:
    """It is named with its line."""
    names_file().parent.mkdir(parents=True)
    (names_file().parent / "loop").symlink_to("loop")
    names_file().write_text('[templates.t]\nsource = "./loop"\n', encoding="utf-8")
    result = scaffold("template", "list")
    assert result.code in {0, 1}  # from Python 3.13 on, such a path is resolved as far as it goes
    assert len(result.err.splitlines()) == result.code


@pytest.mark.slow
def test_a_template_of_links(apart: Path) -> None:
    """As many as a template may have, each to the next file or through a long chain of others."""
    template = in_template("a")(apart).parent
    for number in range(9_000):
        (template / f"l{number}").symlink_to("a.txt")
    assert in_time(apart, "template", "show", "./template").code == 0
    for number in range(3_000):
        (template / f"l{number}").unlink()
        (template / f"l{number}").symlink_to(f"l{number + 1}")
    result = in_time(apart, "template", "show", "./template")
    assert result.code == 1
    assert "symbolic link" in result.err
    assert in_time(apart, "template", "lint", "template").code in {0, 1}


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("pattern", ["**/" * 100 + "x.yml", "*/" * 200 + "x.yml", "[" + "a" * 2_000 + "]"])
def test_an_include_that_multiplies(apart: Path, scaffold: Run, pattern: str) -> None:
    """However often a pattern goes through all folders, each is gone through once."""
    template = in_template("a", QUESTIONS + f'---\n!include "{pattern}"\n')(apart).parent
    for depth in range(30):
        (template / "/".join("d" * depth) / "e").mkdir(parents=True)
    assert scaffold("template", "show", "./template").code in {0, 1}
    assert scaffold("template", "lint", "template").code in {0, 1}


@pytest.mark.timeout(SECONDS)
def test_patterns_that_multiply_with_files(apart: Path, scaffold: Run) -> None:
    """Thousands of either are too many to be tried."""
    excluded = "".join(f"- '*a*{number}'\n" for number in range(2_000))
    template = in_template("a", f"{QUESTIONS}_exclude:\n{excluded}")(apart).parent
    for number in range(1_000):
        (template / f"file{number}").touch()
    result = scaffold("template", "lint", "template")
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert "too many files" in result.err


def test_includes_are_found_as_ever(apart: Path, scaffold: Run) -> None:
    """By name, by a pattern, in hidden folders, through links within the template; in the order of their names."""
    template = in_template("a", "--- !include '**/q[0-9].yml'\n--- !include linked/*.yml\n")(apart).parent
    write(template, {"q1.yml": "b: 1\n", ".x/y/q2.yml": "c: 1\n", "q.yml": "no: 1\n", "real/z.yml": "d: 1\n"})
    (template / "linked").symlink_to("real")
    result = scaffold("template", "show", "./template", "--json")
    assert [f'"name": "{name}"' in result.out for name in ("b", "c", "d", "no")] == [True, True, True, False]


# --- folders --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_folder_with_too_many_names(apart: Path) -> None:
    """It is no project, no template, and has no record."""
    place = apart / "many"
    place.mkdir()
    write(place, {"pyproject.toml": "", "copier.yml": QUESTIONS})
    for number in range(100_001):
        os.close(os.open(place / f"f{number}", os.O_CREAT | os.O_WRONLY))
    for command in ("add many --defaults", "check many", "update many", "template lint many", "template test many"):
        result = in_time(apart, *command.split())
        assert (result.code, len(result.err.splitlines())) == (1, 1), (command, result.err)


@pytest.mark.slow
def test_a_project_with_too_many_folders(apart: Path) -> None:
    """The search for packages ends, and says what would help."""
    write(apart / "acme", {"pyproject.toml": ""})
    for number in range(100):
        for other in range(110):
            (apart / "acme" / f"a{number}" / f"b{other}").mkdir(parents=True)
    result = in_time(apart, "add", "acme", "--defaults")
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert "give the project's own directory" in result.err


@pytest.mark.slow
def test_folders_without_end_are_removed(apart: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a template's version left in a private folder is removed, though no call could go that deep."""
    (apart / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(apart / "tmp"))
    template = in_template("a")(apart).parent
    path = "d/" * 1_500 + "file"
    git_commit_all(template)
    blob = git(template, "hash-object", "-w", "a.txt").strip()
    git(template, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    git(template, "commit", "--quiet", "--message", "deep")
    git(template, "tag", "v1.0.0")
    result = scaffold("template", "show", f"{template}@v1.0.0")
    assert (result.code, len(result.err.splitlines())) == (1, 1), result.err
    assert list((apart / "tmp").iterdir()) == []
