"""Foreign templates: what they ask and run, rendered as Copier would, and asked through scaffold's own prompts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, files_below, in_own_process
from opening import actions, questions, render

from scaffold.errors import Cancelled, Refused, TemplateFault, UsageError
from scaffold.foreign.checkout import Checkout, Limits
from scaffold.foreign.trust import TemplateNotTrusted
from scaffold.foreign.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.foreign.questions import Prompt
    from scaffold.foreign.trust import Actions

ANSWERS = "{{ _copier_answers|to_nice_yaml }}"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the template of a test is written."""
    return tmp_path / "template"


def write(folder: Path, files: Mapping[str, str]) -> Checkout:
    """A template, said to come from a repository at v1.2.0."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return Checkout(folder, "https://example.org/team/template.git", "v1.2.0", COMMIT)


SMALL = {
    "copier.yml": "name:\n  type: str\n  help: What is it called?\nport: 80\n",
    "{{ name }}.txt.jinja": "{{ name }} at {{ port }} of {{ _copier_conf.vcs_ref_hash }} in {{ _folder_name }}\n",
    "{{ _copier_conf.answers_file }}.jinja": ANSWERS,
}


@pytest.mark.slow
def test_records_where_it_comes_from(folder: Path) -> None:
    """The answers file names the source and the version, as if Copier had fetched them."""
    checkout = write(folder, SMALL)
    rendered = render(checkout, {"name": "x"}, defaults=True, ask=None, trusted_digest=None, folder_name="shop")
    assert rendered.files == {
        PurePosixPath(".copier-answers.yml"): (
            b"_commit: v1.2.0\n_src_path: https://example.org/team/template.git\nname: x\nport: 80\n"
        ),
        PurePosixPath("x.txt"): f"x at 80 of {COMMIT} in shop\n".encode(),
    }
    assert rendered.answers == {"name": "x", "port": 80}


@pytest.mark.slow
def test_renders_what_copier_renders(folder: Path, tmp_path: Path) -> None:
    """For a template with a subdirectory, includes, loops over names, excluded and executable files."""
    checkout = write(
        folder,
        {
            "copier.yml": "_subdirectory: src\n_exclude: ['*.bak']\nnames:\n  type: yaml\n  default: [a, b]\n"
            "kind:\n  type: str\n  choices: {One: 1, Two: 2}\n  default: 2\n",
            "macros.jinja": "{% macro hello(name) %}hello {{ name }}{% endmacro %}",
            "src/{% yield n from names %}{{ n }}{% endyield %}/file.txt.jinja": (
                "{% from 'macros.jinja' import hello %}{{ hello(n) }} {{ kind }}\n"
            ),
            "src/run.sh": "#!/bin/sh\n",
            "src/old.bak": "gone",
            "src/{{ _copier_conf.answers_file }}.jinja": "# {{ _copier_answers.kind }}\n",
        },
    )
    (folder / "src" / "run.sh").chmod(0o755)
    rendered = render(checkout, {}, defaults=True, ask=None, trusted_digest=None)
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", str(folder), str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True)
    assert {str(path): content for path, content in rendered.files.items()} == files_below(tmp_path / "out")
    assert rendered.executable == {PurePosixPath("run.sh")}


def test_questions_as_they_are_written(folder: Path) -> None:
    """With their type, their choices, and whether they have to be answered."""
    checkout = write(
        folder,
        {
            "copier.yml": "--- !include more.yml\n---\n_secret_questions: [token]\ntoken: ''\ncount: 3\n",
            "more.yml": "kind:\n  help: Which?\n  choices: [[One, 1], [Two, 2]]\n  multiselect: true\n"
            "name:\n  type: str\n  when: '{{ count }}'\n",
        },
    )
    found = {question.name: question for question in questions(checkout)}
    assert list(found) == ["kind", "name", "token", "count"]
    assert found["kind"].choices == ("One", "Two")
    assert (found["kind"].multiselect, found["kind"].required, found["kind"].type) == (True, True, "yaml")
    assert (found["name"].when, found["name"].required) == ("{{ count }}", True)
    assert (found["token"].secret, found["count"].default, found["count"].type) == (True, 3, "int")


def test_digest_fixes_the_commands_and_every_file(folder: Path) -> None:
    """A changed command, file, mode or name changes it; where the folder is, and its `.git`, do not."""
    files = {"copier.yml": "a: 1\n_tasks: [./run]\n", "run": "#!/bin/sh\n"}
    checkout = write(folder, files)
    first = actions(checkout)
    assert first.listed() == [("task", "./run")]
    write(folder, {".git/config": "changes nothing"})
    assert actions(checkout) == first
    assert actions(write(folder.parent / "other", files)) == first
    (folder / "run").chmod(0o755)
    executable = actions(checkout).digest
    (folder / "run").write_text("#!/bin/sh\nother", encoding="utf-8")
    content = actions(checkout).digest
    (folder / "run").rename(folder / "walk")
    name = actions(checkout).digest
    (folder / "copier.yml").write_text("a: 1\n_tasks: [{when: 1, 2: x, !!binary YQ==: !!timestamp 2001-01-01}]")
    assert len({first.digest, executable, content, name, actions(checkout).digest}) == 5


def test_lists_every_form_of_command(folder: Path) -> None:
    """Tasks and migrations as text, lists and mappings, of both formats."""
    config = """
_jinja_extensions: [jinja2_time.TimeExtension]
_tasks: [one, [two, "a b"], {command: three, when: "{{ x }}", working_directory: sub}]
_migrations: [four, {version: v1, before: [five], after: [[six]]}, {version: v2, command: seven}]
"""
    found: Actions = actions(write(folder, {"copier.yml": config}))
    assert found.tasks == ("one", "two 'a b'", "three (when: {{ x }}) (working_directory: sub)")
    assert found.migrations == ("four", "five (before v1)", "six (after v1)", "seven")
    assert found.extensions == ("jinja2_time.TimeExtension",)


@pytest.mark.slow
def test_trusted_tasks_run_in_a_copy(folder: Path) -> None:
    """With the digest of exactly this version; what they write is part of the result, a repository is not."""
    config = "a: 1\n_tasks: ['echo {{ a }} > made.txt', 'mkdir .git && touch .git/config', 'echo $PWD > place.txt']\n"
    checkout = write(folder, {"copier.yml": config, "file": "text"})
    digest = actions(checkout).digest
    rendered = render(checkout, {}, defaults=True, ask=None, trusted_digest=digest)
    assert {str(path) for path in rendered.files} == {"file", "made.txt", "place.txt"}
    assert rendered.files[PurePosixPath("made.txt")] == b"1\n"
    assert b"scaffold-" in rendered.files[PurePosixPath("place.txt")]
    write(folder, {"file": "changed"})
    with pytest.raises(TemplateNotTrusted, match="is not what you trusted") as caught:
        render(checkout, {}, defaults=True, ask=None, trusted_digest=digest)
    assert caught.value.exit_code == 4
    assert caught.value.actions == actions(checkout)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "says"),
    [
        ("cd .. && mv project p && ln -s /etc project", "symbolic link"),
        ("ln -s /etc/passwd link", "link: is a symbolic link"),
        ("mkdir -p a/.GIT && touch a/.GIT/config", "git keeps its own"),
        ("mkfifo pipe", "is a pipe"),
        ("(sleep 600 &)", ""),
    ],
)
def test_what_a_task_leaves_is_looked_at(folder: Path, task: str, says: str) -> None:
    """As what a template renders; what it left running is ended."""
    checkout = write(folder, {"copier.yml": f"a: 1\n_tasks: ['{task}']\n", "file": ""})
    digest = actions(checkout).digest
    if not says:
        assert render(checkout, {}, defaults=True, ask=None, trusted_digest=digest).files
        return
    with pytest.raises(TemplateFault, match=says):
        render(checkout, {}, defaults=True, ask=None, trusted_digest=digest)


@pytest.mark.slow
def test_failed_task_says_why(folder: Path) -> None:
    """The command, and the last line that it printed."""
    checkout = write(folder, {"copier.yml": "a: 1\n_tasks: ['echo no luck >&2; exit 3']\n", "file": ""})
    with pytest.raises(TemplateFault, match=r"exit status 3.*no luck"):
        render(checkout, {}, defaults=True, ask=None, trusted_digest=actions(checkout).digest)


@pytest.mark.slow
def test_endless_task_is_ended(folder: Path) -> None:
    """After its own, longer time."""
    checkout = write(folder, {"copier.yml": "a: 1\n_tasks: ['sleep 600']\n", "file": ""})
    limits = Limits(tasks_wall=3)
    with pytest.raises(TemplateFault, match="longer than 3 seconds"):
        render(checkout, {}, defaults=True, ask=None, trusted_digest=actions(checkout).digest, limits=limits)


ASKING = {
    "copier.yml": r"""
name:
  type: str
  help: "\e[31mName?\nReally?"
  validator: "{% if name == 'bad' %}\e[2Jnot that{% endif %}"
port:
  type: int
  default: "{{ 8000 if name == 'good' else 80 }}"
tls: {type: bool, default: true}
cert:
  type: str
  choices: {Own: own, "Let's encrypt": free}
  default: free
  when: "{{ tls }}"
zones:
  type: str
  multiselect: true
  choices: [a, b, c]
  default: [a, c]
password: {type: str, secret: true, default: none}
never: {type: str, default: hidden, when: false}
""",
    "file.jinja": "{{ name }} {{ port }} {{ tls }} {{ cert }} {{ zones }} {{ password }} {{ never }}",
}


@pytest.mark.slow
def test_asks_everything_through_scaffold(folder: Path) -> None:
    """Rendered texts without control characters, defaults that depend on answers, and a refused answer again."""
    answers: dict[str, list[object]] = {
        "name": ["bad", "good"],
        "port": ["x", "8001"],
        "tls": [True],
        "cert": [0],
        "zones": [[1, 2]],
    }
    answers["password"] = ["hidden"]
    seen: list[Prompt] = []

    def ask(prompt: Prompt) -> object:
        seen.append(prompt)
        return answers[prompt.name].pop(0)

    rendered = render(write(folder, ASKING), {}, defaults=False, ask=ask, trusted_digest=None)
    assert rendered.files[PurePosixPath("file")] == b"good 8001 True own ['b', 'c'] hidden hidden"
    assert "password" not in rendered.answers
    assert "never" not in rendered.answers
    assert [prompt.name for prompt in seen] == ["name", "name", "port", "port", "tls", "cert", "zones", "password"]
    assert seen[0].message == "\\x1b[31mName?\nReally?"
    assert seen[1].problem == r"Validation error for question 'name': \x1b[2Jnot that"
    assert [prompt.default for prompt in seen[2:5]] == ["8000", "8000", True]
    assert [(choice.label, choice.is_default) for choice in seen[5].choices] == [
        ("Own", False),
        ("Let's encrypt", True),
    ]
    assert [choice.is_default for choice in seen[6].choices] == [True, False, True]
    assert seen[7].kind == "password"


@pytest.mark.slow
def test_cancelling_a_question_ends_it(folder: Path) -> None:
    """Ctrl-C at a question: the error comes through, and the process is gone."""

    def ask(_: Prompt) -> object:
        raise Cancelled

    with pytest.raises(Cancelled):
        render(write(folder, ASKING), {}, defaults=False, ask=ask, trusted_digest=None)


@pytest.mark.slow
def test_without_a_terminal_every_open_question_is_named(folder: Path) -> None:
    """Once, with the flag for each; given answers and those that do not apply are not among them."""
    with pytest.raises(Refused) as caught:
        render(write(folder, ASKING), {"name": "good", "tls": "no"}, defaults=False, ask=None, trusted_digest=None)
    assert "--data port=… --data zones=… --data password=…" in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "message"),
    [({"port": "many"}, "--data port: "), ({"cert": "x"}, "--data cert: "), ({"name": "bad"}, "--data name: ")],
)
def test_refused_answer_names_its_flag(folder: Path, data: dict[str, object], message: str) -> None:
    """Of the wrong type, none of the choices, or refused by the validator."""
    with pytest.raises(UsageError, match=message):
        render(write(folder, ASKING), {"name": "good"} | data, defaults=True, ask=None, trusted_digest=None)


@pytest.mark.slow
def test_filters_and_globals_of_copier_work(folder: Path) -> None:
    """The fence around a rendering leaves alone what templates use."""
    used = """{{ 'a'|b64encode }} {{ 'a'|hash('sha512')|length }} {{ 'x'|to_uuid }} {{ '%Y'|strftime|length }}
{{ [1, [2]]|flatten }} {{ {'a': 1}|to_nice_json }} {{ 'a: 1'|from_yaml }} {{ 'aXb'|regex_replace('X', '-') }}
{{ 'a b'|quote }} {{ 'x'|checksum|length }} {{ [1, 2, 3]|shuffle(seed='s')|length }} {{ 9|ans_random(seed=1) < 9 }}
{{ '2001-02-03 04:05:06'|to_datetime }} {{ pathjoin('a', 'b') }} {{ _copier_conf.os|length > 0 }} {{ _copier_phase }}
{{ now()|string|length > 9 }} {{ make_secret()|length }} {{ 'x/y'|basename }} {{ {'a': 1}|to_nice_yaml }}
{{ _copier_conf|to_json|length > 9 }} {{ '/tmp/x'|dirname }} {{ 'a'|md5 }} {{ '52:54'|random_mac|length }}"""
    rendered = render(
        write(folder, {"copier.yml": "a: 1\n", "file.jinja": used}), {}, defaults=True, ask=None, trusted_digest=None
    )
    assert b"2001-02-03 04:05:06 a/b True render" in rendered.files[PurePosixPath("file")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["demo", "--template", "template", "--defaults"], 0),
        (["demo", "--template=template", "--defaults"], 0),
        (["demo", "--template", "missing"], 1),
        (["demo", "--template", "template", "--nonsense"], 2),
        (["--template", "--help"], 2),
        (["--help", "--template", "template"], 0),
        (["demo", "--template", "template", "--defaults", "--trust", "nonsense"], 0),
    ],
)
def test_process_that_was_started_ahead_leaves_nothing(
    folder: Path, tmp_path: Path, words: list[str], code: int
) -> None:
    """It starts before the command line is read; whatever that says, no folder and no process stays."""
    write(folder, SMALL | {"copier.yml": "name: demo\nport: 80\n"})
    (tmp_path / "tmp").mkdir()
    done = in_own_process("new", *words, cwd=tmp_path, TMPDIR=str(tmp_path / "tmp"))
    assert (done.returncode, (tmp_path / "demo").exists()) == (code, code == 0 and "demo" in words), done.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_is_not_trusted_never_gets_a_process_of_what_is(tmp_path: Path) -> None:
    """Nor the other way round; and one in another environment is another one."""
    place = Workplace(tmp_path)
    try:
        for trusted in (False, True, False):
            first = place.start(trusted=trusted)
            assert place.start(trusted=trusted) is first
            assert place.start(trusted=not trusted) is not first
            assert first.returncode is not None  # ended
        trusting = place.start(trusted=True)
        place.git_settings = {"user.name": "Ada"}
        assert place.start(trusted=True) is not trusting
    finally:
        place.end()


@pytest.mark.slow
@pytest.mark.parametrize("missing", [None, "questionary.prompts.common", "pygments.lexers.data"])
def test_copier_is_imported_without_what_asks_at_a_terminal(missing: str | None) -> None:
    """Until it needs more of that than is stood in for: then it gets the real thing."""
    program = f"""
import sys
from scaffold.foreign import standins
known = standins._standins
standins._standins = lambda prompt: {{name: module for name, module in known(prompt).items() if name != {missing!r}}}
copier = standins.import_copier(print)
assert copier._main.unsafe_prompt is print
print("prompt_toolkit" in sys.modules, "questionary" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout == ("False False\n" if missing is None else "True True\n"), done.stderr


@pytest.mark.slow
def test_variables_are_put_together_as_copier_and_jinja_do() -> None:
    """The same ones in the same order; this Copier still has the name in whose place ours stands."""
    program = """
from collections import ChainMap
from jinja2 import DictLoader, Environment
from copier import _user_data
from scaffold.foreign import combined

def found():
    answers = _user_data.AnswersMap(user={"a": 1, "b": 2}, last={"c": 3, "a": 4}, user_defaults={"d": 5, "b": 6})
    texts = {"base": "{{ own }}{% import 'part' as part %}{{ part.x }}", "part": "{% set x = own %}"}
    environment = Environment(loader=DictLoader(texts))
    environment.globals["own"] = "environment"
    template = environment.get_template("base", globals={"own": "template"})
    context = template.new_context({"b": 1}, locals={"c": 2})
    names = [[*answers.combined], [*context.get_all()], sorted(context.globals_keys)]
    return [*names, answers.combined["b"], template.render(), template.render(own="given")]

before = found()
assert _user_data.ChainMap is ChainMap
combined.install()
assert _user_data.ChainMap is not ChainMap
assert found() == before, (found(), before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"copier.yml": "a: 1\nb:\n  default: '{{ 1 / 0 }}'\n"}, "copier.yml:2: question b: division by zero"),
        (
            {"copier.yml": "a: 1\n---\n!include more.yml\n", "more.yml": "\n\nc: {type: int, default: 'x{{ 1 }}'}\n"},
            "more.yml:3: question c: invalid literal",
        ),
        ({"copier.yml": "a: 1\n_subdirectory: ../b\n"}, "copier.yml:2: _subdirectory"),
        ({"copier.yml": "a: 1\n_tasks: {}\n"}, "copier.yml:2: _tasks"),
    ],
)
def test_what_is_wrong_with_a_question_or_setting_names_its_line(
    folder: Path, files: dict[str, str], says: str
) -> None:
    """Also in a file that is included."""
    with pytest.raises(TemplateFault) as caught:
        render(write(folder, {**files, "file": ""}), {}, defaults=True, ask=None, trusted_digest=None)
    assert str(caught.value).startswith(f"template {says}")
