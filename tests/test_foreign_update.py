"""A project of a foreign template brought to a newer version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import pytest
from opening import actions, render, update

from scaffold.errors import Refused, TemplateFault
from scaffold.foreign.checkout import Checkout, Limits
from scaffold.foreign.trust import TemplateNotTrusted

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

ANSWERS = PurePosixPath(".copier-answers.yml")
FILE, RUN, MINE, NEW, OLD = (
    PurePosixPath(name) for name in ("file.txt", "run.sh", "mine/own.txt", "new.txt", "old.txt")
)
TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
FIRST = {
    "copier.yml": "name: demo\n",
    "file.txt.jinja": "{{ name }} in {{ _folder_name }}\n" + TEXT,
    "run.sh": "#!/bin/sh\n",
    "old.txt": "old\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}",
}
SECOND = {name: content for name, content in FIRST.items() if name != "old.txt"} | {
    "copier.yml": "name: demo\ncolour:\n  type: str\n  default: red\n",
    "file.txt.jinja": "{{ name }} in {{ _folder_name }}\n" + TEXT.replace("six", "6"),
    "new.txt.jinja": "{{ colour }}\n",
}


def write(folder: Path, files: Mapping[str, str], ref: str) -> Checkout:
    """A version of a template."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    if "run.sh" in files:
        (folder / "run.sh").chmod(0o755)
    return Checkout(folder, "https://example.org/team/template.git", ref, ref.encode().hex().ljust(40, "0"))


@pytest.fixture
def old(tmp_path: Path) -> Checkout:
    """The version that the project was made from."""
    return write(tmp_path / "old", FIRST, "v1.0.0")


@pytest.fixture
def new(tmp_path: Path) -> Checkout:
    """A newer one, in which a line has changed, a file has gone, and one with a question of its own has come."""
    return write(tmp_path / "new", SECOND, "v2.0.0")


@pytest.fixture
def project(old: Checkout) -> dict[PurePosixPath, bytes]:
    """A project, with a file of the user's."""
    rendered = render(old, {"name": "shop"}, defaults=True, ask=None, trusted_digest=None, folder_name="shop")
    return rendered.files | {MINE: b"mine\n"}


def test_changes_of_both_sides_are_kept(
    old: Checkout, new: Checkout, project: dict[PurePosixPath, bytes], tmp_path: Path
) -> None:
    """An edit elsewhere in a file, a file of the user's and the answers stay; what the template changed comes."""
    project[FILE] = project[FILE].replace(b"two", b"TWO")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = update(
        old,
        new,
        project,
        ANSWERS,
        conflict="inline",
        trusted_digest=None,
        executable=frozenset({RUN}),
        folder_name="shop",
    )
    assert done.conflicts == ()
    assert done.files == {
        ANSWERS: b"_commit: v2.0.0\n_src_path: https://example.org/team/template.git\ncolour: red\nname: shop\n",
        FILE: b"shop in shop\n" + TEXT.replace("two", "TWO").replace("six", "6").encode(),
        MINE: b"mine\n",
        NEW: b"red\n",
        RUN: b"#!/bin/sh\n",
    }
    assert done.executable == {RUN}
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("conflict", ["inline", "rej"])
def test_conflicts_are_named(
    old: Checkout, new: Checkout, project: dict[PurePosixPath, bytes], conflict: Literal["inline", "rej"]
) -> None:
    """The file with markers, or the one with the rejected lines."""
    project[FILE] = project[FILE].replace(b"six", b"SIX")
    done = update(old, new, project, ANSWERS, conflict=conflict, trusted_digest=None, folder_name="shop")
    if conflict == "inline":
        assert done.conflicts == (FILE,)
        assert b"<<<<<<< before updating\nSIX\n=======\n6\n>>>>>>> after updating\n" in done.files[FILE]
    else:
        assert done.conflicts == (PurePosixPath("file.txt.rej"),)
        assert b"+SIX" in done.files[PurePosixPath("file.txt.rej")]
        assert b"6\n" in done.files[FILE]


def test_files_that_no_template_renders_stay(old: Checkout, new: Checkout, project: dict[PurePosixPath, bytes]) -> None:
    """Odd names, names that differ in case only, and many large files of the user's are no reason to refuse."""
    odd = {PurePosixPath(name): b"user's" for name in ("a:b", "Makefile", "makefile", "sub/x", "SUB/y", "C:/z", "big")}
    odd[PurePosixPath("big")] = b"x" * 3_000_000
    limits = Limits(files=8, file_size=1_000_000, total_size=1_000_000)
    programs = frozenset({PurePosixPath("a:b"), RUN})
    done = update(
        old, new, project | odd, ANSWERS, conflict="inline", trusted_digest=None, limits=limits, executable=programs
    )
    assert done.files.items() >= odd.items()
    assert done.executable == programs


def test_answers_can_change_with_the_update(old: Checkout, new: Checkout, project: dict[PurePosixPath, bytes]) -> None:
    """A new question takes what is given."""
    done = update(old, new, project, ANSWERS, conflict="inline", trusted_digest=None, data={"colour": "blue"})
    assert done.files[NEW] == b"blue\n"


def test_new_question_without_default_is_named(
    old: Checkout, project: dict[PurePosixPath, bytes], tmp_path: Path
) -> None:
    """With its flag, where nobody can be asked."""
    strict = write(tmp_path / "strict", SECOND | {"copier.yml": "name: demo\ncolour:\n  type: str\n"}, "v2.0.0")
    with pytest.raises(Refused, match="--data colour="):
        update(old, strict, project, ANSWERS, conflict="inline", trusted_digest=None)


def test_older_version_is_refused(old: Checkout, new: Checkout, project: dict[PurePosixPath, bytes]) -> None:
    """In one line."""
    newer = update(old, new, project, ANSWERS, conflict="inline", trusted_digest=None)
    with pytest.raises(TemplateFault, match="downgrading"):
        update(new, old, newer.files, ANSWERS, conflict="inline", trusted_digest=None)


def test_either_version_may_run_things_only_with_trust(
    old: Checkout, project: dict[PurePosixPath, bytes], tmp_path: Path
) -> None:
    """The digest that the refusal names is the one that lets it run; migrations and tasks are what it says."""
    config = SECOND["copier.yml"] + "_tasks: ['touch task']\n_migrations: [{version: v2, command: touch migrated}]\n"
    acting = write(tmp_path / "acting", SECOND | {"copier.yml": config}, "v2.0.0")
    with pytest.raises(TemplateNotTrusted, match="task touch task; migration touch migrated") as caught:
        update(old, acting, project, ANSWERS, conflict="inline", trusted_digest=None)
    digest = caught.value.actions.digest
    assert digest == actions(acting).digest
    done = update(old, acting, project, ANSWERS, conflict="inline", trusted_digest=digest)
    assert {PurePosixPath("task"), PurePosixPath("migrated")} <= done.files.keys()


@pytest.mark.parametrize(
    ("recorded", "wanted"),
    [("main", "next"), ("0a1b2c3", "v1.0"), ("v9.0.0", "next"), ("v1.0.0-3-g0a1b2c3", "v1.0.1"), ("main", "main")],
)
def test_versions_that_are_no_numbers(
    old: Checkout, new: Checkout, project: dict[PurePosixPath, bytes], recorded: str, wanted: str
) -> None:
    """Branches, also the same one, and hashes update, too: the one that is asked for is the newer one."""
    project[ANSWERS] = project[ANSWERS].replace(b"v1.0.0", recorded.encode())
    commit = "9" * 40
    done = update(
        replace(old, ref=recorded),
        replace(new, ref=wanted, commit=commit),
        project,
        ANSWERS,
        conflict="inline",
        trusted_digest=None,
    )
    assert NEW in done.files
    shown = repr(commit) if recorded == wanted else wanted
    assert done.files[ANSWERS].startswith(f"_commit: {shown}\n".encode())


def test_another_version_than_the_recorded_one_is_refused(
    old: Checkout, new: Checkout, project: dict[PurePosixPath, bytes]
) -> None:
    """The comparison would be with something that the project never was."""
    with pytest.raises(TemplateFault, match=r"the project records version v1\.0\.0"):
        update(replace(old, ref="v0.9"), new, project, ANSWERS, conflict="inline", trusted_digest=None)
