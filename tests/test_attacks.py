"""Hostile templates reach nothing outside DEST, run nothing, and end in one line (docs/trust.md)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from attack_cases import ATTACKS
from attacks import QUICK, SECRET, Attack, build, picture, playground

from scaffold.errors import ScaffoldError
from scaffold.foreign.checkout import Checkout
from scaffold.foreign.rendering import render, update
from scaffold.plan import Plan, check_destination, check_plan
from scaffold.publish import publish
from scaffold.reports import output

if TYPE_CHECKING:
    from collections.abc import Mapping


pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and limits are POSIX's")


def new_from_checkout(
    root: Path, dest: Path, data: Mapping[str, object], *, force: bool = False, trust: str | None = None
) -> int:
    """What `scaffold new DEST --template ROOT --defaults` does with a template that is on this disk."""
    checkout = Checkout(root, str(root), None, None)
    try:
        check_destination(dest)
        rendered = render(checkout, data, defaults=True, ask=None, trusted_digest=trust, limits=QUICK)
        plan = Plan(dest, rendered.files, executable=rendered.executable)
        check_plan(plan, force=force)
        publish(plan)
    except ScaffoldError as error:
        output.say_error(error)
        return error.exit_code
    return 0


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The surroundings, in which all that is worth attacking is bait."""
    for name, value in playground(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path / "cwd")
    return tmp_path


def files_of(dest: Path) -> dict[str, bytes]:
    """Every file; anything but a plain file or folder is a failure."""
    found: dict[str, bytes] = {}
    for folder, folders, names in os.walk(dest):
        for name in (*folders, *names):
            path = Path(folder, name)
            assert not path.is_symlink()
            assert path.is_dir() or path.is_file()
        found |= {os.path.relpath(Path(folder, name), dest): Path(folder, name).read_bytes() for name in names}
    return found


CASES = [pytest.param(attack, id=attack.name, marks=() if attack.quick else pytest.mark.slow) for attack in ATTACKS]


@pytest.mark.parametrize("attack", CASES)
def test_attack_comes_to_nothing(play: Path, attack: Attack, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing around DEST changes, nothing of it gets into DEST, nothing is left behind, and one line says why."""
    template, dest = play / "template", play / "parent" / "dest"
    build(attack, template, play)
    before = picture(play)
    data = {name: value.replace("@PLAY@", str(play)) for name, value in attack.data.items()}
    code = new_from_checkout(template, dest, data)
    out, err = capsys.readouterr()
    assert picture(play) == before
    assert out == ""
    assert (code, attack.says in err) == (attack.code, True), err
    if code == 0:
        assert err == ""
        files = files_of(dest)
        assert SECRET.encode() not in b"".join(files.values())
        assert not any(part.lower() in (".git", "git~1") for name in files for part in Path(name).parts)
    else:
        assert err.endswith("\n")
        assert err[:-1].isprintable(), err
        assert SECRET not in err
        assert not dest.exists()


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
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if attack.name in UPDATES], ids=lambda attack: attack.name
)
def test_attack_by_an_update_comes_to_nothing(play: Path, attack: Attack, capsys: pytest.CaptureFixture[str]) -> None:
    """A version that turned hostile: as above, where Copier runs git."""
    template, first = play / "template", play / "first"
    build(attack, template, play)
    build(
        Attack("first", "", files={"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"}),
        first,
        play,
    )
    old, new = Checkout(first, "source", "v1", None), Checkout(template, "source", "v2", None)
    project = render(old, {}, defaults=True, ask=None, trusted_digest=None).files
    before = picture(play)
    data = {name: value.replace("@PLAY@", str(play)) for name, value in attack.data.items()}
    answers = PurePosixPath(".copier-answers.yml")
    error = None
    try:
        done = update(old, new, project, answers, conflict="inline", trusted_digest=None, data=data, limits=QUICK)
    except ScaffoldError as caught:
        error = caught
    assert picture(play) == before
    assert capsys.readouterr() == ("", "")
    if error is None:
        assert attack.name in ("git-hook", "git-other-case", "git-repository-with-hooks", "escapes-in-messages")
        assert not any(".git" in part.lower() for path in done.files for part in path.parent.parts)
        assert SECRET.encode() not in b"".join(done.files.values())
    else:
        assert error.exit_code == attack.code
        assert str(error).isprintable()


def test_repository_of_the_user_in_dest_is_not_touched(play: Path) -> None:
    """With --force into a repository: its hooks and settings stay as they are."""
    template, dest = play / "template", play / "parent" / "dest"
    build(Attack("git", "", files={"{{ '.git' }}/hooks/pre-commit": "touch canary", "file": "file"}), template, play)
    shutil.copytree(play / "repository", dest)
    before = files_of(dest)
    assert new_from_checkout(template, dest, {}, force=True) == 0
    assert files_of(dest) == before | {"file": b"file"}
