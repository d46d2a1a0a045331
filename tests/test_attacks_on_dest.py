"""What stands in DEST, or is put there while it is written, leads nothing outside (docs/trust.md)."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest
from attacks import picture, playground
from harness import files_below

from scaffold.errors import ChangedMeanwhile, Refused, WriteFailed
from scaffold.plan import Plan, check_destination, check_plan
from scaffold.writing.publish import publish

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links are POSIX's")

SRC, FILE = PurePosixPath("src/pkg/file.txt"), PurePosixPath("file.txt")


@pytest.fixture
def play(tmp_path: Path) -> Path:
    """The surroundings, and a project of the user's in them."""
    playground(tmp_path)
    (tmp_path / "parent" / "dest" / "src" / "pkg").mkdir(parents=True)
    (tmp_path / "parent" / "dest" / "file.txt").write_text("before", encoding="utf-8")
    return tmp_path


@pytest.fixture
def dest(play: Path) -> Path:
    """The project."""
    return play / "parent" / "dest"


def swap(place: Path, target: Path) -> None:
    """Put a link in place of what is there."""
    place.rename(place.with_name(f"{place.name}-before"))
    place.symlink_to(target)


def test_dest_that_is_a_link_is_refused(play: Path) -> None:
    """Before anything is rendered."""
    (play / "parent" / "link").symlink_to(play / "outside")
    with pytest.raises(Refused, match="symbolic link"):
        check_destination(play / "parent" / "link")


@pytest.mark.parametrize("place", ["src", "src/pkg", "file.txt"])
def test_links_in_dest_are_refused(play: Path, dest: Path, place: str) -> None:
    """Even with --force: neither a file nor a folder is written through one."""
    swap(dest / place, play / "outside")
    before = picture(play)
    with pytest.raises(Refused, match="no plain file"):
        check_plan(Plan(dest, {SRC: b"x", FILE: b"x"}), force=True)
    assert picture(play) == before


@pytest.mark.parametrize("place", ["src", "src/pkg"])
def test_link_put_in_place_after_the_check(play: Path, dest: Path, place: str) -> None:
    """The write fails, what was written before it is taken back, and nothing goes through the link."""
    plan = Plan(dest, {FILE: b"after", SRC: b"x"})
    check_plan(plan, force=True)
    swap(dest / place, play / "outside")
    before = picture(play)
    with pytest.raises(WriteFailed, match="nothing was changed"):
        publish(plan, "new")
    assert picture(play) == before
    assert (dest / "file.txt").read_text(encoding="utf-8") == "before"


def test_file_replaced_by_a_link_after_the_check(play: Path, dest: Path) -> None:
    """What the link names is not written; the link stays, too."""
    plan = Plan(dest, {SRC: b"x"})
    check_plan(plan, force=True)
    (dest / SRC).symlink_to(play / "outside" / "secret.yml")
    before = picture(play)
    with pytest.raises(ChangedMeanwhile):
        publish(plan, "new")
    assert picture(play) == before


@pytest.mark.parametrize("empty", [True, False])
def test_dest_itself_replaced_after_the_check(play: Path, dest: Path, *, empty: bool) -> None:
    """By a link to a folder of somebody else's."""
    if empty:
        (dest / "file.txt").unlink()
        (dest / "src" / "pkg").rmdir()
        (dest / "src").rmdir()
        (play / "outside" / "empty").mkdir()
    plan = Plan(dest, {SRC: b"x"})
    check_plan(plan, force=True)
    swap(dest, play / "outside" / "empty" if empty else play / "outside")
    before = picture(play)
    with pytest.raises(WriteFailed):
        publish(plan, "new")
    assert picture(play) == before


RACER = """
import os, shutil, sys
place, outside = sys.argv[1:]
while True:
    try:
        os.rename(place, place + "-before")
        os.symlink(outside, place)
        os.unlink(place)
        os.rename(place + "-before", place)
    except OSError:  # the writer made a folder of that name in between
        if os.path.islink(place):
            os.unlink(place)
        elif os.path.isdir(place):
            shutil.rmtree(place + "-before", ignore_errors=True)
"""


@pytest.mark.slow
def test_racing_process_gets_nothing_through(play: Path, dest: Path) -> None:
    """A process that swaps a folder for a link and back, as fast as it can, while files are written there."""
    outside = play / "outside"
    before = files_below(outside)
    with subprocess.Popen([sys.executable, "-c", RACER, str(dest / "src"), str(outside)]) as racer:
        try:
            written = 0
            for number in range(400):
                with suppress(WriteFailed, ChangedMeanwhile, OSError):
                    publish(Plan(dest, {SRC: b"x%d" % number, PurePosixPath(f"src/{number}.txt"): b"x"}), "new")
                    written += 1
            assert racer.poll() is None
            assert 0 < written < 400, "nobody was in anybody's way"
        finally:
            racer.kill()
    assert files_below(outside) == before
    assert not (outside / "pkg").exists()
