"""The journal of writes: what it believes, what it never touches, and edits that come in the very moment."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from harness import ROOT, files_below, in_own_process
from sampling import every

from scaffold.errors import Busy, ChangedMeanwhile, NoStateFolder, WriteFailed
from scaffold.writing import journal
from scaffold.writing.job import Job
from scaffold.writing.journal import recover, write
from scaffold.writing.lock import alone, locked
from scaffold.writing.nofollow import Directory
from scaffold.writing.place import Place
from scaffold.writing.record import digest
from scaffold.writing.recovery import Recovery
from scaffold.writing.undo import newest, take_back

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and modes are POSIX's")

P = PurePosixPath
BEFORE = {"a.txt": b"a0", "b/c.txt": b"c0", "b/d.py": b"d0", "gone.txt": b"g0", "old/gone.txt": b"o0", "same": b"s"}
FILES = {P("a.txt"): b"a1", P("b/c.txt"): b"c1", P("b/new"): b"n1", P("n/m/x"): b"x1", P("same"): b"s", P("run"): b"r"}
REMOVED = (P("gone.txt"), P("old/gone.txt"))
AFTER = {str(path): content for path, content in FILES.items()} | {"b/d.py": b"d0"}


class Dead(BaseException):
    """Stands for a kill: nothing on the way takes anything back."""


@pytest.fixture
def dest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with files, and a home of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return fill(tmp_path / "project")


def fill(dest: Path) -> Path:
    """Make it anew."""
    shutil.rmtree(dest, ignore_errors=True)
    for path, content in BEFORE.items():
        (dest / path).parent.mkdir(parents=True, exist_ok=True)
        (dest / path).write_bytes(content)
    return dest


def job(dest: Path, **more: Any) -> Job:  # noqa: ANN401  # any field of a job
    """What is written in these tests."""
    return Job(dest=dest, command="test", files=FILES, removed=REMOVED, executable=(P("run"),), **more)


def killed(dest: Path, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """A run that is killed just before it puts the file in place."""
    real = journal.put_in_place

    def dying(parent: Directory, name: str, *rest: Any) -> None:  # noqa: ANN401  # handed on
        if name == PurePosixPath(before).name:
            raise Dead
        real(parent, name, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(journal, "put_in_place", dying)
        patched.setattr(journal, "take_back_now", lambda *_: None)
        with pytest.raises(Dead):
            write(job(dest))


def test_what_is_written(dest: Path) -> None:
    """Contents, programs, folders that are made and that are empty then; a second time nothing is left to do."""
    assert write(job(dest)) == Recovery()
    assert files_below(dest) == AFTER
    assert sorted(path.name for path in dest.rglob("*") if path.is_dir()) == ["b", "m", "n"]
    assert (dest / "run").stat().st_mode & 0o111
    assert not (dest / "a.txt").stat().st_mode & 0o111
    assert write(job(dest)) == Recovery()
    assert len(list((dest.parent / "state").rglob("record.json"))) == 1


def test_permissions_are_kept_and_those_of_new_files_are_usual(dest: Path) -> None:
    """As an editor would save them."""
    (dest / "a.txt").chmod(0o640)
    before = os.umask(0o027)
    try:
        write(job(dest))
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((dest / name).stat().st_mode) for name in ("a.txt", "n/m/x", "run", "n")}
    assert modes == {"a.txt": 0o640, "n/m/x": 0o640, "run": 0o750, "n": 0o750}


def test_no_file_that_runs_as_its_owner_is_made(dest: Path, scaffold: Run) -> None:
    """A stranger's file with set-user-ID would be the user's own when `undo` brings it back."""
    for name in ("a.txt", "gone.txt"):
        (dest / name).chmod(0o6755)
    write(job(dest))
    assert stat.S_IMODE((dest / "a.txt").stat().st_mode) == 0o755
    assert scaffold("undo", str(dest), "--yes").code == 0
    assert {stat.S_IMODE((dest / name).stat().st_mode) for name in ("a.txt", "gone.txt")} == {0o755}


@pytest.mark.parametrize("place", ["holder", "pending/0", "pending/record.json", "00000001/record.json", "00000001/0"])
@pytest.mark.timeout(20)
def test_a_pipe_among_the_records_is_not_waited_for(
    dest: Path, monkeypatch: pytest.MonkeyPatch, scaffold: Run, place: str
) -> None:
    """Nor is what has a second name elsewhere written to."""
    write(job(fill(dest)))
    killed(fill(dest), monkeypatch, "gone.txt")
    [folder] = (dest.parent / "state" / "scaffold" / "journal").iterdir()
    (folder / place).unlink()
    os.mkfifo(folder / place)
    assert scaffold("undo", str(dest), "--list").code == 0
    assert scaffold("undo", str(dest), "--yes").code in {0, 1, 3}
    write(job(fill(dest)))
    assert files_below(dest) == AFTER
    assert scaffold("undo", str(dest), "--yes").code == 0


@pytest.mark.parametrize(
    "broken", [{"made": ["a\0b"]}, {"entries": [{"path": "a.txt", "before": 5, "after": [], "mode": "x"}]}]
)
def test_a_broken_record_keeps_nothing_from_being_written(
    dest: Path, monkeypatch: pytest.MonkeyPatch, broken: dict[str, Any]
) -> None:
    """It is none."""
    killed(dest, monkeypatch, "gone.txt")
    [record] = (dest.parent / "state").rglob("pending/record.json")
    record.write_text(json.dumps(json.loads(record.read_text(encoding="utf-8")) | broken), encoding="utf-8")
    write(job(fill(dest)))
    assert files_below(dest) == AFTER


def test_who_is_at_work_is_written_nowhere_else(dest: Path) -> None:
    """Though the file that names them may have a second name."""
    write(job(dest))
    [folder] = (dest.parent / "state" / "scaffold" / "journal").iterdir()
    (dest.parent / "mine").write_text("mine", encoding="utf-8")
    (folder / "holder").unlink()
    os.link(dest.parent / "mine", folder / "holder")
    write(job(fill(dest)))
    assert (dest.parent / "mine").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away"
)
def test_root_does_not_take_files_over(dest: Path) -> None:
    """What belonged to somebody else still does."""
    os.chown(dest / "a.txt", 1234, 1234)
    write(job(dest))
    assert ((dest / "a.txt").stat().st_uid, (dest / "a.txt").stat().st_gid) == (1234, 1234)


def test_the_records_are_private(dest: Path) -> None:
    """Former contents may hold secrets."""
    before = os.umask(0)
    try:
        write(job(dest))
    finally:
        os.umask(before)
    state = dest.parent / "state" / "scaffold"
    for path in (state, *state.rglob("*")):
        assert not path.stat().st_mode & 0o077, path


@pytest.mark.parametrize("path", ["a.txt", "b/new", "gone.txt", "b/c.txt"])
def test_a_killed_run_is_taken_back(dest: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """By the next one, whatever that is."""
    killed(dest, monkeypatch, path)
    assert (dest.parent / "state").exists()
    recover(dest)
    assert files_below(dest) == BEFORE
    assert sorted(name for name in os.listdir(dest)) == sorted({name.partition("/")[0] for name in BEFORE})


def test_edits_after_a_kill_are_kept_and_named(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what the killed run had written, and of what it had not."""
    killed(dest, monkeypatch, "old/gone.txt")
    (dest / "a.txt").write_bytes(b"edit")
    (dest / "n/m/x").write_bytes(b"edit")
    (dest / "b/new").unlink()
    recovery = recover(dest)
    assert set(recovery.kept) == {"a.txt", "n/m/x"}
    assert {"b/c.txt", "gone.txt"} <= {*recovery.taken_back, "gone.txt"}
    assert files_below(dest) == BEFORE | {"a.txt": b"edit", "n/m/x": b"edit"}


def test_undo_after_a_kill_takes_back_that_and_no_step_before(
    dest: Path, monkeypatch: pytest.MonkeyPatch, scaffold: Run
) -> None:
    """The killed run was the last one; the step before it goes by another `undo`."""
    write(Job(dest=dest, command="test", files={P("first"): b"1"}))
    killed(dest, monkeypatch, "old/gone.txt")
    result = scaffold("undo", str(dest), "--yes")
    assert (result.code, "a run that was killed" in result.out) == (0, True)
    assert files_below(dest) == BEFORE | {"first": b"1"}
    assert scaffold("undo", str(dest), "--yes").code == 0
    assert files_below(dest) == BEFORE


@pytest.mark.parametrize("steps", range(7))
def test_files_that_become_folders_and_programs(dest: Path, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """And back; killed after any number of steps it is as it was before, after the last one as it shall be."""
    files = {P("a.txt/inner/x"): b"x", P("b"): b"now a file", P("same"): b"s"}
    removed = (P("a.txt"), P("b/c.txt"), P("b/d.py"))
    done = 0
    real = journal.put_in_place

    def dying(*arguments: Any) -> None:  # noqa: ANN401  # handed on
        nonlocal done
        if done == steps:
            raise Dead
        done += 1
        real(*arguments)

    monkeypatch.setattr(journal, "put_in_place", dying)
    monkeypatch.setattr(journal, "take_back_now", lambda *_: None)
    wanted = Job(dest=dest, command="test", files=files, removed=removed, modes={P("same"): 0o755})
    if steps == 6:
        write(wanted)
        kept = {path: content for path, content in BEFORE.items() if P(path) not in removed}
        assert files_below(dest) == kept | {str(path): content for path, content in files.items()}
        assert (dest / "same").stat().st_mode & 0o111
        monkeypatch.setattr(journal, "put_in_place", real)
        take_back(newest(dest))
    else:
        with pytest.raises(Dead):
            write(wanted)
        assert recover(dest).kept == ()
    assert files_below(dest) == BEFORE
    assert not (dest / "same").stat().st_mode & 0o111
    assert sorted(path.name for path in dest.rglob("*") if path.is_dir()) == ["b", "old"]


@pytest.mark.parametrize("path", ["a.txt", "gone.txt", "b/new"])
@pytest.mark.parametrize("can", [True, False], ids=["exchange", "no exchange"])
def test_an_edit_in_the_very_moment_is_not_lost(
    dest: Path, monkeypatch: pytest.MonkeyPatch, path: str, *, can: bool
) -> None:
    """Also on a file system that cannot exchange two files in one step."""
    real = journal.put_in_place

    def editing(parent: Directory, name: str, *rest: Any) -> None:  # noqa: ANN401  # handed on
        if name == PurePosixPath(path).name:
            (dest / f"{path}~").write_bytes(b"edit")
            (dest / f"{path}~").replace(dest / path)
        real(parent, name, *rest)

    monkeypatch.setattr(journal, "put_in_place", editing)
    if not can:
        monkeypatch.setattr("scaffold.writing.nofollow._renameat2", None)
    with pytest.raises(ChangedMeanwhile, match=PurePosixPath(path).name):
        write(job(dest))
    assert files_below(dest) == {**BEFORE, path: b"edit"}
    assert not list(dest.glob(".scaffold-*"))


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_file_system_that_cannot_exchange(dest: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool) -> None:
    """Writes all the same, and takes a killed run back."""
    monkeypatch.setattr("scaffold.writing.nofollow._renameat2", None)
    if not links:
        monkeypatch.setattr(Directory, "_link", lambda *_: False)
    killed(dest, monkeypatch, "old/gone.txt")
    recover(dest)
    assert files_below(dest) == BEFORE
    write(job(dest))
    assert files_below(dest) == AFTER


def test_a_link_in_place_of_a_folder_is_not_followed_back(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where it leads to exactly what the killed run wrote."""
    killed(dest, monkeypatch, "old/gone.txt")
    outside = dest.parent / "outside"
    outside.mkdir()
    for name in ("c.txt", "new"):
        (outside / name).write_bytes(AFTER[f"b/{name}"])
    shutil.rmtree(dest / "b")
    (dest / "b").symlink_to(outside)
    (dest / "a.txt").unlink()
    (dest / "a.txt").symlink_to(outside / "c.txt")
    assert {"b/c.txt", "b/new", "a.txt"} <= set(recover(dest).kept)
    assert files_below(outside) == {"c.txt": b"c1", "new": b"n1"}
    assert (dest / "a.txt").is_symlink()


def test_another_directory_at_the_same_path(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record is about the directory that it was written for, whatever has been put at its path since."""
    killed(dest, monkeypatch, "gone.txt")
    dest.rename(dest.parent / "away")
    fill(dest)
    (dest / "a.txt").write_bytes(b"a1")  # by chance what the other run wrote
    assert recover(dest) == Recovery()
    assert (dest / "a.txt").read_bytes() == b"a1"


def test_a_failure_takes_everything_back(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so."""
    real, calls = journal.put_in_place, []

    def failing(*arguments: Any) -> None:  # noqa: ANN401  # handed on
        calls.append(arguments)
        if len(calls) == 5:
            raise OSError(28, "No space left on device")
        real(*arguments)

    monkeypatch.setattr(journal, "put_in_place", failing)
    with pytest.raises(WriteFailed, match="No space left on device; nothing was changed"):
        write(job(dest))
    assert files_below(dest) == BEFORE
    assert not list((dest.parent / "state").rglob("record.json"))


def test_what_was_decided_on_has_to_be_there_still(dest: Path) -> None:
    """Else nothing is written."""
    with pytest.raises(ChangedMeanwhile):
        write(job(dest, expected={P("a.txt"): digest(b"other")}))
    with pytest.raises(ChangedMeanwhile):
        write(job(dest, expected={P("b/c.txt"): None}))
    with pytest.raises(ChangedMeanwhile):
        write(job(dest, empty=True))
    assert files_below(dest) == BEFORE
    write(job(dest, expected={P("a.txt"): digest(b"a0"), P("n/m/x"): None}))
    assert files_below(dest) == AFTER


# --- what is believed -----------------------------------------------------------------------------------------------


def hostile(dest: Path, folder: Path) -> None:
    """Records of every form that there was, in a folder where none belongs."""
    folder.mkdir(parents=True)
    entry = {"path": "../victim", "before": None, "after": digest(b"precious"), "mode": 0}
    record = {"version": 1, "dest": str(dest), "command": "new", "nonce": "0" * 24, "when": 1.0, "entries": [entry]}
    record |= {"inode": dest.stat().st_ino if dest.exists() else None, "made": ["../victims"], "emptied": [".."]}
    for name, data in (
        ("record.json", record),
        ("undo.json", {"dest": str(dest), "created": ["../victim"], "lost": ["../precious"]}),
        ("manifest.json", {"command": "new", "files": [entry], "made_root": True}),
    ):
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
    for name in ("pending", "finishing", "00000001"):
        (folder / name).mkdir()
        (folder / name / "record.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "kept").mkdir()
    (folder / "kept" / "precious").write_text("evil", encoding="utf-8")
    os.utime(folder, (1, 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", [".scaffold-x", ".scaffold-0123456789abcdef01234567", "../.scaffold-x", f"../.scaffold-{'0' * 24}"]
)
@pytest.mark.parametrize(
    "arguments",
    [
        ["update", "--allow-dirty"],
        ["reanswer", "--workers", "8", "--allow-dirty"],
        ["undo", "--yes"],
        ["add", "--defaults", "--module", "more"],
        ["check"],
        ["new", ".", "--defaults", "--force"],
        ["new", "../beside", "--defaults"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_no_record_in_or_beside_a_project_is_believed(
    tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch, place: str, arguments: list[str]
) -> None:
    """Whatever it says; and nothing is deleted that only looks like ours."""
    project = tmp_path / "parent" / "demo"
    project.parent.mkdir()
    assert scaffold("new", str(project), "--defaults").code == 0
    for name in ("victim", "precious"):
        (project.parent / name).write_text("precious", encoding="utf-8")
    folder = (project / place).resolve()
    hostile(project, folder)
    before = files_below(folder)
    monkeypatch.chdir(project)
    result = scaffold(*arguments)
    assert result.code in (0, 3), result.err
    assert "Traceback" not in result.err
    assert files_below(folder) == before
    assert {name: (project.parent / name).read_text() for name in ("victim", "precious")} == dict.fromkeys(
        ("victim", "precious"), "precious"
    )


@pytest.mark.parametrize("damage", ["outside", "absolute", "list", "deep", "text", "empty", "version", "huge"])
def test_a_damaged_record_of_ours_is_none(dest: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    """It leads nowhere, and holds nothing up."""
    killed(dest, monkeypatch, "gone.txt")
    [file] = (dest.parent / "state").rglob("record.json")
    text = file.read_text(encoding="utf-8")
    victim = dest.parent / "victim"
    victim.write_bytes(b"a1")
    file.write_text(
        {
            "outside": text.replace('"a.txt"', '"../victim"'),
            "absolute": text.replace('"a.txt"', json.dumps(str(victim))),
            "list": "[]",
            "deep": "[" * 100_000,
            "text": "nonsense",
            "empty": "",
            "version": text.replace('"version": 1', '"version": 99'),
            "huge": text.replace('"when": ', '"when": 1' + "0" * 6_000),
        }[damage],
        encoding="utf-8",
    )
    assert recover(dest).taken_back == ()
    assert victim.read_bytes() == b"a1"
    assert write(job(dest)).taken_back == ()
    assert files_below(dest)["a.txt"] == b"a1"


def test_a_state_folder_of_somebody_elses_making_is_not_used(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that others can write to, or a link."""
    shared = dest.parent / "shared"
    (shared / "scaffold" / "journal").mkdir(parents=True)
    (shared / "scaffold").chmod(0o777)
    monkeypatch.setenv("XDG_STATE_HOME", str(shared))
    write(job(dest))
    assert not files_below(shared)
    assert list((dest.parent / "tmp").rglob("record.json"))
    linked = dest.parent / "linked"
    linked.mkdir()
    (linked / "scaffold").symlink_to(dest.parent / "shared")
    monkeypatch.setenv("XDG_STATE_HOME", str(linked))
    write(job(fill(dest)))
    assert not files_below(shared)


def test_a_home_that_cannot_be_written_and_later_can(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private folder for temporary files holds the record; it is found later too."""
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    killed(dest, monkeypatch, "gone.txt")
    [private] = (dest.parent / "tmp").iterdir()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    monkeypatch.setenv("XDG_STATE_HOME", str(dest.parent / "state"))
    recover(dest)
    assert files_below(dest) == BEFORE


def test_nowhere_to_keep_a_record(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is written, and the line names the variable to set."""
    monkeypatch.setenv("XDG_STATE_HOME", str(dest / "inside"))  # it would come and go with the project
    private = dest.parent / "tmp" / f"scaffold-state-{os.getuid()}"
    private.mkdir(mode=0o777)
    private.chmod(0o777)
    with pytest.raises(NoStateFolder, match="set XDG_STATE_HOME"):
        write(job(dest))
    assert files_below(dest) == BEFORE


# --- one at a time --------------------------------------------------------------------------------------------------


def test_the_loser_gets_one_line_that_names_the_other(dest: Path, scaffold: Run) -> None:
    """And changes nothing."""
    assert scaffold("new", str(dest), "--defaults", "--force").code == 0
    before = files_below(dest)
    more = ["--module", "more"]
    with locked(Place.of(dest).journal(), dest, "scaffold update"):
        for arguments in (
            ["reanswer", "--workers", "9", "--allow-dirty"],
            ["undo", "--yes"],
            ["add", "--defaults", *more],
        ):
            result = scaffold(arguments[0], str(dest), *arguments[1:])
            assert (result.code, result.err.count("\n")) == (1, 1), result.err
            assert f"scaffold update (process {os.getpid()}) is at work there" in result.err
    assert files_below(dest) == before


def test_another_users_run_is_waited_for_too(dest: Path) -> None:
    """The lock is on the directory itself, which both see."""
    with Directory.opened(dest) as root, alone(root, dest), pytest.raises(Busy, match="another user"):
        write(job(dest))
    assert files_below(dest) == BEFORE


AT_ONCE: list[tuple[str, Callable[[int], list[str]]]] = [
    ("new", lambda _: ["new", "fresh", "--defaults"]),
    ("new --force", lambda n: ["new", "demo", "--defaults", "--force", "--workers", str(n + 3)]),
    ("add", lambda _: ["add", "demo", "--defaults", "--module", "more"]),
    ("update", lambda _: ["update", "demo", "--to", "1.0.0", "--major", "--allow-dirty", "--defaults"]),
    ("reanswer", lambda n: ["reanswer", "demo", "--workers", str(n + 3), "--allow-dirty"]),
    ("undo", lambda _: ["undo", "demo", "--yes"]),
    ("template new", lambda _: ["template", "new", "fresh"]),
    ("template eject", lambda _: ["template", "eject", "fresh"]),
    ("template add", lambda n: ["template", "add", f"name{n}", "source"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "arguments"), [pytest.param(*row, id=row[0]) for row in every(AT_ONCE, 2)])
def test_eight_at_once(tmp_path: Path, name: str, arguments: Callable[[int], list[str]]) -> None:
    """One wins, or all in turn; the others have one line; what is left is what some one of them, or several, wrote."""
    surroundings = {variable: str(tmp_path / variable) for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    assert in_own_process("new", "demo", "--defaults", cwd=tmp_path, **surroundings).returncode == 0
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "copier.yml").write_text("name: x\n", encoding="utf-8")
    if name == "undo":
        for workers in ("8", "9"):
            again = ["reanswer", "demo", "--allow-dirty", "--workers", workers]
            assert in_own_process(*again, cwd=tmp_path, **surroundings).returncode == 0
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "scaffold", *arguments(number)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in running]
    assert 0 in {code for _, code in ended}, ended
    for said, code in ended:
        assert "Traceback" not in said
        assert code in (0, 1), said
        assert len([line for line in said.splitlines() if line.startswith("error: ")]) == code
    assert not list(tmp_path.rglob(".scaffold-*"))
    assert not [path for path in tmp_path.rglob("pending*") if "journal" in path.parts]
    if name == "template add":
        names = (tmp_path / "XDG_CONFIG_HOME" / "scaffold" / "templates.toml").read_text(encoding="utf-8")
        assert {code for _, code in ended} == {0}
        assert names.count("[templates.name") == 8
    if name in {"reanswer", "new --force", "update"}:
        checked = in_own_process("check", "demo", "--json", cwd=tmp_path, **surroundings)
        assert json.loads(checked.stdout)["pieces"][0]["drift"] == []
