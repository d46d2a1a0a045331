"""`scaffold undo`: step by step back, as far as nobody has changed anything since."""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pexpect
import pytest
from harness import ROOT, files_below
from repositories import write

from scaffold.plan import Plan, check_plan
from scaffold.writing.nofollow import LINK
from scaffold.writing.publish import publish
from scaffold.writing.undo import newest, take_back

if TYPE_CHECKING:
    from harness import Run

ADD = ("--module", "more", "--shape", "service", "--defaults")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Records of its own for each test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.fixture
def states(tmp_path: Path, scaffold: Run) -> list[dict[str, bytes]]:
    """What a project was before each of three steps, and after the last."""
    project = tmp_path / "demo"
    found: list[dict[str, bytes]] = [{}]
    for arguments in (
        ["new", str(project), "--defaults"],
        ["reanswer", str(project), "--workers", "8", "--allow-dirty"],
        ["add", str(project), *ADD],
    ):
        assert scaffold(*arguments).code == 0
        found.append(files_below(project))
    return found


def test_several_steps_back(tmp_path: Path, scaffold: Run, states: list[dict[str, bytes]]) -> None:
    """Each says which one it is; the last takes the directory away too."""
    project = tmp_path / "demo"
    for command, before in (("add", states[2]), ("reanswer", states[1]), ("new", states[0])):
        result = scaffold("undo", str(project), "--yes")
        assert result.code == 0
        assert f": scaffold {command}, " in result.out.splitlines()[0]
        assert files_below(project) == before
    assert not project.exists()
    result = scaffold("undo", str(project), "--yes")
    assert (result.code, result.out) == (1, "")
    assert "nothing to undo" in result.err


def test_a_clock_that_was_wrong(tmp_path: Path, scaffold: Run, states: list[dict[str, bytes]]) -> None:
    """A step of a directory that was there before, from the future, keeps nothing from being taken back."""
    project = tmp_path / "demo"
    [record] = (tmp_path / "state").rglob("00000001/record.json")
    document = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps(document | {"when": time.time() + 10_000, "inode": 1}), encoding="utf-8")
    assert scaffold("undo", str(project), "--yes").code == 0
    assert files_below(project) == states[2]


@pytest.mark.usefixtures("states")
def test_the_list_of_steps(tmp_path: Path, scaffold: Run) -> None:
    """The newest first, as text and as data; it changes nothing."""
    project = tmp_path / "demo"
    before = files_below(tmp_path)
    lines = scaffold("undo", str(project), "--list").out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "step 3: scaffold add",
        "step 2: scaffold reanswer",
        "step 1: scaffold new",
    ]
    document = json.loads(scaffold("undo", str(project), "--list", "--json").out)
    assert [step["step"] for step in document["steps"]] == [3, 2, 1]
    assert "src/demo/more.py" in document["steps"][0]["files"]
    assert files_below(tmp_path) == before


@pytest.mark.usefixtures("states")
def test_without_a_terminal_it_wants_yes(tmp_path: Path, scaffold: Run) -> None:
    """The refusal says which step it would have been."""
    before = files_below(tmp_path)
    for more in ([], ["--json"]):
        result = scaffold("undo", str(tmp_path / "demo"), *more)
        assert (result.code, result.err.count("\n")) == (2, 1)
        assert result.out == "" or "--json" in more  # then it is JSON, too
        assert "add --yes to take back step 3: scaffold add" in result.err
    assert files_below(tmp_path) == before


@pytest.mark.usefixtures("states")
def test_what_would_be_taken_back(tmp_path: Path, scaffold: Run) -> None:
    """Nothing is written, and no yes is needed."""
    before = files_below(tmp_path)
    result = scaffold("undo", str(tmp_path / "demo"), "--dry-run")
    assert result.code == 0
    assert "delete    src/demo/more.py" in result.out
    assert files_below(tmp_path) == before


@pytest.mark.usefixtures("states")
def test_forgotten_steps_leave_no_content_behind(tmp_path: Path, scaffold: Run) -> None:
    """Former contents may hold secrets."""
    project = tmp_path / "demo"
    before = files_below(project)
    assert scaffold("undo", str(project), "--forget").out == f"forgot 3 steps of {project}\n"
    assert [name for name in files_below(tmp_path / "state") if name.endswith(("record.json", "/0"))] == []
    assert scaffold("undo", str(project), "--yes").code == 1
    assert files_below(project) == before


@pytest.mark.usefixtures("states")
def test_what_cannot_be_forgotten_is_named(tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody believes that former contents are gone which are not."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", refused)
        result = scaffold("undo", str(tmp_path / "demo"), "--forget")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    [place] = (str(path) for path in tmp_path.glob("state/scaffold/journal/*"))
    assert f"{place!r} holds former contents of files that cannot be removed: delete it" in result.err
    assert scaffold("undo", str(tmp_path / "demo"), "--forget").code == 0


def test_files_changed_since_are_left_and_the_step_before_can_be_taken_back(
    tmp_path: Path, scaffold: Run, states: list[dict[str, bytes]]
) -> None:
    """A step of which nothing more can be taken back is passed over; with the edit gone it comes back."""
    project = tmp_path / "demo"
    module = project / "src" / "demo" / "more.py"
    written = module.read_bytes()
    module.write_bytes(b"mine")
    result = scaffold("undo", str(project), "--yes")
    assert result.code == 3
    assert "left      src/demo/more.py  (changed since scaffold add)" in result.out
    assert files_below(project) == states[2] | {"src/demo/more.py": b"mine"}
    assert scaffold("undo", str(project), "--yes").code == 0
    assert files_below(project) == states[1] | {"src/demo/more.py": b"mine"}
    module.write_bytes(written)
    assert scaffold("undo", str(project), "--yes").code == 0
    assert files_below(project) == states[1]
    assert scaffold("undo", str(project), "--yes").code == 0
    assert not project.exists()


def test_after_an_update_that_was_refused_it_is_the_step_before(tmp_path: Path, scaffold: Run) -> None:
    """And the user is told that it is `new`, before anything is done."""
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--defaults").code == 0
    assert scaffold("update", str(project), "--to", "0.0.1", "--allow-dirty").code == 1
    result = scaffold("undo", str(project))
    assert result.code == 2
    assert "step 1: scaffold new" in result.err


@pytest.mark.slow
def test_ten_steps_are_kept(tmp_path: Path, scaffold: Run) -> None:
    """Of more, the oldest are forgotten."""
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--defaults").code == 0
    for workers in range(3, 15):
        assert scaffold("reanswer", str(project), "--workers", str(workers), "--allow-dirty").code == 0
    steps = json.loads(scaffold("undo", str(project), "--list", "--json").out)["steps"]
    assert [step["step"] for step in steps] == list(range(13, 3, -1))


def test_steps_are_forgotten_after_three_months(tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the next write, there or elsewhere."""
    here, there = tmp_path / "here", tmp_path / "there"
    for project in (here, there):
        assert scaffold("new", str(project), "--defaults").code == 0
    old = time.time() - 91 * 24 * 3600
    for folder in (tmp_path / "state" / "scaffold" / "journal").iterdir():
        os.utime(folder, (old, old))
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 91 * 24 * 3600)
    assert scaffold("reanswer", str(here), "--workers", "8", "--allow-dirty").code == 0
    assert [line.split(",")[0] for line in scaffold("undo", str(here), "--list").out.splitlines()] == [
        "step 2: scaffold reanswer"
    ]
    assert scaffold("undo", str(there), "--list").out == f"nothing to undo in {there}\n"


def test_another_directory_at_the_path_is_not_touched(tmp_path: Path, scaffold: Run) -> None:
    """Even where it holds the same files."""
    project = tmp_path / "demo"
    assert scaffold("new", str(project), "--defaults").code == 0
    project.rename(tmp_path / "away")
    assert scaffold("new", str(tmp_path / "other"), "--name", "demo", "--defaults").code == 0
    (tmp_path / "other").rename(project)
    before = files_below(project)
    result = scaffold("undo", str(project), "--yes")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "another one" in result.err
    assert files_below(project) == before


def test_a_record_of_an_older_scaffold_is_not_read(tmp_path: Path, scaffold: Run) -> None:
    """One line says so."""
    import hashlib

    project = tmp_path / "demo"
    project.mkdir()
    key = hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:24]
    (tmp_path / "state" / "scaffold" / "undo" / key).mkdir(parents=True)
    result = scaffold("undo", str(project), "--yes")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "an older scaffold kept its record" in result.err


def test_flags_that_exclude_each_other(tmp_path: Path, scaffold: Run) -> None:
    """One line."""
    result = scaffold("undo", str(tmp_path), "--list", "--forget")
    assert (result.code, result.err.count("\n")) == (2, 1)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pexpect needs a POSIX terminal")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 130), ("\x03", 130)])
@pytest.mark.usefixtures("states")
def test_in_a_terminal_it_shows_the_step_and_asks(tmp_path: Path, answer: str, code: int) -> None:
    """No is what Enter means."""
    project = tmp_path / "demo"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm"}
    from terminal import Child  # not there on Windows

    child = Child("-m", "scaffold", "undo", str(project), env=environment)
    child.expect("step 3: scaffold add")
    child.expect("delete +src/demo/more.py")
    child.expect("Take this back")
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert (project / "src" / "demo" / "more.py").exists() == (code != 0)


def test_a_home_that_is_read_only(tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the steps are in a private folder for temporary files, and that is said."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    made = scaffold("new", str(tmp_path / "demo"), "--defaults")
    assert (made.code, "scaffold undo keeps its record in" in made.err, str(tmp_path / "tmp") in made.err) == (
        0,
        True,
        True,
    )
    assert scaffold("undo", "--yes", str(tmp_path / "demo")).code == 0
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("there", [False, True])
def test_links_and_empty_folders_are_taken_back(tmp_path: Path, *, there: bool) -> None:
    """From a directory that was made and from one that was there; a link that leads elsewhere by now is left."""
    dest, links = tmp_path / "dest", {PurePosixPath("x/link"): b"../a", PurePosixPath("other"): b"a"}
    if there:
        write(dest, {"own": "mine"})
    plan = Plan(
        dest,
        {PurePosixPath("a"): b"text", **links},
        modes=dict.fromkeys(links, LINK),
        folders=(PurePosixPath("e/f"),),
    )
    publish(check_plan(plan, force=there), "new")
    assert ((dest / "x" / "link").readlink(), (dest / "e" / "f").is_dir()) == (Path("../a"), True)
    (dest / "other").unlink()
    (dest / "other").symlink_to("own")
    take_back(newest(dest))
    assert {path.name for path in dest.iterdir()} == ({"own", "other"} if there else {"other"})
    assert (dest / "other").readlink() == Path("own")
