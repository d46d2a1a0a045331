"""`scaffold template test`: answers of which every two meet, and all that can be wrong with what comes out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest
from harness import ROOT, contents, git, git_commit_all, in_own_process
from repositories import write as made
from shapes import SHAPES

from scaffold.foreign.config import load
from scaffold.trial.answer_sets import AnswerSets
from scaffold.trial.values import AWKWARD

if TYPE_CHECKING:
    from harness import Run
    from shapes import Shape

ANSWERS = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"}
QUESTIONS = """\
colour: {type: str, choices: [red, green, blue], default: red}
big: {type: bool, default: false}
size: {type: int, default: 3, when: "{{ big }}", validator: "{% if size < 1 %}too small{% endif %}"}
tags: {type: str, multiselect: true, choices: {A: a, B: b}, default: []}
title: {type: str, default: shop}
slug: {type: str, default: "{{ title|lower }}", when: false}
"""


def pairs(rows: list[dict[str, object]]) -> set[tuple[str, str]]:
    """Every two answers that meet in one of the rows."""
    return {pair for row in rows for pair in combinations([f"{name}={value!r}" for name, value in row.items()], 2)}


def test_every_two_answers_meet_in_few_rows(tmp_path: Path) -> None:
    """As many pairs as all combinations have, and what is not asked is not answered."""
    root = made(tmp_path, {"copier.yml": QUESTIONS})
    sets = AnswerSets(load(root), root)
    everything, chosen = [*sets.exhaustive().rows], [*sets.pairwise().rows]
    assert pairs(chosen) == pairs(everything)
    assert len(chosen) < len(everything) / 4
    assert chosen[0] == {}
    assert all(("size" in row) == row.get("big", False) for row in chosen)
    assert {row["size"] for row in chosen if "size" in row} == {3, 1}
    assert {row["title"] for row in chosen[1:]} == {"shop", AWKWARD}
    assert chosen == [*AnswerSets(load(root), root).pairwise().rows]


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
        ({"a.py": "# {% if x %}\n"}, "holds Jinja that was not rendered"),
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


LARGE = 99_999_999_999


@pytest.mark.slow
@pytest.mark.parametrize(
    "files",
    [
        {"a.txt.jinja": f"{{{{ {LARGE}|ans_random }}}}\n"},
        {"a.txt.jinja": "{{ '52:54:00'|random_mac }}\n"},
        {"a.txt.jinja": "{% include 'parts/part' %}\n", "parts/part": f"{{{{ {LARGE}|ans_random }}}}"},
        {
            "a.txt.jinja": "{% from 'parts/part' import number %}{{ number() }}\n",
            "parts/part": f"{{% macro number() %}}{{{{ {LARGE}|ans_random }}}}{{% endmacro %}}",
        },
        {
            "copier.yml": f"number: {{type: str, default: '{{{{ {LARGE}|ans_random }}}}', when: false}}\n",
            "a.txt.jinja": "{{ number }}",
        },
    ],
    ids=["filter", "address", "include", "macro", "default"],
)
def test_what_is_evaluated_while_compiling(tmp_path: Path, scaffold: Run, files: dict[str, str]) -> None:
    """It differs when rendered again, as it is compiled again: Jinja evaluates a filter of constants only then."""
    config = "_exclude: [copier.yml, parts]\n" + files.pop("copier.yml", "title: shop\n")
    result = scaffold("template", "test", str(made(tmp_path, {"copier.yml": config} | ANSWERS | files)))
    assert (result.code, "a.txt: is another when rendered again" in result.out) == (1, True), result.out


EXTENSION = """\
from random import random

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.lexer import Token


class Parsing(Extension):
    tags = {"number"}

    def parse(self, parser):
        return nodes.Output([nodes.TemplateData(str(random()))], lineno=next(parser.stream).lineno)


class Preprocessing(Extension):
    def preprocess(self, source, name, filename=None):
        return source.replace("@", str(random()))


class Filtering(Extension):
    def filter_stream(self, stream):
        for token in stream:
            yield Token(token.lineno, "data", str(random())) if token.value == "@" else token


class Testing(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.tests["lucky"] = lambda number: random() * number < 0.5
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text"),
    [("Parsing", "{% number %}"), ("Preprocessing", "@"), ("Filtering", "@"), ("Testing", "{{ 1 is lucky }}" * 64)],
)
def test_what_an_extension_makes_while_compiling(tmp_path: Path, name: str, text: str) -> None:
    """That is compiled again, too, whatever it depends on."""
    made(tmp_path / "modules", {"extensions_of_this_test.py": EXTENSION})
    config = f"_jinja_extensions: [extensions_of_this_test.{name}]\ntitle: shop\n"
    root = made(tmp_path / "template", {"copier.yml": config, "a.txt.jinja": text} | ANSWERS)
    path = os.pathsep.join([str(tmp_path / "modules"), str(ROOT)])
    done = in_own_process("template", "test", str(root), "--trust", cwd=tmp_path, PYTHONPATH=path)
    assert (done.returncode, "a.txt: is another when rendered again" in done.stdout) == (1, True), done.stdout


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
    result = scaffold("template", "test", str(root))
    assert (result.code, result.err) == (1, "error: the template has no default for new: add --data new=…\n")
    result = scaffold("template", "test", str(root), "--data", "new=x", "--json")
    assert (result.code, json.loads(result.out)["updates"]) == (0, ["v1.0.0", "v2.0.0"])


@pytest.mark.slow
def test_updates_of_a_template_with_tasks(tmp_path: Path, scaffold: Run) -> None:
    """Copier makes them only with `--trust`: without it they are no failures, and counted apart."""
    root = made(tmp_path / "template", {"copier.yml": "_tasks: ['true']\n", "a.txt": "1\n"} | ANSWERS)
    git_commit_all(root)
    git(root, "tag", "v1.0.0")
    (root / "a.txt").write_text("2\n", encoding="utf-8")
    result = scaffold("template", "test", str(root))
    assert (result.code, result.err) == (0, "")
    assert "1 updates not tested: the template runs commands or loads extensions; add --trust\n" in result.out
    assert result.out.endswith("1 sets of answers, 0 updates: none failed\n")
    document = json.loads(scaffold("template", "test", str(root), "--json").out)
    assert (document["updates"], document["updates_not_tested"], document["failures"]) == ([], ["v1.0.0"], [])
    document = json.loads(scaffold("template", "test", str(root), "--trust", "--json").out)
    assert (document["updates"], document["updates_not_tested"], document["failures"]) == (["v1.0.0"], [], [])


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


# Each is asked only beside one answer of twelve to the one before it: random rows never get to the end.
NESTED = "".join(
    f"q{n}: {{type: str, choices: [{', '.join(f'v{k}' for k in range(12))}], default: v0"
    + (f", when: \"{{{{ q{n - 1} == 'v7' }}}}\"" if n else "")
    + "}\n"
    for n in range(4)
)
# A default counts as an answer, also of a question that is not asked, and so does one that is computed.
COMPUTED = """\
kind: {type: str, choices: [a, b, c], default: a}
design: {type: str, choices: [x, y], default: "{{ 'x' if kind == 'c' else 'y' }}"}
hidden: {type: str, default: "{{ design ~ '!' }}", when: false}
late: {type: bool, when: "{{ hidden == 'x!' }}"}
later: {type: bool, default: true, when: "{{ late is defined and kind == 'b' }}"}
"""
# What a validator or a disabled choice refuses beside other answers is no combination.
REFUSED = """\
one: {type: int, default: 3, validator: "{% if not 1 <= one <= 40 %}no{% endif %}"}
two: {type: int, default: 50, validator: "{% if two <= one + 20 %}no{% endif %}"}
three: {type: str, default: p, choices: {P: p, Q: {value: q, validator: "{% if one == 1 %}no{% endif %}"}}}
"""


@pytest.mark.parametrize("config", [NESTED, COMPUTED, REFUSED], ids=["nested", "computed", "refused"])
def test_every_pair_that_can_meet_does(tmp_path: Path, config: str) -> None:
    """As many as all combinations have, however deep the conditions."""
    root = made(tmp_path, {"copier.yml": config})
    sets = AnswerSets(load(root), root)
    everything, covering = sets.exhaustive(), sets.pairwise()
    assert pairs([*covering.rows]) == pairs([*everything.rows])
    assert (covering.met, everything.unmet) == (everything.met, 0)
    assert len(covering.rows) <= len(everything.rows) + 1


RARE = "".join(f"q{n}: {{type: str, choices: [a, b, c], default: a}}\n" for n in range(7))
RARE += 'z: {type: str, default: p, choices: {P: p, R: {value: r, validator: "{% if not ('
RARE += " and ".join(f"q{n} == 'c'" for n in range(7)) + ') %}no{% endif %}"}}}\n'


def test_a_choice_that_counts_beside_rare_answers_only(tmp_path: Path) -> None:
    """What was not met is counted: beside what cannot meet, at most that one choice with its seven answers."""
    root = made(tmp_path, {"copier.yml": RARE})
    sets = AnswerSets(load(root), root)
    covering, everything = sets.pairwise(), sets.exhaustive()
    thinkable = 21 * 9 + 7 * 6
    assert everything.met == thinkable - 7 * 2
    assert covering.met + covering.unmet == thinkable
    assert everything.met - covering.met in {0, 7}
    assert sum("z" in row for row in covering.rows[1:]) == len(covering.rows) - 1


def test_twelve_conditions_nested(tmp_path: Path) -> None:
    """Each question needs certain answers to all before it; every pair is found, and soon."""
    config = "".join(
        f"q{n}: {{type: str, choices: [a, b, c], default: a"
        + (', when: "{{ ' + " and ".join(f"q{k} == 'c'" for k in range(n)) + ' }}"' if n else "")
        + "}\n"
        for n in range(12)
    )
    root = made(tmp_path, {"copier.yml": config})
    sets = AnswerSets(load(root), root)
    covering = sets.pairwise()
    assert pairs([*covering.rows]) == pairs([*sets.exhaustive().rows])


@pytest.mark.parametrize(
    "config",
    [
        "_envops: {nonsense: 1}\na: 1\n",
        "_envops: {block_start_string: '<<', variable_start_string: '<<'}\na: 1\n",
        "a: {type: int, default: 1, choices: 5}\n",
        "a: {type: [x], default: 1}\n",
        "a: [\n",
    ],
)
def test_a_configuration_that_is_broken(tmp_path: Path, scaffold: Run, config: str) -> None:
    """One line, and exit 1."""
    result = scaffold("template", "test", str(made(tmp_path, {"copier.yml": config})))
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert result.err.startswith("error: template copier.yml")


@pytest.mark.slow
def test_an_update_with_its_answers_elsewhere(tmp_path: Path, scaffold: Run) -> None:
    """Works, and a failing one is made again by the command that names the place."""
    config = "_answers_file: .config/answers.yml\ntitle: shop\n"
    root = made(tmp_path / "template", {"copier.yml": config, "a.txt.jinja": "{{ title }}\n"} | ANSWERS)
    git_commit_all(root)
    git(root, "tag", "v1.0.0")
    (root / "a.txt.jinja").write_text("{{ title }} 2\n", encoding="utf-8")
    assert scaffold("template", "test", str(root)).code == 0
    (root / "a.txt.jinja").write_text("{{ range(99999)|random }}\n", encoding="utf-8")
    git_commit_all(root)
    git(root, "tag", "v2.0.0")
    (root / "a.txt.jinja").write_text("{{ title }} 3\n", encoding="utf-8")
    failures = json.loads(scaffold("template", "test", str(root), "--json").out)["failures"]
    command = next(failure["command"] for failure in failures if failure["updated_from"])
    assert "--answers-file .config/answers.yml DEST" in command


def test_numbers_at_the_bounds(tmp_path: Path) -> None:
    """The least and the most that a validator takes, wherever they are."""
    config = 'port: {type: int, default: 8080, validator: "{% if not 1024 <= port <= 65535 %}no{% endif %}"}\n'
    config += 'share: {type: float, default: 0.5, validator: "{% if not 0 <= share <= 1 %}no{% endif %}"}\n'
    root = made(tmp_path, {"copier.yml": config})
    rows = AnswerSets(load(root), root).exhaustive().rows
    assert {row["port"] for row in rows} == {8080, 1024, 65535}
    assert {row["share"] for row in rows} == {0.5, 0, 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a.py": 'x = "{{ title }}"\n'}, "a.py:1: holds {{ title }} as it was written"),
        ({"a.toml": 'a = 1\nname = "{{title|lower}}"\n'}, "a.toml:2: holds {{title|lower}}"),
        (
            {
                "copier.yml": QUESTIONS + 'meta: {type: yaml, default: {of: "{{ title }}"}}\n',
                "a.txt.jinja": "{{ meta.of }}\n",
            },
            "a.txt:1: holds {{ title }}",
        ),
    ],
)
def test_an_expression_that_was_not_rendered(
    tmp_path: Path, scaffold: Run, files: dict[str, str], problem: str
) -> None:
    """A suffix or a brace was forgotten: said with the line."""
    root = made(tmp_path, {"copier.yml": QUESTIONS} | ANSWERS | files)
    result = scaffold("template", "test", str(root))
    assert (result.code, problem in result.out) == (1, True), result.out


@pytest.mark.slow
def test_braces_that_are_meant(tmp_path: Path, scaffold: Run) -> None:
    """In raw blocks and texts of the template, of code hosts, of f-strings, of templates in the project, of nobody."""
    files = {
        "a.txt.jinja": "{% raw %}{{ title }}{% endraw %} {{ '{{ big }}' }} {{ '{{' }} size {{ '}}' }}\n",
        "c.py.jinja": "# {% raw %}{% if title %}{% endraw %}\n",
        "workflow.yml": "run: ${{ title }}\n",
        "a.py": "title = 1\nx = f'{{title}}'\ny = '{{title}}'.format()\n",
        "page.html": "<h1>{{ title }}</h1>\n",
        "b.txt": "{{ nothing_of_ours }} {{ }} {% if %}\n",
    }
    root = made(tmp_path, {"copier.yml": QUESTIONS} | ANSWERS | files)
    result = scaffold("template", "test", str(root))
    assert result.code == 0, result.out


@pytest.mark.slow
def test_delimiters_of_its_own(tmp_path: Path, scaffold: Run) -> None:
    """An expression that was left is found by the template's own delimiters, and nothing else is one."""
    config = "_envops: {variable_start_string: '[[', variable_end_string: ']]'}\ntitle: shop\n"
    answers = {"[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers|to_nice_yaml ]]"}
    root = made(tmp_path / "good", {"copier.yml": config, "a.txt": "{{ title }}\n"} | answers)
    assert scaffold("template", "test", str(root)).code == 0
    root = made(tmp_path / "bad", {"copier.yml": config, "a.txt": "[[ title ]]\n"} | answers)
    assert "holds [[ title ]]" in scaffold("template", "test", str(root)).out


@pytest.mark.slow
@pytest.mark.parametrize("place", [".config/answers.yml", "answers-of-{{ title }}"])
def test_answers_that_are_recorded_elsewhere(tmp_path: Path, scaffold: Run, place: str) -> None:
    """Wherever the template says, under any name."""
    root = made(tmp_path, {"copier.yml": f"_answers_file: '{place}'\ntitle: {{type: str, default: x}}\n"} | ANSWERS)
    result = scaffold("template", "test", str(root))
    assert result.code == 0, result.out


@pytest.mark.slow
def test_answers_that_are_recorded_where_an_update_looks_for_them(tmp_path: Path, scaffold: Run) -> None:
    """Whatever `_answers_file` says: Copier's update reads the usual file, unless it is told of another."""
    config = "_answers_file: .copier-answers.yml.jinja\ntitle: {type: str, default: x}\n"
    files = {"copier.yml": config, ".copier-answers.yml.jinja": next(iter(ANSWERS.values()))}
    root = made(tmp_path / "template", files)
    git_commit_all(root)
    git(root, "tag", "v1.0.0")
    result = scaffold("template", "test", str(root))
    assert result.code == 0, result.out
    assert "3 updates: none failed" in result.out


@pytest.mark.slow
def test_an_answer_that_only_the_author_knows(tmp_path: Path, scaffold: Run) -> None:
    """`--data` gives it in every set, and in the commands; without it, the sets say what is missing."""
    config = "key: {type: str, validator: \"{% if key != 'sesame' %}no{% endif %}\"}\nbig: {type: bool, default: no}\n"
    root = made(tmp_path, {"copier.yml": config, "a.txt.jinja": "{{ key }}{{ big }}\n"} | ANSWERS)
    result = scaffold("template", "test", str(root))
    assert (result.code, result.err) == (1, "error: the template has no default for key: add --data key=…\n")
    assert scaffold("template", "test", str(root), "--data", "key=sesame").code == 0
    result = scaffold("template", "test", str(root), "--data", "key=other", "--json")
    commands = [failure["command"] for failure in json.loads(result.out)["failures"]]
    assert commands
    assert all("--data key=other" in command for command in commands)


@pytest.mark.slow
def test_a_failed_update_can_be_made_again(tmp_path: Path, scaffold: Run) -> None:
    """By the command that is printed, with answers other than the defaults too."""
    files = {
        "copier.yml": QUESTIONS,
        "{% if big %}a.txt{% endif %}.jinja": "one\ntwo {{ range(99999)|random }}\nthree\n",
    }
    root = made(tmp_path / "template", files | ANSWERS)
    git_commit_all(root)
    git(root, "tag", "v1.0.0")
    (root / "{% if big %}a.txt{% endif %}.jinja").write_text("one\nfour\nthree\n", encoding="utf-8")
    git_commit_all(root)
    failures = json.loads(scaffold("template", "test", str(root), "--json").out)["failures"]
    failed = next(failure for failure in failures if failure["updated_from"] == "v1.0.0")
    assert failed["answers"]["big"] == "True"
    assert failed["problems"] == ["a.txt: is in conflict after the update"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e", "-c", failed["command"]],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "<<<<<<<" in (tmp_path / "DEST" / "a.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_rendering_without_end(tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended after its time, and the others are tried."""
    monkeypatch.setenv("SCAFFOLD_TRIAL_SECONDS", "3")
    endless = "{% if big %}{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}{% endif %}\n"
    root = made(tmp_path, {"copier.yml": "big: {type: bool, default: no}\n", "a.txt.jinja": endless} | ANSWERS)
    document = json.loads(scaffold("template", "test", str(root), "--json").out)
    assert [failure["answers"] for failure in document["failures"]] == [{"big": "True"}]
    assert document["failures"][0]["problems"] == ["does not render: it takes longer than 3 seconds"]


@pytest.mark.slow
def test_what_tasks_have_others_make(tmp_path: Path, scaffold: Run) -> None:
    """A repository that a task begins holds the time, and a virtual environment whatever it likes: no failures."""
    config = """\
_tasks:
  - git init --quiet
  - git add .
  - git -c user.name=a -c user.email=a@b.org commit --quiet --message {{ time }}
  - mkdir .venv; echo 'x = ' > .venv/a.py
time: {type: str, default: "{{ range(99999)|random }}", when: false}
more: {type: str, default: a, choices: [a, b]}
"""
    root = made(tmp_path, {"copier.yml": config, "a.txt": ""} | ANSWERS)
    result = scaffold("template", "test", str(root), "--trust")
    assert result.code == 0, result.out


@pytest.mark.slow
def test_a_task_and_what_it_says(tmp_path: Path, scaffold: Run) -> None:
    """Run only with `--trust`; its last words are told, and nothing of it gets into the one JSON document."""
    config = "_tasks: ['echo started; echo broken by design >&2; exit {{ 3 if big else 0 }}']\n"
    config += "big: {type: bool, default: no}\n"
    root = made(tmp_path, {"copier.yml": config, "a.txt": ""} | ANSWERS)
    assert scaffold("template", "test", str(root)).code == 0
    document = json.loads(scaffold("template", "test", str(root), "--trust", "--json").out)
    assert [failure["answers"] for failure in document["failures"]] == [{"big": "True"}]
    assert "Its last words: broken by design" in document["failures"][0]["problems"][0]
    assert "copier copy --defaults --vcs-ref HEAD --trust" in document["failures"][0]["command"]


@pytest.mark.slow
def test_a_process_that_is_brought_down(tmp_path: Path) -> None:
    """The set that does it is named, and all others are tried all the same."""
    extension = "import os\nfrom jinja2.ext import Extension\n\n\nclass Down(Extension):\n"
    extension += "    def __init__(self, environment):\n        super().__init__(environment)\n"
    extension += "        environment.filters['down'] = lambda big: os._exit(1) if big else 'fine'\n"
    config = "_jinja_extensions: [copier_templates_extensions_of_a_test.Down]\nbig: {type: bool, default: no}\n"
    made(tmp_path / "modules", {"copier_templates_extensions_of_a_test.py": extension})
    root = made(tmp_path / "template", {"copier.yml": config, "a.txt.jinja": "{{ big|down }}\n"} | ANSWERS)
    path = os.pathsep.join([str(tmp_path / "modules"), str(ROOT)])
    done = in_own_process("template", "test", str(root), "--trust", "--json", cwd=tmp_path, PYTHONPATH=path)
    document = json.loads(done.stdout)
    assert document["sets"] == 3
    assert [failure["answers"] for failure in document["failures"]] == [{"big": "True"}]
    assert document["failures"][0]["problems"] == ["brings its process down"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """No process, no folder, one line; what was found is said, and the exit code says which it was."""
    endless = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}\n"
    root = made(tmp_path / "template", {"copier.yml": "big: {type: bool}\n", "a.txt.jinja": endless} | ANSWERS)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "scaffold", "template", "test", str(root)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list(scratch.glob("scaffold-trial-*/tmp*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    process.send_signal(number)
    found, said = process.communicate(timeout=30)
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert ("interrupted after 0 of 3: " in found) == (number == signal.SIGINT)
    assert said.splitlines() == (["error: cancelled; nothing was written"] if number == signal.SIGINT else [])
    assert list(scratch.iterdir()) == []
    assert children
    deadline = time.monotonic() + 10  # the system may take a moment to clear away what has ended
    while any(map(is_running, children)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_a_trial_that_is_killed_goes_on_in_no_process(tmp_path: Path) -> None:
    """As by a machine that runs out of memory: it can end nothing itself."""
    endless = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}\n"
    root = made(tmp_path / "template", {"copier.yml": "big: {type: bool}\n", "a.txt.jinja": endless} | ANSWERS)
    command = [sys.executable, "-m", "scaffold", "template", "test", str(root)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(tmp_path.glob("scaffold-trial-*/tmp*")):
        assert process.poll() is None
        time.sleep(0.05)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    assert len(children) > 1
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while any(map(is_running, children)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(process: str) -> bool:
    """Whether it is there, and not only waits for somebody to ask how it ended."""
    try:
        state = Path("/proc", process, "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.slow
@pytest.mark.parametrize("shape", [*SHAPES, None], ids=lambda shape: shape.name if shape else "bundled")
def test_what_is_rendered_is_what_copier_renders(tmp_path: Path, shape: Shape | None) -> None:
    """The same bytes as of Copier's own command, from the first rendering of a process to the third."""
    root = made(tmp_path / "template", shape.files) if shape else ROOT / "templates"
    data = dict(shape.data) if shape else {"shape": "service", "name": "bell"}
    flags = [word for name, value in data.items() for word in ("--data", f"{name}={value}")]
    command = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--trust", *flags, str(root), "copied"]
    subprocess.run(command, cwd=tmp_path, check=True)
    script = f"""
from pathlib import Path
from scaffold.trial import rendering
rendering.begin(Path())
for folder in "abc":
    rendering.render(Path({str(root)!r}), Path(folder, "copied"), {data!r}, trust=True)
rendering.render_again(Path({str(root)!r}), Path("d", "copied"), {data!r}, trust=True)
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    for folder in "abcd":
        assert contents(tmp_path / folder / "copied") == contents(tmp_path / "copied")


@pytest.mark.slow
def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    """It goes when all is done; what stays is the result."""
    root = made(tmp_path, {"copier.yml": QUESTIONS, "a.txt.jinja": "{{ title }}\n"} | ANSWERS)
    from terminal import Child  # not there on Windows

    child = Child("-m", "scaffold", "template", "test", str(root), timeout=60)
    child.expect("trying")
    child.expect("%")
    child.expect(r"sets of answers, 0 updates: none failed")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_what_is_no_template(tmp_path: Path, scaffold: Run) -> None:
    """One line, and exit 1."""
    for place, message in ((tmp_path, "no Copier template"), (tmp_path / "missing", "is no directory")):
        result = scaffold("template", "test", str(place))
        assert result.code == 1
        assert message in result.err
        assert len(result.err.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"a.txt.jinja": "one\n{{ title|nothing }}\n"}, "in a.txt.jinja:2: No filter named 'nothing'"),
        ({"a.txt.jinja": "one\n{% if %}\n"}, "in a.txt.jinja:2: Expected an expression"),
        ({"copier.yml": 'a: {type: str, default: "{{ 1|nothing }}"}\n'}, "in copier.yml, question a: No filter"),
        (
            {"copier.yml": 'a: {type: str, default: x, validator: "{{ 1|nothing }}"}\n'},
            "in copier.yml, question a: Validation error for question 'a': No filter",
        ),
        (
            {"copier.yml": "_jinja_extensions: [nowhere_at_all.Extension]\na: 1\n"},
            "in copier.yml: _jinja_extensions: No module named 'nowhere_at_all'",
        ),
    ],
)
def test_where_jinja_fails(tmp_path: Path, scaffold: Run, files: dict[str, str], place: str) -> None:
    """The file and line, or the question; an extension that cannot be loaded is no question's fault."""
    root = made(tmp_path, {"copier.yml": QUESTIONS} | ANSWERS | files)
    result = scaffold("template", "test", str(root), "--trust", "--json")
    problems = [problem for failure in json.loads(result.out)["failures"] for problem in failure["problems"]]
    assert (result.code, result.err) == (1, "")
    assert problems
    assert all(place in problem for problem in problems), problems


SLUG = """\
title: {type: str, default: shop}
slug: {type: str, default: "{{ title }}", validator: "{% if not slug.isidentifier() %}no name{% endif %}"}
label: {type: str, default: x, validator: "{% if label|length > 3 %}too long{% endif %}"}
by: {type: str, default: me}
for: {type: str, default: you}
size: {type: str, choices: [small, large]}
"""


@pytest.mark.slow
def test_awkward_text_that_a_template_refuses(tmp_path: Path, scaffold: Run) -> None:
    """Is no failure, whether the question's own validator or that of a computed one refuses it.

    What takes it and fails with it is told once for each question, with that answer alone.
    """
    files = {"copier.yml": SLUG, "a.py.jinja": "x = '{{ by }}' + '{{ slug }}'\n", "b.py.jinja": "y = '{{ for }}'\n"}
    root = made(tmp_path, files | ANSWERS)
    result = scaffold("template", "test", str(root))
    told = [line for line in result.out.splitlines() if line.startswith("copier copy")]
    assert (result.code, len(told)) == (1, 2), result.out
    assert [line.count("--data") for line in told] == [2, 2]
    assert all("--data size=small" in line for line in told)
    assert {line.partition(" --data 'by=")[1] or line.partition(" --data 'for=")[1] for line in told} == {
        " --data 'by=",
        " --data 'for=",
    }
    assert result.out.count("is no Python") == 2
    assert "does not render" not in result.out
    assert result.out.splitlines()[-1].endswith("2 failed")


@pytest.mark.slow
def test_what_is_missing_beside_some_answers_only(tmp_path: Path, scaffold: Run) -> None:
    """A question without a default that is not always asked: once, with the flag; all else is tried."""
    config = (
        "big: {type: bool, default: no}\nkey: {type: json, when: '{{ big }}'}\ncolour: {type: str, choices: [a, b]}\n"
    )
    root = made(tmp_path, {"copier.yml": config, "a.txt.jinja": "{{ key }}\n"} | ANSWERS)
    result = scaffold("template", "test", str(root))
    assert (result.code, result.out.count("--data key=…")) == (1, 1), result.out
    assert "question key is required and has no default: give an answer with --data key=…\n" in result.out
    document = json.loads(scaffold("template", "test", str(root), "--json").out)
    assert (document["missing"], document["failures"]) == (["key"], [])
    assert scaffold("template", "test", str(root), "--data", "key=1").code == 0


@pytest.mark.slow
def test_a_release_that_cannot_be_rendered_any_more(tmp_path: Path, scaffold: Run) -> None:
    """Nobody can mend it, and it may need what is not there today: a note, and no failure."""
    config = "_tasks: ['{{ command }}']\ncommand: {type: str, default: 'false', when: false}\n"
    root = made(tmp_path / "template", {"copier.yml": config, "a.txt": "1\n"} | ANSWERS)
    for version in ("v1.0.0", "v1.1.0"):
        git_commit_all(root)
        git(root, "tag", version)
    (root / "copier.yml").write_text(config.replace("false'", "true'"), encoding="utf-8")
    git_commit_all(root)
    git(root, "tag", "v2.0.0")
    result = scaffold("template", "test", str(root), "--trust")
    [note] = [line for line in result.out.splitlines() if line.startswith("note: ")]
    assert note.startswith("note: no update from v1.1.0 and 1 older, which cannot be rendered any more: TaskError")
    assert result.out.endswith("1 sets of answers, 1 updates: none failed\n")
    document = json.loads(scaffold("template", "test", str(root), "--trust", "--json").out)
    assert document["updates"] == ["v2.0.0"]
    assert {note["updated_from"] for note in document["notes"]} == {"v1.0.0", "v1.1.0"}


@pytest.mark.slow
def test_a_release_that_cannot_be_rendered_with_some_of_the_answers(tmp_path: Path, scaffold: Run) -> None:
    """It is told so, with the reason, though other answers do."""
    validator = "{% if ci == 'github' and not docs %}nothing to show{% endif %}"
    questions = "ci: {type: str, choices: [github, gitlab], default: github}\ndocs: {type: bool, default: true}\n"
    config = questions + "url: {type: str, default: here"
    files = {"copier.yml": f'{config}, validator: "{validator}"}}\n', "a.txt.jinja": "{{ ci }} {{ url }} {{ docs }}\n"}
    root = made(tmp_path / "template", files | ANSWERS)
    git_commit_all(root)
    git(root, "tag", "v1.0.0")
    (root / "copier.yml").write_text(config + "}\n", encoding="utf-8")
    git_commit_all(root)
    git(root, "tag", "v2.0.0")
    result = scaffold("template", "test", str(root), "--data", "url=here")
    [note] = [line for line in result.out.splitlines() if line.startswith("note: ")]
    assert note.startswith("note: no update from v1.0.0 with some of the answers, which cannot be rendered any more: ")
    assert note.endswith("nothing to show")
    assert result.out.endswith("none failed\n")


@pytest.mark.slow
def test_the_version_that_copier_would_record(tmp_path: Path, scaffold: Run) -> None:
    """`_commit` is there for a template that wants it, as of the repository; in a plain folder it is not."""
    config = "_envops: {undefined: jinja2.StrictUndefined}\ntitle: x\n"
    files = {"copier.yml": config, "a.txt.jinja": "{{ _commit }} {{ _copier_conf.vcs_ref_hash|length }}\n"}
    root = made(tmp_path / "template", files | ANSWERS)
    assert "'_commit' is undefined" in scaffold("template", "test", str(root)).out
    git_commit_all(root)
    git(root, "tag", "v1.0.0")
    result = scaffold("template", "test", str(root))
    assert result.code == 0, result.out


@pytest.mark.slow
@pytest.mark.parametrize("flag", ["--json", ""])
def test_what_was_found_before_an_interruption(tmp_path: Path, flag: str) -> None:
    """The first problem is told while the others are tried; Ctrl-C says how far it came, and what was found."""
    endless = "{% if big %}{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}{% endif %}\n"
    files = {"copier.yml": "big: {type: bool, default: no}\n", "b.py.jinja": "x = \n"}
    root = made(tmp_path / "template", files | {"{% if big %}big{% endif %}/a.txt.jinja": endless} | ANSWERS)
    command = [sys.executable, "-m", "scaffold", "template", "test", str(root), *filter(None, [flag])]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    if flag:  # nothing is said before the end: the folder of the endless file is there while it is rendered
        while not list(tmp_path.glob("scaffold-trial-*/tmp*/project/big")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
    first = "" if flag else "".join(process.stdout.readline() for _ in range(3))
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "error: cancelled; nothing was written\n")
    if flag:
        document = json.loads(rest)
        assert document["complete"] is False
        assert "is no Python" in document["failures"][0]["problems"][0]
    else:
        assert first.splitlines()[0] == "3 sets of answers to try"
        assert "b.py: is no Python" in first.splitlines()[2]
        assert rest.splitlines()[-1] == "interrupted after 1 of 3: 1 sets of answers, 0 updates: 1 failed"


def test_an_extension_needs_trust(tmp_path: Path, scaffold: Run) -> None:
    """Without it the template is never rendered: one line that names the flag, and no set for each."""
    root = made(tmp_path, {"copier.yml": "_jinja_extensions: [jinja2.ext.do]\na: 1\n"} | ANSWERS)
    result = scaffold("template", "test", str(root))
    said = "error: the template loads extensions of Jinja (jinja2.ext.do): if it is yours, run with --trust\n"
    assert (result.code, result.out, result.err) == (4, "", said)


RAISING = """\
import sys
from jinja2.ext import Extension


class Raising(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.filters["raising"] = lambda kind: {}["nothing"] if kind == "key" else sys.exit(kind)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "said"), [("key", "KeyError"), ("exit", "SystemExit")])
def test_an_extension_that_raises(tmp_path: Path, kind: str, said: str) -> None:
    """Whatever it is: a problem of each set with its place, in validators and files, and never a traceback."""
    config = "_jinja_extensions: [copier_templates_extensions_of_another_test.Raising]\n"
    config += 'a: {type: str, default: x, validator: "{% if a|length > 99 %}{{ a|raising }}{% endif %}"}\n'
    made(tmp_path / "modules", {"copier_templates_extensions_of_another_test.py": RAISING})
    root = made(tmp_path / "t", {"copier.yml": config, "a.txt.jinja": f"one\n{{{{ '{kind}'|raising }}}}\n"} | ANSWERS)
    path = os.pathsep.join([str(tmp_path / "modules"), str(ROOT)])
    done = in_own_process("template", "test", str(root), "--trust", cwd=tmp_path, PYTHONPATH=path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("does not render: ") == 1
    assert f"does not render: {said}" in done.stdout
