"""Killed, interrupted or out of space at any moment, a command leaves what was there before or its whole result.

`SCAFFOLD_KILLS=1000 pytest -m slow tests/test_kill.py` for a campaign; the counts are printed with `-s`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, files_below
from killing import Case, Forks, edit, leftovers
from sampling import pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness import Run as CommandLine

KILLS = int(os.environ.get("SCAFFOLD_KILLS", "120"))
MINE = ["demo/README.md", "demo/notes.txt", "demo/src/demo/work.py"]
CODES = {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
SIGNALS = [number for number in CODES if number is not signal.SIGKILL]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="forks and signals are POSIX's")


@dataclass(frozen=True)
class Command:
    """A command that writes: what is there before, what is run before, and what is killed."""

    name: str
    arguments: Sequence[str]
    before: str = ""
    """`files` of the user's, an `empty` directory, a `project`, or nothing."""
    setup: Sequence[Sequence[str]] = ()
    dest: str = "demo"


NEW = ("new", "demo", "--name", "demo", "--defaults")
REANSWER = ("reanswer", "demo", "--name", "other", "--workers", "8", "--allow-dirty")
COMMANDS = [
    Command("new", NEW),
    Command("new into an empty directory", NEW, "empty"),
    Command("new --force", (*NEW, "--force"), "files"),
    Command("add", ("add", "demo", "--defaults", "--shape", "service", "--module", "more"), "project"),
    Command("reanswer", REANSWER, "project"),
    Command("update", ("update", "demo", "--to", "1.0.0", "--major", "--defaults", "--allow-dirty"), "project"),
    Command("undo", ("undo", "demo", "--yes"), "project", setup=(REANSWER,)),
    Command("undo of new", ("undo", "demo", "--yes"), "", setup=(NEW,)),
    Command("template new", ("template", "new", "demo")),
    Command("template new into an empty directory", ("template", "new", "demo"), "empty"),
    Command("template eject", ("template", "eject", "demo")),
    Command("template add", ("template", "add", "name", "source"), "source", dest="config/scaffold"),
]


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """The process that forks."""
    process = Forks(tmp_path_factory.mktemp("forks") / "log")
    yield process
    process.close()


class Ground:
    """A place for one run: its directory, and a home of its own."""

    def __init__(self, root: Path, command: Command, project: Path) -> None:
        self.root = root
        self.command = command
        for name in ("state", "config", "data", "tmp", "here"):
            (root / name).mkdir(parents=True)
        self.here = root / "here"
        if command.before == "files":
            for name in MINE:
                (self.here / name).parent.mkdir(parents=True, exist_ok=True)
                (self.here / name).write_text("mine", encoding="utf-8")
        elif command.before == "empty":
            (self.here / "demo").mkdir()
        elif command.before == "project":
            shutil.copytree(project, self.here / "demo")
        elif command.before == "source":
            (self.here / "source").mkdir()
            (self.here / "source" / "copier.yml").write_text("name: x\n", encoding="utf-8")
        self.dest = root / "config" / "scaffold" if command.before == "source" else self.here / command.dest

    def case(self, *, stop_at: int = 0, number: int = signal.SIGKILL) -> Case:
        """The run."""
        names = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "TMPDIR": "tmp"}
        environment = {name: str(self.root / folder) for name, folder in names.items()}
        return Case(
            cwd=str(self.here),
            dest=str(self.dest),
            arguments=self.command.arguments,
            stop_at=stop_at,
            number=int(number),
            setup=self.command.setup,
            environment=environment,
        )

    def found(self) -> dict[str, bytes]:
        """All files but those of git's own objects, whose hashes hold the time."""
        here = str(self.root).encode()
        found = ((name, content.replace(here, b"HERE")) for name, content in files_below(self.dest).items())
        return {name: content for name, content in found if not name.startswith(".git/")}

    def folders(self) -> list[str]:
        """All folders but git's, and the directory itself as an empty name."""
        found = (path.relative_to(self.dest).as_posix() for path in self.dest.rglob("*") if path.is_dir())
        names = sorted(name for name in found if not f"{name}/".startswith(".git/"))
        return ["", *names] if self.dest.exists() else []

    def leftovers(self) -> list[str]:
        """What should not be there any more."""
        return leftovers(self.root)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Path:
    """A project with an edit."""
    ground = Ground(tmp_path_factory.mktemp("made") / "ground", COMMANDS[0], Path())
    assert forks(ground.case()).code == 0
    (ground.dest / "src" / "demo" / "work.py").write_text("mine", encoding="utf-8")
    return ground.dest


@dataclass(frozen=True)
class Undisturbed:
    """A run that nothing disturbed: what was there before, what after, and in how many calls."""

    before: dict[str, bytes]
    folders_before: list[str]
    after: dict[str, bytes]
    folders_after: list[str]
    calls: int


def undisturbed(where: Path, command: Command, project: Path, forks: Forks) -> Undisturbed:
    """Run it once as it is."""
    ground = Ground(where, command, project)
    if command.setup:
        assert forks(replace(ground.case(), arguments=command.setup[-1], setup=command.setup[:-1])).code == 0
    before, folders = ground.found(), ground.folders()
    ended = forks(replace(ground.case(), setup=()))
    assert ended.code == 0, ended.said
    assert ground.leftovers() == []
    return Undisturbed(before, folders, ground.found(), ground.folders(), ended.calls)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_kill_leaves_all_or_nothing_and_no_edit_is_lost(
    tmp_path: Path, forks: Forks, project: Path, command: Command
) -> None:
    """Killed at any call, then edited, then killed in the recovery too; the next run puts right what is left."""
    whole = undisturbed(tmp_path / "whole", command, project, forks)
    assert whole.calls > 20
    assert whole.before != whole.after
    dice = random.Random(command.name)  # noqa: S311  # the same moments every time
    moments = [1, whole.calls, *(dice.randrange(1, whole.calls + 1) for _ in range(KILLS // len(COMMANDS) - 2))]
    names = sorted({*whole.before, *whole.after, "own.txt"} - {"templates.toml"})
    counted: Counter[str] = Counter()
    for turn, moment in enumerate(moments):
        ground = Ground(tmp_path / str(turn), command, project)
        ended = forks(ground.case(stop_at=moment))
        assert ended.code == -9 or ended.calls < moment, ended.said  # how many objects git writes hangs on the time
        edits = edit(ground.dest, names, dice)
        if dice.random() < 0.3:
            counted["kills of the recovery"] += 1
            forks(replace(ground.case(stop_at=dice.randrange(1, 40)), arguments=(), setup=()))
        last = forks(replace(ground.case(), arguments=(), setup=()))
        assert last.code == 0, last.said
        found = ground.found()
        lost = {name for name, content in edits.items() if found.get(name) != content}
        # Who deletes a file that the run was about to delete, or to write anew, did what the run did: nobody can tell.
        lost -= {name for name in lost if edits[name] is None and found.get(name) == whole.before.get(name)}
        assert not lost, (moment, lost, last.said)
        untouched = {*whole.before, *whole.after} - edits.keys()
        states = {
            state
            for state, wanted in (("nothing", whole.before), ("all", whole.after))
            if all(found.get(name) == wanted.get(name) for name in untouched)
        }
        assert states, (moment, {name for name in untouched if found.get(name) != whole.before.get(name)})
        assert ground.leftovers() == [], moment
        if not edits:
            assert ground.folders() in (whole.folders_before, whole.folders_after), moment
        counted["kills"] += 1
        counted["edits"] += len(edits)
        counted["/".join(sorted(states))] += 1
        shutil.rmtree(ground.root)
    print(f"\n{command.name}: {whole.calls} calls, {dict(counted)}")
    assert counted["nothing"]
    assert counted["all"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "number"),
    [pytest.param(*row, id=f"{row[1].name}-{row[0].name}") for row in pairs(COMMANDS, SIGNALS)],
)
def test_a_signal_waits_until_all_is_written_or_nothing_is(
    tmp_path: Path, forks: Forks, project: Path, command: Command, number: signal.Signals
) -> None:
    """And the exit code says that it came, Ctrl-C also whether it was too late."""
    whole = undisturbed(tmp_path / "whole", command, project, forks)
    dice = random.Random(f"{command.name} {number}")  # noqa: S311  # as above
    for turn in range(max(KILLS // len(COMMANDS) // 3, 2)):
        ground = Ground(tmp_path / str(turn), command, project)
        moment = dice.randrange(1, whole.calls + 1)
        ended = forks(ground.case(stop_at=moment, number=number))
        assert ended.code == CODES[number] or ended.calls < moment, ended.said
        assert "Traceback" not in ended.said
        assert ground.found() in (whole.before, whole.after)
        if ended.code == CODES[signal.SIGINT]:
            assert ("nothing was written" in ended.said) == (ground.found() == whole.before), ended.said
            assert ("too late" in ended.said) == (ground.found() == whole.after), ended.said
        assert ground.leftovers() == []


AFTER_WRITING = {
    "new demo --defaults --git": "scaffold.repositories.making.begin_with",
    "new demo --defaults": "scaffold.reports.files.done_text",
    "add made --module other --defaults": "scaffold.reports.module.added_text",
    "reanswer made --workers 3 --allow-dirty": "scaffold.reports.status.update_text",
}
"""What comes after a command has written, and can be hit by a Ctrl-C like anything else."""


@pytest.mark.parametrize("words", AFTER_WRITING)
def test_whatever_ctrl_c_hits_after_all_is_written_it_comes_too_late(
    here: Path, scaffold: CommandLine, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """And what one run has written is not held against the next."""
    assert scaffold("new", "made", "--defaults").code == 0

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(AFTER_WRITING[words], interrupted)
        hit = scaffold(*words.split())
    assert hit.code == 130
    assert hit.err.splitlines()[-1] == "error: cancelled too late, all was done already: scaffold undo takes it back"
    monkeypatch.setattr("scaffold.commands.new.check_shown", interrupted)
    before = files_below(here)
    hit = scaffold("new", "next", "--defaults", "--dry-run")
    assert (hit.code, hit.err) == (130, "error: cancelled; nothing was written\n")
    assert files_below(here) == before


@pytest.mark.slow
@pytest.mark.parametrize("mine", [False, True], ids=["fresh", "force"])
def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path, *, mine: bool) -> None:
    """A limit on the size of files stands in for it: the write fails in the same way."""
    ground = Ground(tmp_path / "ground", COMMANDS[2] if mine else COMMANDS[0], Path())
    before = files_below(ground.here)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from scaffold.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, *ground.command.arguments],
        cwd=ground.here,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(ground.case().environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: cannot write")
    assert done.stderr.endswith("nothing was changed\n")
    assert files_below(ground.here) == before
    assert os.listdir(ground.here) == (["demo"] if mine else [])
    assert ground.leftovers() == []


@pytest.mark.slow
def test_what_a_killed_run_left_beside_goes_with_the_next_run_anywhere(
    tmp_path: Path, forks: Forks, scaffold: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since its own record names it; folders of the user's that are called alike stay, however old they are."""
    ground = Ground(tmp_path / "ground", COMMANDS[0], Path())
    assert forks(ground.case(stop_at=60)).code == -9
    assert [name for name in os.listdir(ground.here) if name.startswith(".scaffold-")]
    mine = ground.here / ".scaffold-mine"
    mine.mkdir()
    (mine / "file").write_text("mine", encoding="utf-8")
    os.utime(mine, (1, 1))
    for name, value in ground.case().environment.items():
        monkeypatch.setenv(name, value)
    assert scaffold("new", str(tmp_path / "elsewhere"), "--defaults").code == 0
    assert os.listdir(ground.here) == [".scaffold-mine"]
    assert files_below(mine) == {"file": b"mine"}
    assert ground.leftovers() == []
