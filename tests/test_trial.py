"""`scaffold template test`: answers of which every two meet, and all that can be wrong with what comes out."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, git, git_commit_all

from scaffold.foreign.config import load
from scaffold.trial.answer_sets import AWKWARD, AnswerSets

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

ANSWERS = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"}
QUESTIONS = """\
colour: {type: str, choices: [red, green, blue], default: red}
big: {type: bool, default: false}
size: {type: int, default: 3, when: "{{ big }}", validator: "{% if size < 1 %}too small{% endif %}"}
tags: {type: str, multiselect: true, choices: {A: a, B: b}, default: []}
title: {type: str, default: shop}
slug: {type: str, default: "{{ title|lower }}", when: false}
"""


def made(where: Path, files: dict[str, str]) -> Path:
    """A template."""
    for name, content in files.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(content, encoding="utf-8")
    return where


def pairs(rows: list[dict[str, object]]) -> set[tuple[str, str]]:
    """Every two answers that meet in one of the rows."""
    return {pair for row in rows for pair in combinations([f"{name}={value!r}" for name, value in row.items()], 2)}


def test_every_two_answers_meet_in_few_rows(tmp_path: Path) -> None:
    """As many pairs as all combinations have, and what is not asked is not answered."""
    root = made(tmp_path, {"copier.yml": QUESTIONS})
    sets = AnswerSets(load(root), root)
    everything, chosen = sets.exhaustive(), sets.pairwise()
    assert pairs(chosen) == pairs(everything)
    assert len(chosen) < len(everything) / 4
    assert chosen[0] == {}
    assert all(("size" in row) == row.get("big", False) for row in chosen)
    assert {row["size"] for row in chosen if "size" in row} == {3, 1, 4}
    assert {row["title"] for row in chosen[1:]} == {"shop", AWKWARD}
    assert chosen == AnswerSets(load(root), root).pairwise()


@pytest.mark.slow
def test_bundled_templates_pass(scaffold: Run) -> None:
    """In every design and scope, with every two answers."""
    result = scaffold("template", "test", str(ROOT / "templates"), "--json")
    document = json.loads(result.out)
    assert document["failures"] == []
    assert document["sets"] > 50
    assert result.code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a.py.jinja": "x = '{{ title }}'\n"}, "a.py: is no Python"),
        ({"a.py.jinja": "# {% raw %}{% if x %}{% endraw %}\n"}, "holds Jinja that was not rendered"),
        ({"a.txt.jinja": "{{ missing.name }}\n"}, "does not render: UndefinedError"),
        ({"a.py.jinja": "x  = 1\n", "ruff.toml": ""}, "ruff format"),
        ({"a.py.jinja": "import os\n", "ruff.toml": ""}, "ruff check: a.py:1"),
        ({"a.txt.jinja": "{{ range(99999)|random }}\n"}, "a.txt: is another when rendered again"),
    ],
)
def test_every_kind_of_failure(tmp_path: Path, scaffold: Run, files: dict[str, str], problem: str) -> None:
    """With the answers and a command that makes it again; a template without it passes."""
    good = made(
        tmp_path / "good",
        {"copier.yml": QUESTIONS, "a.py.jinja": "x = {% raw %}f'{0.5:.0%}' + '{%s}'{% endraw %}\n"} | ANSWERS,
    )
    if "is no Python" in problem:  # once is enough
        assert scaffold("template", "test", str(good)).code == 0
    bad = made(tmp_path / "bad", {"copier.yml": QUESTIONS} | ANSWERS | files)
    result = scaffold("template", "test", str(bad))
    assert result.code == 1
    assert problem in result.out
    assert "copier copy --defaults --vcs-ref HEAD --skip-tasks" in result.out


@pytest.mark.slow
def test_no_record_of_the_answers(tmp_path: Path, scaffold: Run) -> None:
    """Such a project can never be updated."""
    result = scaffold("template", "test", str(made(tmp_path, {"copier.yml": "a: 1\n", "b.txt": ""})))
    assert result.code == 1
    assert "records no answers" in result.out


@pytest.mark.slow
def test_updates_from_every_earlier_release(tmp_path: Path, scaffold: Run) -> None:
    """To what stands in the folder now, committed or not."""
    root = made(tmp_path / "template", {"copier.yml": "title: shop\n", "a.txt.jinja": "{{ title }}\n"} | ANSWERS)
    git_commit_all(root)
    git(root, "tag", "v1.0.0")
    (root / "a.txt.jinja").write_text("{{ title }} 2\n", encoding="utf-8")
    git_commit_all(root)
    git(root, "tag", "v2.0.0")
    (root / "a.txt.jinja").write_text("{{ title }} 3\n", encoding="utf-8")
    result = scaffold("template", "test", str(root), "--json")
    document = json.loads(result.out)
    assert (result.code, document["updates"], document["failures"]) == (0, ["v1.0.0", "v2.0.0"], [])
    (root / "copier.yml").write_text("title: shop\nnew: {type: str}\n", encoding="utf-8")
    result = scaffold("template", "test", str(root), "--json")
    failed = [failure["updated_from"] for failure in json.loads(result.out)["failures"]]
    assert {"v1.0.0", "v2.0.0"} <= set(failed)


@pytest.mark.slow
def test_its_own_tests_are_run_where_asked(tmp_path: Path, scaffold: Run) -> None:
    """With the interpreter that scaffold runs on."""
    files = {"copier.yml": "ok: true\n", "test_it.py.jinja": "def test_it() -> None:\n    assert {{ ok }}\n"}
    root = made(tmp_path, files | ANSWERS)
    assert scaffold("template", "test", str(root)).code == 0
    result = scaffold("template", "test", str(root), "--run-tests")
    assert result.code == 0, result.out
    (root / "copier.yml").write_text("ok: {type: bool, default: true}\n", encoding="utf-8")
    result = scaffold("template", "test", str(root), "--run-tests")
    assert result.code == 1
    assert "its tests fail: 1 failed" in result.out


def test_what_is_no_template(tmp_path: Path, scaffold: Run) -> None:
    """One line, and exit 1."""
    for place, message in ((tmp_path, "no Copier template"), (tmp_path / "missing", "is no directory")):
        result = scaffold("template", "test", str(place))
        assert result.code == 1
        assert message in result.err
        assert len(result.err.splitlines()) == 1
