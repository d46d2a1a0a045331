"""What other systems lack or have elsewhere, taken away from this one: the fallbacks that docs/platforms.md lists.

It proves the fallbacks, not the systems: those run in .github/workflows, or nowhere.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from harness import contents, git_commit_all

from scaffold import machine, places, removal
from scaffold.writing import nofollow

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run


@pytest.fixture
def without_posix(monkeypatch: pytest.MonkeyPatch) -> None:
    """No owners, no sessions, no masks of signals, and nothing relative to an open directory: as Windows."""
    for name in ("getuid", "geteuid", "getgid", "fchown", "killpg", "setpgid", "sched_getaffinity"):
        monkeypatch.delattr(os, name, raising=False)
    for name in ("pthread_sigmask", "SIGHUP"):
        monkeypatch.delattr(signal, name, raising=False)
    monkeypatch.setattr(nofollow, "_HOLDS", False)
    monkeypatch.setattr(nofollow, "_renameat2", None)
    monkeypatch.setattr(removal, "_HOLDS", False)


@pytest.mark.slow
@pytest.mark.usefixtures("without_posix")
def test_projects_are_written_replaced_and_taken_back_without_posix(here: Path, scaffold: Run) -> None:
    """A new one, over one that is there, with a module, with another answer; and all of it back again."""
    project = here / "demo"
    assert scaffold("new", "demo", "--defaults").code == 0
    (project / "README.md").write_text("mine\n", encoding="utf-8")
    before = contents(project)
    assert scaffold("new", "demo", "--defaults", "--force").code == 0
    assert contents(project) != before
    assert scaffold("undo", "demo", "--yes").code == 0
    assert contents(project) == before
    git_commit_all(project)
    for command in ("reanswer demo --workers 8", "add demo --module retry --defaults"):
        result = scaffold(*command.split())
        assert (result.code, "Traceback" in result.err) == (0, False), result.err
        assert contents(project) != before
        assert scaffold("undo", "demo", "--yes").code == 0
        assert contents(project) == before
    assert scaffold("check", "demo").code == 0


@pytest.mark.usefixtures("without_posix")
def test_a_link_in_the_way_is_not_followed_without_posix(here: Path, scaffold: Run) -> None:
    """There, each part of a path is looked at just before."""
    assert scaffold("new", "demo", "--defaults").code == 0
    (here / "demo" / "src").rename(here / "elsewhere")
    (here / "demo" / "src").symlink_to(here / "elsewhere")
    before = contents(here / "elsewhere")
    result = scaffold("new", "demo", "--defaults", "--force")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert contents(here / "elsewhere") == before


def test_records_are_kept_where_the_variables_say_on_every_system(
    here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XDG_STATE_HOME is what messages name as the way out; a HOME that is relative is refused there, too."""
    monkeypatch.setattr(places, "_XDG", False)
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "state"))
    assert scaffold("new", "demo", "--defaults").code == 0
    assert any((here / "state" / "scaffold" / "journal").iterdir())
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "home")
    result = scaffold("new", "other", "--defaults")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "HOME is 'home'" in result.err
    assert not (here / "other").exists()


def test_a_pool_has_no_more_processes_than_the_system_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 128 CPUs Windows has a use for 61, and no other system a limit."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    assert machine.processors() == (61 if os.name == "nt" else 128)
    monkeypatch.setattr(os, "name", "nt")
    assert machine.processors() == 61
