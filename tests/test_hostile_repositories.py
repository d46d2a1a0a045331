"""Whatever a repository configures, no command starts it, waits for it or is led astray by it (docs/trust.md).

Each way is met in one of three places, a project, a template or an ejected repository; in all of them with
`SCAFFOLD_EVERY_WAY=1`.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from attacks import picture
from hostile_repositories import EXECUTING, WAYS, Canary, Way, git, plain_git
from newer import VERSION
from repositories import SMALL, write
from sampling import every

from scaffold.authoring.eject import BRANCH
from scaffold.cli import run
from scaffold.life.history import history

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Result, Run
    from newer import Newer

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="pipes and links are POSIX's")]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project, a template with a release and an ejected repository, each committed."""
    folder = tmp_path_factory.mktemp("bases")
    assert run(["new", str(folder / "project"), "--defaults"]) == 0
    assert run(["template", "eject", str(folder / "ejected")]) == 0
    # Nothing is asked, so that `template test` has one set of answers: the repository is the same for each of them.
    config = f"_min_copier_version: '9'\n{SMALL['copier.yml']}  when: false\n"
    write(folder / "template", {**SMALL, "copier.yml": config})
    for name in ("project", "template"):
        git(folder / name, "init", "-q", "-b", "main")
        git(folder / name, "add", "-A", "-f")
        git(folder / name, "commit", "-qm", "all")
    git(folder / "template", "tag", "v1.0.0")
    return folder


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Canary:
    """A program that nobody is to start, and a home that is the user's own."""
    made = Canary(tmp_path / "canary").make()
    monkeypatch.setenv("PATH", made.path)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    write(tmp_path / "outside", {"file": "untouched"})
    monkeypatch.chdir(tmp_path / "outside")
    return made


class Ground:
    """A repository that was prepared, and all around it."""

    def __init__(self, bases: Path, name: str, way: Way, canary: Canary) -> None:
        self.repo = canary.folder.parent / "ground" / "repo"
        self._canary = canary
        shutil.copytree(bases / name, self.repo, symlinks=True)
        self.start = way.prepare(self.repo, canary.program) or self.repo
        canary.sang()
        self._outside = picture(canary.folder.parent / "outside")
        self.own = self._picture()

    def _picture(self) -> dict[str, tuple[object, ...]]:
        place = self.repo / ".git"
        return picture(place) if place.is_dir() else {}

    def calm(self, result: Result) -> Result:
        """Nothing was started, nothing outside changed, and what was refused is one line."""
        assert self._canary.sang() == ""
        assert picture(self._canary.folder.parent / "outside") == self._outside
        assert "Traceback" not in result.err
        assert "untouched" not in result.err  # what a file outside holds
        assert result.code in {0, 1, 3}, result
        if result.code == 1 and not result.out:  # else it is a report of what was found
            assert len([line for line in result.err.splitlines() if not line.startswith("note: ")]) == 1, result.err
        return result

    def same(self) -> bool:
        """Whether git's own folder is as it was."""
        return self._picture() == self.own


@pytest.mark.parametrize("way", EXECUTING, ids=lambda way: way.name)
def test_plain_git_starts_it(bases: Path, canary: Canary, way: Way) -> None:
    """So that its silence elsewhere says something."""
    ground = Ground(bases, "project", way, canary)
    plain_git(ground.start, *way.fires, stdin=way.stdin, path=canary.path, check=False)
    assert canary.sang() != ""


@pytest.mark.parametrize("way", every(WAYS, 3), ids=lambda way: way.name)
def test_in_a_project(bases: Path, canary: Canary, scaffold: Run, way: Way) -> None:
    """Every command of a project's life, and honest work where the repository can be read."""
    ground = Ground(bases, "project", way, canary)
    repo = str(ground.repo)
    before = (ground.repo / "README.md").read_bytes()
    assert ground.calm(scaffold("check", repo)).code == 0
    changed = ground.calm(scaffold("reanswer", repo, "--name", "other"))
    assert (changed.code == 0) == way.readable, changed.err
    assert ((ground.repo / "README.md").read_bytes() != before) == way.readable
    ground.calm(scaffold("update", repo, "--defaults"))
    if way.readable:
        assert ground.calm(scaffold("undo", repo, "--yes")).code == 0
        assert (ground.repo / "README.md").read_bytes() == before
    assert ground.calm(scaffold("reanswer", repo, "--name", "other", "--allow-dirty")).code == 0
    assert ground.calm(scaffold("add", repo, "--module", "more", "--defaults")).code == 0
    assert ground.calm(scaffold("new", str(ground.repo / "beside"), "--defaults")).code == 0
    assert ground.calm(scaffold("template", "new", str(ground.repo / "mine"))).code == 0
    if ground.start != ground.repo:
        ground.calm(scaffold("update", str(ground.start), "--defaults"))
    assert ground.same()


@pytest.mark.parametrize("way", every(WAYS, 3, 1), ids=lambda way: way.name)
def test_in_a_template(bases: Path, canary: Canary, scaffold: Run, way: Way) -> None:
    """It is checked and rendered, at its release and as it is."""
    ground = Ground(bases, "template", way, canary)
    repo = str(ground.repo)
    ground.calm(scaffold("template", "lint", repo))
    outside = ground.repo.parent
    made = ground.calm(scaffold("new", str(outside / "made"), "--template", repo, "--defaults"))
    head = ground.calm(scaffold("new", str(outside / "head"), "--template", f"{repo}@HEAD", "--defaults"))
    if way.whole:
        assert (made.code, head.code) == (0, 0), made.err + head.err
        assert (outside / "made" / "README.md").read_text(encoding="utf-8") == "# thing\n"
    assert ground.same()


@pytest.mark.parametrize("way", every(WAYS, 8), ids=lambda way: way.name)
def test_in_a_template_that_is_tested(bases: Path, canary: Canary, scaffold: Run, way: Way) -> None:
    """Its releases too, by Copier."""
    ground = Ground(bases, "template", way, canary)
    ground.calm(scaffold("template", "test", str(ground.repo)))
    assert ground.same()


@pytest.mark.parametrize("way", every(WAYS, 3, 2), ids=lambda way: way.name)
def test_in_an_ejected_repository(bases: Path, canary: Canary, ahead: Newer, way: Way) -> None:
    """The next version comes to its branch, by files alone."""
    ground = Ground(bases, "ejected", way, canary)
    done = ahead("template", "eject", str(ground.repo), cwd=ground.repo.parent)
    ground.calm(done)
    if way.whole and (ground.repo / ".git").is_dir():
        assert done.code == 0, done.err
    if done.code == 0:
        shutil.rmtree(ground.repo / ".git" / "hooks", ignore_errors=True)
        (ground.repo / ".git" / "config").write_text("[core]\nrepositoryFormatVersion = 0\n", encoding="utf-8")
        assert git(ground.repo, "log", "-1", "--format=%H", BRANCH).strip() != history().commits[history().newest]
        assert VERSION in git(ground.repo, "show", f"{BRANCH}:copier.yml")
    else:
        assert ground.same()
