"""Hostile templates reach nothing outside DEST, run nothing, and end in one line (docs/trust.md)."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attack_cases import ATTACKS
from attacks import PLAIN, QUICK, SECRET, Attack, Kind, build, changed, flags, git, picture, playground
from harness import in_own_process
from sampling import every, one_of

from scaffold import places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness import Run


pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and limits are POSIX's")


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The surroundings, in which all that is worth attacking is bait."""
    for name, value in playground(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("scaffold.foreign.template.LIMITS", QUICK)  # the time of this suite; the checks are the same
    monkeypatch.chdir(tmp_path / "cwd")
    return tmp_path


def files_of(dest: Path) -> dict[str, bytes]:
    """Every file, and what links name; what is neither that nor a folder, and a link that leads out, is a failure."""
    found: dict[str, bytes] = {}
    for folder, folders, names in os.walk(dest):
        for name in (*folders, *names):
            path = Path(folder, name)
            assert path.resolve().is_relative_to(dest.resolve())
            if path.is_symlink():
                found[str(path.relative_to(dest))] = os.fsencode(path.readlink())
            elif path.is_file():
                found[str(path.relative_to(dest))] = path.read_bytes()
            else:
                assert path.is_dir()
    return found


def kinds_of(attack: Attack, turn: int) -> Sequence[Kind]:
    """Most need not come both ways each time."""
    if attack.quick and "repository" in attack.kinds:
        return (*attack.kinds, "bundle")
    return one_of(attack.kinds, turn) if set(attack.kinds) == {"folder", "repository"} else attack.kinds


CASES = [
    pytest.param(attack, kind, id=f"{attack.name}-{kind}", marks=() if attack.quick else pytest.mark.slow)
    for turn, attack in enumerate(ATTACKS)
    for kind in kinds_of(attack, turn)
]


def assert_nothing_raw(text: str) -> None:
    """A terminal shows all of it, and it holds nothing that was not to be found."""
    assert all(line.isprintable() for line in text.split("\n")), text
    assert SECRET not in text


@pytest.mark.parametrize(("attack", "kind"), CASES)
def test_attack_comes_to_nothing(play: Path, scaffold: Run, attack: Attack, kind: Kind) -> None:
    """`scaffold new`: nothing around DEST changes, nothing of that gets into it, and one line says why it failed."""
    source, dest = build(attack, play / "template", play, kind), play / "parent" / "dest"
    arguments = ["new", str(dest), "--template", source, "--defaults", *flags(attack, play)]
    before = picture(play)
    result = scaffold(*arguments)
    assert changed(play, before) == set()
    assert (result.code, attack.says in result.err) == (attack.code, True), result.err
    assert_nothing_raw(result.out)
    if attack.code == 0:
        assert_nothing_raw(result.err)
        assert attack.says or not result.err
        files = files_of(dest)
        assert SECRET.encode() not in b"".join(files.values())
        assert not any(part.lower() in (".git", "git~1") for name in files for part in Path(name).parts)
    else:
        assert picture(play) == before
        assert result.out == ""
        assert result.err.endswith("\n")
        assert result.err[:-1].isprintable(), result.err
        assert SECRET not in result.err
        assert not dest.exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["string-bomb", "task", "surrogate-in-name", "submodule-ext", "escapes-in-validator"])
def test_attack_on_a_process_of_its_own(play: Path, name: str) -> None:
    """The command as a shell starts it, under the limits that users have: one line, and no traceback."""
    (attack,) = (attack for attack in ATTACKS if attack.name == name)
    source = build(attack, play / "template", play, attack.kinds[-1])
    words = ("new", str(play / "parent" / "dest"), "--template", source, "--defaults", *flags(attack, play))
    before = picture(play)
    done = in_own_process(*words, cwd=play / "cwd")
    assert picture(play) == before
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (attack.code, "", 1)
    assert attack.says in done.stderr
    assert done.stderr[:-1].isprintable()
    assert not (play / "parent" / "dest").exists()


LOOKING = (["show"], ["show", "--json"], ["add", "hostile"])
SEEN = [attack for attack in ATTACKS if attack.config != PLAIN or attack.prepare or attack.disturb]
"""Those that are more than the text or name of a file, which is rendered by `new` alone."""


@pytest.mark.slow
@pytest.mark.parametrize("attack", every(SEEN, 3), ids=lambda attack: attack.name)
def test_looking_at_an_attack_runs_nothing(play: Path, scaffold: Run, attack: Attack) -> None:
    """`scaffold template show` and `add`: a name and a tag's hash are noted, and what is printed is plain text."""
    source = build(attack, play / "template", play, attack.kinds[0])
    for words in LOOKING:
        before = picture(play)
        result = scaffold("template", *words, source)
        added = words[0] == "add" and result.code == 0
        own = (places.names_file(),) if added else ()
        assert changed(play, before, *own) == set()
        assert all(path.is_file() for path in own)
        assert_nothing_raw(result.out + result.err)
        assert (result.code, result.err.count("\n")) in ((0, 0), (1, 1)), result.err
        if words[-1] == "--json" and result.code == 0:
            json.loads(result.out, parse_constant=pytest.fail)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["shown.txt", "bytes.txt", "answer"])
def test_a_dry_run_of_an_attack_shows_plain_text(play: Path, scaffold: Run, name: str) -> None:
    """The content of any file, and nothing is noted or written."""
    (attack,) = (attack for attack in ATTACKS if attack.name == "escapes-everywhere")
    source = build(attack, play / "template", play)
    before = picture(play)
    arguments = ("new", str(play / "parent" / "dest"), "--template", source, "--defaults", "--dry-run")
    for more in (["--show", name], ["--show", name, "--json"]):
        result = scaffold(*arguments, *more)
        assert (result.code, result.err) == (0, "")
        assert_nothing_raw(result.out)
        assert "x1b" in result.out or "u001b" in result.out
    assert picture(play) == before
    assert not (play / "parent" / "dest").exists()


UPDATES = {
    "dotdot-in-value",
    "absolute",
    "git-hook",
    "git-other-case",
    "git-repository-with-hooks",
    "include-outside",
    "external-data-computed",
    "fileglob",
    "task",
    "migration",
    "extension",
    "sandbox-globals",
    "python-tag",
    "string-bomb",
    "power-bomb",
    "many-by-yield",
    "escapes-in-messages",
    "escapes-in-validator",
    "tree-dot-git",
    "submodule-ext",
    "submodule-update-command",
}
HARMLESS = (
    "git-hook",
    "git-other-case",
    "git-repository-with-hooks",
    "escapes-in-messages",
    "submodule-update-command",
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if attack.name in UPDATES], ids=lambda attack: attack.name
)
def test_attack_by_an_update_comes_to_nothing(play: Path, scaffold: Run, attack: Attack) -> None:
    """`scaffold update` to a version that turned hostile: as above, and a project that is kept as it was."""
    template, dest = play / "template", play / "parent" / "dest"
    answers = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"}
    build(Attack("first", "", files=answers), template, play, "repository")
    git(template, "tag", "v0.1")
    assert scaffold("new", str(dest), "--template", str(template), "--defaults").code == 0
    git(dest, "init", "--quiet")
    git(dest, "add", "--all")
    git(dest, "commit", "--quiet", "--message=project")
    shutil.rmtree(play / "home" / ".local")
    for path in template.iterdir():
        if path.name != ".git":
            path.unlink()
    build(attack, template, play, "repository")
    git(template, "tag", "v0.2")
    before, project = picture(play), files_of(dest)
    result = scaffold("update", str(dest), "--defaults", *flags(attack, play))
    assert changed(play, before) == set()
    assert_nothing_raw(result.out + result.err)
    files = files_of(dest)
    assert {path: content for path, content in files.items() if path.startswith(".git/")} == {
        path: content for path, content in project.items() if path.startswith(".git/")
    }
    assert SECRET.encode() not in b"".join(files.values())
    if result.code == 0:
        assert attack.name in HARMLESS
        assert not any(part.lower() in (".git", "git~1") for path in files for part in Path(path).parts[1:])
    else:
        assert (result.code, result.err.count("\n"), files) == (attack.code, 1, project)


def test_repository_of_the_user_in_dest_is_not_touched(play: Path, scaffold: Run) -> None:
    """With --force into a repository: its hooks and settings stay as they are."""
    template, dest = play / "template", play / "parent" / "dest"
    build(Attack("git", "", files={"{{ '.git' }}/hooks/pre-commit": "touch canary", "file": "file"}), template, play)
    shutil.copytree(play / "repository", dest)
    before = files_of(dest)
    assert scaffold("new", str(dest), "--template", str(template), "--defaults", "--force").code == 0
    assert files_of(dest) == before | {"file": b"file"}
