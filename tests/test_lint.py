"""`scaffold template lint`: every rule on a template that meets it and on one that does not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from harness import ROOT
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lint_cases import ANSWERS, CASES, CLEAN, PUBLIC, Case, asked, config, make_repository, write
from pathspec import PathSpec

from scaffold.lint import BY_CODE, RULES, known, lint
from scaffold.lint.findings import Severity
from scaffold.lint.paths import is_excluded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness import Run


def places(root: Path, code: str) -> list[str]:
    """Where a rule finds something."""
    return [f"{finding.path}:{finding.line}" for finding in lint(root, select=[code]).findings]


def codes(root: Path) -> list[str]:
    """Everything that is found."""
    return [f"{finding.path}:{finding.line}: {finding.code} {finding.message}" for finding in lint(root).findings]


def in_own_process_of(code: str, cwd: Path) -> str:
    """What a program prints that has nothing imported yet."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the template is: in a folder of its own, so that there is something around it."""
    folder = tmp_path / "around" / "template"
    folder.mkdir(parents=True)
    return folder


def in_order(cases: Sequence[Case], *, but_first: bool) -> list[Any]:
    """The cases as parameters; those that evaluate defaults start a process, and are slow but for a code's first."""
    parameters: list[Any] = []
    seen: set[str] = set()
    for number, case in enumerate(cases):
        evaluates = case.code[0] == "D" or case.code == "F002"
        is_fast = not evaluates or (but_first and case.code not in seen)
        seen.add(case.code)
        marks = [] if is_fast else [pytest.mark.slow]
        parameters.append(pytest.param(case, id=f"{case.code}-{number}", marks=marks))
    return parameters


# --- the rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", in_order(CASES, but_first=True))
def test_a_rule_finds_the_line(case: Case, root: Path) -> None:
    """A template that meets a rule is found, with file and line."""
    write(root, {**CLEAN, **case.bad})
    if case.bad_tags is not None:
        make_repository(root, *case.bad_tags, later=case.later)
    assert places(root, case.code) == [case.where]


@pytest.mark.parametrize("case", in_order(CASES, but_first=False))
def test_a_rule_lets_the_right_form_pass(case: Case, root: Path) -> None:
    """The corrected template does not meet the rule."""
    write(root, {**CLEAN, **case.good})
    if case.good_tags is not None:
        make_repository(root, *case.good_tags, later=False)
    assert places(root, case.code) == []


def test_every_rule_has_both() -> None:
    """No rule without a template that meets it and one that does not."""
    assert {case.code for case in CASES} == set(BY_CODE)
    assert len(BY_CODE) == len(RULES)


def test_every_rule_explains_itself() -> None:
    """Each has a reason, a remedy and the address of a source; sentences end, remedies do not."""
    for rule in RULES:
        assert rule.because.endswith("."), rule.code
        assert not rule.remedy.endswith("."), rule.code
        assert rule.url.startswith("https://"), rule.code


def test_no_answers_file_at_all(root: Path) -> None:
    """What is missing is reported at the top of copier.yml."""
    write(root, {name: content for name, content in CLEAN.items() if name != ANSWERS})
    assert places(root, "F001") == ["copier.yml:1"]
    write(root, {ANSWERS.removesuffix(".jinja"): "{{ _copier_answers|to_nice_yaml }}"})
    assert places(root, "F001") == [f"{ANSWERS.removesuffix('.jinja')}:1"]


PARTS = st.sampled_from(["a", "b", "a.py", ".git", "a b", "*", "**", "?", "*.py", "a*", "[ab]", "[!a]", "[^a]"])
NAMES = st.lists(st.sampled_from(["a", "b", "ab", "a.py", "c.py", ".git", "a b"]), min_size=1, max_size=3).map("/".join)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "", "/", "!", "!/", "#"]),
            st.lists(PARTS, min_size=1, max_size=3).map("/".join),
            st.sampled_from(["", "", "/"]),
        ).map("".join),
        min_size=1,
        max_size=3,
    ),
    NAMES,
)
def test_exclude_means_what_it_means_to_copier(patterns: list[str], name: str) -> None:
    """Copier asks pathspec, which is not for patterns of a stranger's."""
    assert is_excluded(name, patterns) == PathSpec.from_lines("gitignore", patterns).match_file(name)


def test_exclude_takes_no_longer_for_a_pattern_that_is_made_for_it() -> None:
    """A regular expression would try the stars one after another, for hours."""
    assert not is_excluded("a" * 250, ["*a" * 20 + "*b"])


# --- templates without a fault ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_our_own_templates_are_clean() -> None:
    """The bundled templates keep our own rules."""
    assert [line for line in codes(ROOT / "templates") if BY_CODE[line.split()[1]].severity is not Severity.NOTE] == []


@pytest.mark.slow
@pytest.mark.parametrize("shape", PUBLIC)
def test_usual_shapes_are_clean(shape: str, root: Path) -> None:
    """Forms that public templates use are no findings, notes apart."""
    write(root, PUBLIC[shape])
    assert [line for line in codes(root) if BY_CODE[line.split(": ")[1][:4]].severity is not Severity.NOTE] == []


# --- the command --------------------------------------------------------------------------------------------------


def test_text_says_where_what_and_how(root: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finding is `path:line: CODE message`, seen from the current folder; findings fail."""
    write(root, {**CLEAN, **config("_exlude: []\n")})
    monkeypatch.chdir(root.parent)
    result = scaffold("template", "lint", "template")
    assert result.code == 1
    assert result.err == ""
    assert result.out.splitlines() == [
        "template/copier.yml:5: K001 there is no setting `_exlude`; did you mean '_exclude'?",
        f"    error: {BY_CODE['K001'].remedy}",
        "1 error",
    ]
    monkeypatch.chdir(root)
    assert scaffold("template", "lint").out.startswith("copier.yml:5: K001 ")


def test_a_clean_template(root: Path, scaffold: Run) -> None:
    """Nothing found is exit 0."""
    result = scaffold("template", "lint", str(write(root, CLEAN)))
    assert (result.code, result.out, result.err) == (0, "nothing found\n", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "code", "level", "fails", "fails_strictly"),
    [
        ("_exlude: []", "K001", "error", 1, 1),
        ("more: {type: str}", "V002", "warning", 0, 1),
        ("_tasks: [ls]", "T001", "note", 0, 0),
    ],
)
def test_what_fails_by_its_level(  # noqa: PLR0913, PLR0917  # a row of a table
    root: Path, scaffold: Run, line: str, code: str, level: str, fails: int, fails_strictly: int
) -> None:
    """Errors do, warnings with `--strict`, notes never; every report says which it is."""
    write(root, {**CLEAN, **config(f"{line}\n")})
    for flags, expected in (([], fails), (["--strict"], fails_strictly)):
        result = scaffold("template", "lint", str(root), *flags)
        assert (result.code, result.out.splitlines()[-1]) == (expected, f"1 {level}")
        assert f": {code} " in result.out
        document = scaffold("template", "lint", str(root), "--json", *flags)
        assert (document.code, json.loads(document.out)["findings"][0]["severity"]) == (expected, level)
        document = scaffold("template", "lint", str(root), "--sarif", *flags)
        assert (document.code, json.loads(document.out)["runs"][0]["results"][0]["level"]) == (expected, level)


# How an answer stands in Python, and what the remedy has to speak of; nothing where the use is right.
USES = {
    "import {{ extra }}": "isidentifier",
    "from demo.{{ extra|lower }} import main": "isidentifier",
    "class {{ extra }}Error(Exception): ...": "isidentifier",
    "{{ extra }} = 'one'": "isidentifier",
    "x = 'it''s {{ extra }}'": "|tojson",
    "x = f'{1}' + \"{{ extra }}\"": "|tojson",
    'x = """one\n{{ extra }}\n"""': "|tojson",
    'def f():\n    """Of {{ extra }}."""': "replace",
    "x = '\"' # {{ extra }}": "",
    "x = {{ extra|tojson }}": "",
    "x = {{ '%r'|format(extra) }}": "",
    "x = {{ extra|repr }}": "",
    "x = {{ ('a' ~ extra)|tojson }}": "",
    '"""Of {{ extra|replace(\'"\', \'\') }}."""': "",
}
NAMES_ONLY = "{% if not extra.isidentifier() %}is no name{% endif %}"
NO_QUOTES = "{% if extra|regex_search('[\"\\x27\\\\\\\\]') %}has a quote{% endif %}"


@pytest.mark.parametrize("validator", ["", pytest.param(NAMES_ONLY, marks=pytest.mark.slow), NO_QUOTES])
def test_free_text_has_the_remedy_of_its_place(root: Path, scaffold: Run, validator: str) -> None:
    """In a name, an import, a string or a docstring; and a validator of the right kind makes any of them right."""
    spec = f"{{type: str, default: ab, validator: '{validator}'}}" if validator else "{type: str}"
    files = {f"a{n}.py.jinja": f"{use}\n".replace("extra", f"e{n}") for n, use in enumerate(USES)}
    write(root, {**CLEAN, **config("".join(f"e{n}: {spec}\n".replace("extra", f"e{n}") for n in range(len(USES))))})
    write(root, files)
    found = json.loads(scaffold("template", "lint", str(root), "--select", "F002", "--json").out)["findings"]
    wanted = {} if validator else {name: word for name, word in zip(files, USES.values(), strict=True) if word}
    remedies = {finding["path"].rpartition("/")[2]: finding["remedy"] for finding in found}
    assert remedies.keys() == wanted.keys()
    assert all(word in remedies[name] for name, word in wanted.items())


def test_free_text_is_one_note_a_question(root: Path, scaffold: Run) -> None:
    """However often it is used, and by way of what is computed from it: at the place that says most."""
    more = "slug:\n  type: str\n  default: '{{ extra|lower }}'\n  when: false\n"
    write(root, {**asked("type: str"), "src/{{ slug }}/__init__.py.jinja": '"""Of {{ extra }}."""\n'})
    write(root, {"a.py.jinja": "x = '{{ extra }}'\nimport {{ slug }}\n", ANSWERS: CLEAN[ANSWERS]})
    write(root, {"copier.yml": f"{asked('type: str')['copier.yml']!s}{more}"})
    result = scaffold("template", "lint", str(root), "--select", "F002")
    said = "`extra` is free text and stands in an import, by way of `slug` (and 2 more places), and names a module"
    assert (result.code, result.out.splitlines()[0].rpartition("/")[2]) == (0, f"a.py.jinja:2: F002 {said}")
    assert result.out.splitlines()[-1] == "1 note"


@pytest.mark.parametrize(
    "comment", ["_exlude: []  # scaffold: ignore K001", "# scaffold: ignore T001, K001\n_exlude: []"]
)
def test_a_comment_suppresses(comment: str, root: Path) -> None:
    """On the line or the one above, and for the codes that it names only."""
    write(root, {**CLEAN, **config(f"{comment}\n\n_exlde: []\n")})
    assert len(places(root, "K001")) == 1
    write(root, config(f"{comment.replace('K001', 'K002')}\n"))
    assert len(places(root, "K001")) == 1


def test_a_comment_suppresses_in_a_template(root: Path) -> None:
    """A comment of Jinja's does the same in its file."""
    write(root, {**CLEAN, "a.txt.jinja": "{# scaffold: ignore V001 #}\n{{ one }}\n{{ two }}"})
    assert places(root, "V001") == ["a.txt.jinja:3"]


def test_select_and_ignore(root: Path, scaffold: Run) -> None:
    """Rules are chosen by code or by letter; an unknown code is a mistake of usage."""
    write(root, {**CLEAN, **config("_exlude: []\nmy-name: x\n")})
    assert scaffold("template", "lint", str(root), "--select", "K005").out.count("K001") == 0
    assert scaffold("template", "lint", str(root), "--select", "P", "--select", "T").code == 0
    assert scaffold("template", "lint", str(root), "--ignore", "k001,K005", "--ignore", "V002").code == 0
    result = scaffold("template", "lint", str(root), "--ignore", "K999")
    assert (result.code, result.err) == (2, "error: --ignore: there is no rule 'K999'; --list shows all\n")


def test_what_is_no_template(here: Path, scaffold: Run) -> None:
    """No folder, or one without copier.yml: one line, exit 1."""
    (here / "empty").mkdir()
    for name, reason in (("empty", "is no template: it has no file copier.yml"), ("none", "is no folder")):
        result = scaffold("template", "lint", name)
        assert (result.code, result.out, result.err) == (1, "", f"error: '{name}' {reason}\n")


def test_the_list_of_rules(scaffold: Run) -> None:
    """`--list` shows all rules and needs no template."""
    assert [line[:4] for line in scaffold("template", "lint", "--list").out.splitlines()] == list(BY_CODE)
    listed = json.loads(scaffold("template", "lint", "--list", "--json").out)
    assert [rule["code"] for rule in listed] == list(BY_CODE)


def test_json_has_everything(root: Path, scaffold: Run) -> None:
    """One document, with the numbers."""
    write(root, {**CLEAN, **config("_exlude: []\n")})
    document = json.loads(scaffold("template", "lint", str(root), "--json").out)
    assert (document["errors"], document["warnings"], document["notes"]) == (1, 0, 0)
    [finding] = document["findings"]
    assert (finding["code"], finding["severity"], finding["line"]) == ("K001", "error", 5)
    assert scaffold("template", "lint", str(root), "--json", "--sarif").code == 2


def test_sarif_is_valid(root: Path, scaffold: Run) -> None:
    """It has what the specification requires (tests/sarif.schema.json), and a result's index leads to its rule."""
    write(root, {**CLEAN, **config("_exlude: []\n_tasks: [ls]\n"), "{{ ünknown name }}.txt": ""})
    document = json.loads(scaffold("template", "lint", str(root), "--sarif").out)
    schema = json.loads((ROOT / "tests" / "sarif.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)
    [run] = document["runs"]
    assert len(run["results"]) == 3
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_what_is_printed_is_escaped(root: Path, scaffold: Run) -> None:
    """Control characters of a template never reach the terminal."""
    write(root, {**CLEAN, "a\x1b[31m.txt.jinja": "{{ x }}", **config('"_\\e[31m\\nx": 1\n')})
    out = scaffold("template", "lint", str(root)).out
    assert "\x1b" not in out
    assert "a\\x1b[31m.txt.jinja:1: V001" in out


@pytest.mark.slow
def test_nothing_heavy_is_imported(root: Path) -> None:
    """Linting needs neither Copier nor what makes start-up long; help does not even need Jinja."""
    write(root, CLEAN)
    check = "import sys; from scaffold.cli import run; run({}); print([n for n in {} if n in sys.modules])"
    for arguments, names in (
        (["template", "lint", "--help"], ["copier", "rich", "pydantic", "jinja2", "yaml"]),
        (["template", "lint", str(root)], ["copier", "rich", "pydantic", "questionary"]),
    ):
        done = in_own_process_of(check.format(arguments, names), cwd=root)
        assert done.endswith("[]\n"), done


# --- Copier itself ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_tables_are_copiers() -> None:
    """What the installed Copier and its filters know is known to us."""
    from dataclasses import fields

    from copier import _template, _user_data  # compared with, not used
    from jinja2_ansible_filters.core_filters import FilterModule  # type: ignore[import-untyped]

    source = Path(_template.__file__).read_text(encoding="utf-8")
    read = {f"_{name}" for name in re.findall(r"""config_data(?:\.get\(\s*|\[)["'](\w+)["']""", source)}
    read |= set(re.findall(r"""_raw_config\.get\(["'](\w+)["']""", source))
    assert read <= set(known.SETTINGS)
    own = {"var_name", "answers", "context", "jinja_env", "settings"}
    assert {field.name for field in fields(_user_data.Question)} - own <= set(known.QUESTION_KEYS)
    assert set(_user_data.CAST_STR_TO_NATIVE) <= set(known.QUESTION_TYPES)
    assert set(_user_data.DEFAULT_DATA) <= set(known.TAKEN_NAMES)
    assert _template.DEFAULT_EXCLUDE == known.DEFAULT_EXCLUDE
    assert set(FilterModule().filters()) <= known.ANSIBLE_FILTERS


def copier_accepts(root: Path, dest: Path) -> bool:
    """Whether Copier makes a project with all defaults."""
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", str(root), str(dest)]
    done = subprocess.run(
        command, capture_output=True, check=False, env=os.environ | {"COPIER_SETTINGS_PATH": os.devnull}
    )
    return done.returncode == 0


DEFAULTS = [case for case in CASES if case.code in ("D001", "D002", "D003", "D004")]


@pytest.mark.slow
@pytest.mark.parametrize("case", DEFAULTS, ids=[f"{case.code}-{number}" for number, case in enumerate(DEFAULTS)])
def test_copier_stops_at_bad_defaults(case: Case, root: Path, tmp_path: Path) -> None:
    """What is an error about a default stops Copier too, except that any word passes for true."""
    write(root, {**CLEAN, **case.bad})
    text = str(case.bad["copier.yml"])
    assert copier_accepts(root, tmp_path / "project") == ("perhaps" in text)
