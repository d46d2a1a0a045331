"""Whatever is broken around it, each command does its work or says in one line why not; never a traceback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, files_below, git_commit_all
from repositories import ANSWERS, ANSWERS_FILE, write
from sampling import pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="worlds are broken by a POSIX shell")

SECONDS = 60  # for one command; it takes well under two
LONG = "1." + "1" * 5_000

COMMANDS: Mapping[str, Sequence[str]] = {
    "version": ["--version"],
    "help": ["--help"],
    "advise": ["advise", "--defaults"],
    "rules": ["rules"],
    "info": ["info"],
    "new": ["new", "made", "--defaults"],
    "new --template": ["new", "made", "--template", "@PLAY@/template", "--defaults"],
    "add": ["add", "@PLAY@/project", "--module", "other", "--defaults", "--dry-run"],
    "check": ["check", "@PLAY@/project"],
    "check .": ["check"],
    "update": ["update", "@PLAY@/project", "--dry-run"],
    "reanswer": ["reanswer", "@PLAY@/project", "--workers", "3", "--dry-run"],
    "undo": ["undo", "@PLAY@/project", "--dry-run"],
    "review": ["review"],
    "template list": ["template", "list"],
    "template show": ["template", "show", "@PLAY@/template"],
    "template lint": ["template", "lint", "@PLAY@/template", "--select", "V"],
    "template new": ["template", "new", "made"],
    "template eject": ["template", "eject", "made", "--dry-run"],
}
"""Every command that reads the world in its own way; `@PLAY@` is where the project and the template are."""

HERE = ("new", "new --template", "check .", "review", "template lint", "template new", "template eject")
"""Those that need the current directory."""
KEEPING = ("advise", "new", "new --template", "template list", "template show")
"""Those that look at, or keep, something of the user's own."""
ALL = tuple(COMMANDS)


@dataclass(frozen=True, kw_only=True)
class World:
    """Something broken, and what that stops."""

    name: str
    variables: Mapping[str, str | None] = field(default_factory=dict)
    """None: it is not set."""
    start: str = 'exec "$@"'
    """How a shell starts the command."""
    stops: Sequence[str] = ()
    says: str = ""
    """Part of the one line, where there can be one."""
    code: int = 1
    writes: bool = False
    """What is stopped is only the output."""
    hears: bool = True
    """Whether what is said on stderr can be heard."""
    elsewhere: Sequence[str] = ()
    """Commands that find nothing, or may find no place, where the user's own is looked for."""


FILE = "@PLAY@/template/copier.yml"
XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
FULL = "stdout cannot be written: No space left on device"
WORLDS = [
    World(name="plain"),
    World(
        name="directory-gone",
        start='mkdir gone && cd gone && rmdir ../gone && exec "$@"',
        stops=HERE,
        says="/gone' no longer exists",
    ),
    World(name="git-count", variables={"GIT_CONFIG_COUNT": "x"}),
    World(name="git-count-long", variables={"GIT_CONFIG_COUNT": "9" * 5_000}),
    World(name="home-unset", variables={"HOME": None}, elsewhere=("undo",)),
    World(
        name="home-relative",
        variables={"HOME": "home"},
        stops=KEEPING,
        elsewhere=("undo",),
        says="HOME is 'home', which is not an absolute path",
    ),
    World(name="home-missing", variables={"HOME": "/missing/home"}, elsewhere=("undo",)),
    World(name="home-is-a-file", variables={"HOME": FILE}, elsewhere=("undo",)),
    World(name="temporary-missing", variables={"TMPDIR": "/missing"}),
    World(name="xdg-relative", variables=dict.fromkeys(XDG, "relative")),
    World(name="xdg-files", variables=dict.fromkeys(XDG, FILE), elsewhere=("undo",)),
    World(name="no-path", variables={"PATH": ""}, stops=("template new",), says="git is needed"),
    World(name="language-c", variables={"LC_ALL": "C", "LANG": "C"}),
    World(name="language-unknown", start='exec env LC_ALL=xx_YY.none "$@"'),
    World(name="columns", variables={"COLUMNS": "x", "LINES": "-3"}),
    World(name="terminal", variables={"TERM": "\x1b[31m", "NO_COLOR": ""}),
    World(name="ascii", variables={"PYTHONIOENCODING": "ascii"}),
    World(name="stdin-closed", start='exec "$@" <&-'),
    World(name="stdout-closed", start='exec "$@" >&-'),
    World(name="stderr-closed", start='exec "$@" 2>&-', hears=False),
    World(name="all-closed", start='exec "$@" <&- >&- 2>&-', hears=False),
    World(name="stdout-full", start='exec "$@" >/dev/full', stops=ALL, says=FULL, writes=True),
    World(name="stderr-full", start='exec "$@" 2>/dev/full', hears=False),
    World(name="both-full", start='exec "$@" >/dev/full 2>&1', stops=ALL, writes=True, hears=False),
    World(name="nobody-reads", start='"$@" > >(exit 0)', stops=ALL, code=141, writes=True),
    World(
        name="stdout-full-unbuffered",
        variables={"PYTHONUNBUFFERED": "1"},
        start='exec "$@" >/dev/full',
        stops=ALL,
        says=FULL,
        writes=True,
    ),
    World(
        name="both-full-unbuffered",
        variables={"PYTHONUNBUFFERED": "1"},
        start='exec "$@" >/dev/full 2>&1',
        stops=ALL,
        writes=True,
        hears=False,
    ),
    World(
        name="nobody-reads-unbuffered",
        variables={"PYTHONUNBUFFERED": "1"},
        start='"$@" > >(exit 0)',
        stops=ALL,
        code=141,
        writes=True,
    ),
]


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that scaffold made, and a template with letters beyond ASCII in its names."""
    play = tmp_path_factory.mktemp("world")
    files = {"copier.yml": "name: {type: str, default: x}\n", "é {{ name }}.txt": "ü", ANSWERS_FILE: ANSWERS}
    write(play / "template", files)
    write(play / "home", {".gitconfig": "[user]\n\tname = Ada\n\temail = ada@example.org\n"})
    (play / "own").mkdir()
    assert started(["new", str(play / "project"), "--defaults"], play, play).returncode == 0
    git_commit_all(play / "project")
    return play


def started(
    arguments: Sequence[str], play: Path, cwd: Path, world: World = WORLDS[0]
) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell starts it in that world; taking long is a failure."""
    usual = {
        "PATH": os.environ["PATH"],
        "HOME": f"{play}/home",
        "TMPDIR": f"{play}/own",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    env = {
        name: value.replace("@PLAY@", str(play))
        for name, value in {**usual, **world.variables}.items()
        if value is not None
    }
    words = [word.replace("@PLAY@", str(play)) for word in arguments]
    return subprocess.run(
        ["/bin/bash", "-c", world.start, "bash", sys.executable, "-m", "scaffold", *words],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        check=False,
    )


def nothing_is_left(play: Path) -> bool:
    """Whether the folder for temporary files is empty, but for the records of writes where no home can have them."""
    return not [path for path in (play / "own").iterdir() if not path.name.startswith("scaffold-state-")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "world"),
    [pytest.param(name, world, id=f"{name}-{world.name}") for name, world in pairs(ALL, WORLDS, step=5)],
)
def test_each_command_in_each_world(play: Path, tmp_path: Path, name: str, world: World) -> None:
    """It works as if nothing were broken, or ends with one line and a documented code, and has written nothing."""
    before = files_below(play / "project")
    done = started(COMMANDS[name], play, tmp_path, world)
    lines = [
        line for line in done.stderr.splitlines() if not line.startswith("note: no folder of yours can be written")
    ]
    assert "Traceback" not in done.stderr
    assert all(line.startswith("error: ") for line in lines)
    if name in world.elsewhere:
        assert (done.returncode, len(lines)) in ((0, 0), (1, 1))
    else:
        fails = 1 if name == "check ." else 0  # there is no project
        code = fails or (world.code if name in world.stops else 0)
        assert (done.returncode, len(lines)) == (code, 1 if code == 1 and world.hears else 0), done.stderr
        assert fails or code != 1 or world.says in done.stderr
        assert world.writes or code == 0 or not list(tmp_path.iterdir())
    assert files_below(play / "project") == before
    assert nothing_is_left(play)
    assert not (tmp_path / "relative").exists()


@pytest.fixture
def nothing_around(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory that was deleted."""
    gone = here / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("PWD", str(gone))
    gone.rmdir()
    return gone


@pytest.mark.parametrize("name", HERE)
def test_a_directory_that_is_gone_is_named(scaffold: Run, nothing_around: Path, name: str) -> None:
    """By what needs it, in one line."""
    template = nothing_around.parent / "template"
    write(template, {"copier.yml": "a: 1\n", "file": ""})
    result = scaffold(*(word.replace("@PLAY@", str(template.parent)) for word in COMMANDS[name]))
    assert (result.code, result.err.count("\n"), result.out) == (1, 1, "")
    assert f"the working directory '{nothing_around}' no longer exists" in result.err


@pytest.mark.usefixtures("nothing_around")
@pytest.mark.parametrize("name", ["help", "advise", "rules", "info"])
def test_what_needs_no_directory_works_without(scaffold: Run, name: str) -> None:
    """Advice is about the work, not about a place."""
    result = scaffold(*COMMANDS[name])
    assert (result.code, result.err) == (0, "")


def test_a_home_that_is_relative_is_refused(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept would be another file in each directory."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "home")
    result = scaffold("new", "made", "--defaults")
    assert (result.code, result.err.count("\n"), list(here.iterdir())) == (1, 1, [])
    assert "HOME is 'home'" in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["update", "--to", LONG], 1, "was never released"),
        (["update", "--to", f"{LONG}.1"], 1, "was never released"),
        (["check"], 0, ""),
        (["add", "--defaults", "--dry-run", "--module", "other"], 0, "needs Python 3.10 or newer"),
    ],
)
def test_versions_without_end(here: Path, scaffold: Run, arguments: list[str], code: int, says: str) -> None:
    """Numbers of more digits than Python converts: of a flag, and of what a project requires."""
    assert scaffold("new", "made", "--defaults").code == 0
    pyproject = here / "made" / "pyproject.toml"
    text = re.sub(r'requires-python = ".*"', f'requires-python = ">=3.{"1" * 5_000}"', pyproject.read_text())
    if arguments[0] == "add":
        pyproject.write_text(text)
    git_commit_all(here / "made")
    result = scaffold(arguments[0], str(here / "made"), *arguments[1:])
    assert result.code == code
    assert result.err.count("\n") <= 1
    assert len(result.err) < 500
    assert says in result.err or arguments[0] == "add"


@pytest.mark.slow
def test_tags_and_minimum_versions_without_end(here: Path, scaffold: Run) -> None:
    """A tag that no version is, is none; a template for a Copier that will never be does not render."""
    template = here / "template"
    write(template, {"copier.yml": "a: 1\n", "file": "", ANSWERS_FILE: ANSWERS})
    git_commit_all(template)
    for tag in ("v1.0", f"v{'1' * 200}", "9." * 2_000 + "9"):
        folder = template / ".git" / "refs" / "tags"
        head = (template / ".git" / "refs" / "heads").iterdir()
        commit = next(head).read_bytes()
        packed = template / ".git" / "packed-refs"
        if len(tag) < 200:
            (folder / tag).write_bytes(commit)
        else:  # longer than any file's name
            packed.write_bytes(commit.strip() + f" refs/tags/{tag}\n".encode())
    assert scaffold("new", "made", "--template", f"{template}@v1.0", "--defaults").code == 0
    assert scaffold("template", "show", str(template)).code == 0
    git_commit_all(here / "made")
    recorded = here / "made" / ".copier-answers.yml"
    recorded.write_text(recorded.read_text().replace("_commit: v1.0", f"_commit: v{'1' * 5_000}"))
    result = scaffold("update", str(here / "made"), "--allow-dirty")
    assert (result.code, result.err) == (0, "")  # the commit is on record, whatever it is called
    write(here / "other", {"copier.yml": f"_min_copier_version: '{LONG}'\na: 1\n", "file": ""})
    result = scaffold("new", "again", "--template", str(here / "other"), "--defaults")
    assert (result.code, result.err.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "x" * 100_000],
        ["new", "/".join("x" * 50_000), "--defaults"],
        ["y" * 100_000],
        ["new", f"--{'z' * 100_000}"],
        ["new", "made", "--author", "a" * 100_000, "--defaults"],
        ["new", "made", "--answers", "b" * 100_000],
        ["new", "\udcff", "--defaults"],
        ["\udcff\x1b[2J\u202e"],
        ["new", "made", "--template", "\udcff"],
        ["new", "made", "--template", "\0"],
        ["new", "\0", "--defaults"],
        ["check", "\0"],
        ["check", "\udcff"],
        ["undo", "c" * 100_000],
        ["add", "\0", "--defaults"],
        ["update", "\0"],
        ["template", "lint", "\0"],
        ["template", "show", "d" * 100_000],
        ["template", "new", "\0"],
        ["template", "eject", "\0", "--dry-run"],
        ["advise", "--shape", "e" * 100_000],
    ],
    ids=lambda words: "-".join(ascii(word[:8]) for word in words),
)
def test_arguments_that_no_one_types(here: Path, scaffold: Run, arguments: list[str]) -> None:
    """Far too long, not text, or with a null character: one line of a length that can be read, and nothing written."""
    result = scaffold(*arguments)
    assert result.code in (1, 2)
    assert "unexpected" not in result.err.replace("unexpected extra argument", "")
    assert (result.err.count("\n"), len(result.err) < 2_000, result.out) == (1, True, "")
    assert result.err[:-1].isprintable()
    assert not list(here.iterdir())


def test_what_nobody_thought_of_is_one_line(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the way to report it; SCAFFOLD_TRACEBACK shows how it came about, in text that no terminal obeys."""

    def fail(*_: object) -> None:
        raise LookupError("a\n\x1b[2Jb")

    monkeypatch.setattr("scaffold.reports.advice.rules_text", fail)
    result = scaffold("rules")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert result.err.startswith("error: an unexpected LookupError: a \\x1b[2Jb; please report it")
    monkeypatch.setenv("SCAFFOLD_TRACEBACK", "1")
    shown = scaffold("rules").err
    assert "Traceback (most recent call last)" in shown
    assert shown.endswith(result.err)
    assert "\x1b" not in shown
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RecursionError("maximum recursion depth exceeded"), "an unexpected RecursionError"),
        (MemoryError(), "there is not enough memory"),
        (OSError(28, "No space left on device", "/some/file"), "'/some/file': No space left on device"),
        (FileNotFoundError(2, "No usable temporary directory found in ['/tmp']"), "set TMPDIR to"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_end_has_its_line(
    scaffold: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    """Wherever it comes up."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("scaffold.reports.advice.rules_text", fail)
    result = scaffold("rules")
    assert (result.code, result.err.count("\n"), result.err.startswith("error: ")) == (1, 1, True)
    assert says in result.err


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_ends_in_order(play: Path, tmp_path: Path, name: str, code: int) -> None:
    """In the middle of a task that sleeps: the private copy is gone, and nothing is written."""
    flag = tmp_path / "running"
    files = {"copier.yml": f"_tasks: ['touch {flag}; sleep 60']\n", "file": ""}
    template = write(tmp_path / "template", files)
    asked = started(["new", "made", "--template", str(template), "--defaults"], play, tmp_path)
    assert asked.returncode == 4
    words = ["new", "made", "--template", str(template), "--defaults", "--trust", asked.stderr.split()[-1]]
    env = {"PATH": os.environ["PATH"], "HOME": f"{play}/home", "TMPDIR": f"{play}/own", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "scaffold", *words], cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + SECONDS
    while not flag.exists():
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=SECONDS)
    assert (process.returncode, "Traceback" in said, said.count("\n") <= 1) == (code, False, True)
    assert not (tmp_path / "made").exists()
    assert nothing_is_left(play)
