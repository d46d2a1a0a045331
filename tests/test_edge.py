"""Where scaffold meets whoever uses it: only the command line prints and asks; the rest is handed a `Ui`."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from harness import ROOT, git_commit_all
from importlinter.cli import lint_imports
from opening import actions
from repositories import SMALL, write

from scaffold import team
from scaffold.conversation.custom import Replies
from scaffold.conversation.making import prepare
from scaffold.conversation.place import choose_place
from scaffold.errors import BadAnswer, Cancelled
from scaffold.foreign.questions import Prompt, PromptChoice
from scaffold.foreign.trust import TemplateNotTrusted
from scaffold.life.finding import pieces_of
from scaffold.life.targets import to_answers
from scaffold.project import new_project
from scaffold.sources.locate import locate
from scaffold.sources.resolve import opened, parse
from scaffold.team import Order, settle_trust
from scaffold.template import bundled
from scaffold.ui import BACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from harness import Run

    from scaffold.recommend import Recommendation
    from scaffold.ui import Line, Page


@dataclass
class Written:
    """A person whose answers are written down: the label that a chosen row starts with, or the text that is typed."""

    answers: dict[str, list[str]]
    can_ask: bool = True
    told: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """What stood on pages beside their questions."""

    def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
        """The row that the cursor is on, unless an answer is written down."""
        self.texts.append(page.text)
        if page.title == "Shall it be this?":
            self.told.append(page.text)
        start = self._next(page.title)
        if start == "Esc":
            return BACK
        if not start:
            return page.rows[page.start].value
        return next(row.value for row in page.rows if row.label.startswith(start))

    def pick_several(self, page: Page) -> list[Any]:
        """All that are checked."""
        self.texts.append(page.text)
        return [row.value for row in page.rows if row.checked]

    def line(self, line: Line) -> Any:  # noqa: ANN401  # text or BACK
        """What is written down, as far as it is taken."""
        self.texts.append(line.text)
        text = self._next(line.title)
        if text == "Esc" and line.back:
            return BACK
        if line.check is not None:
            line.check(text)
        return text

    def confirm(self, text: str, *, default: bool = False) -> bool:
        """Whatever is the default."""
        self.told.append(text)
        return default

    def view(self, name: str, text: str) -> None:
        """Remember it."""
        self.told.append(f"{name}: {text}")

    def show(self, text: str) -> None:
        """Remember it."""
        self.told.append(text)

    def recommend(self, recommendation: Recommendation) -> None:
        """Remember it."""
        self.told.append(f"recommended: {recommendation.design.value}")

    def note(self, text: str) -> None:
        """Remember it."""
        self.told.append(text)

    def tell(self, text: str) -> None:
        """Remember it."""
        self.told.append(text)

    def warn(self, problem: str) -> None:
        """Remember it."""
        self.told.append(str(problem))

    def _next(self, title: str) -> str:
        written = next((texts for start, texts in self.answers.items() if title.startswith(start)), [])
        text = written.pop(0) if written else ""
        if text == "Ctrl-C":
            raise Cancelled
        return text


def test_imports_lead_downwards(capsys: pytest.CaptureFixture[str]) -> None:
    """As the layers in pyproject.toml say: no part of scaffold knows the command line, nor does any go in circles."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0, capsys.readouterr().out


def test_a_project_is_asked_for_without_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is asked, shown and refused goes through the Ui, and nothing else is printed."""
    review = ["Project", "Write it"]
    person = Written({"What should run": ["Something"], "Write this": review, "What is the project called": ["queue"]})
    person.answers["Project: which"] = ["Project", "Esc"]
    person.answers["What do you import"] = ["fifo"]
    project = prepare(bundled(), new_project(tmp_path / "demo", {}), {}, person, use_defaults=False)
    assert (project.answers["design"], project.answers["package"]) == ("thread/service", "fifo")
    assert [told.partition(": a thread that runs")[0] for told in person.told] == [
        "thread/service",
        "Import as: 'queue' would shadow a module of the standard library: take another name",
    ]
    assert capsys.readouterr() == ("", "")


def test_esc_takes_back_a_change_that_is_refused(tmp_path: Path) -> None:
    """A name whose package would be refused is asked for again; Esc there leaves the answers as they were."""
    person = Written({"Write this": ["Project", "Write it"], "Project: which": ["Project", "Esc"]})
    person.answers["What is the project called"] = ["8"]
    person.answers["What do you import"] = ["Esc"]
    project = prepare(bundled(), new_project(tmp_path / "demo", {}), {}, person, use_defaults=False)
    assert (project.answers["name"], project.answers["package"]) == ("demo", "demo")
    assert "Import as: '8'" in person.told[-1]


@pytest.mark.parametrize(
    ("typed", "told", "became"),
    [
        ({"What is the project called": ["8"], "What do you import": ["eight"]}, "Import as: '8'", ("8", "eight")),
        ({"What is the project called": ["8"], "What do you import": ["Esc"]}, "Import as: '8'", ("demo", "demo")),
        ({"What do you import": ["con", "fine"]}, "Import as: 'con'", ("demo", "fine")),
        ({"What do you import": ["con", "Esc"]}, "Import as: 'con'", ("demo", "demo")),
    ],
)
def test_a_refused_answer_of_reanswer_is_asked_for_again(
    tmp_path: Path, scaffold: Run, typed: dict[str, list[str]], told: str, became: tuple[str, str]
) -> None:
    """The changes of the session stay; Esc leaves the refused one out."""
    assert scaffold("new", str(tmp_path / "demo"), "--defaults").code == 0
    (piece,) = pieces_of(tmp_path / "demo")
    person = Written({"New answers": ["How it runs", "Project", "Merge"], "How many threads": ["8"]})
    person.answers["How it runs: which"] = ["Threads", "Esc"]
    person.answers["Project: which"] = ["Project" if len(typed) > 1 else "Import as", "Esc"]
    person.answers |= {title: [*texts] for title, texts in typed.items()}
    target = to_answers(piece, {}, person)
    assert (target.answers["name"], target.answers["package"]) == became
    assert target.answers["workers"] == 8
    assert told in person.told[-1]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("afile", "'afile' is a file: take another name"),
        ("müller", "'müller' makes no project name (a-z, digits, hyphens, dots): take mueller, or another"),
        ("  ", "the answer must not be empty"),
        ("x" * 300, "(300 characters) is too long a path: choose a shorter one"),
    ],
)
def test_a_name_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str) -> None:
    """Once, and without a word for it that only the command line has."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "afile").touch()
    with pytest.raises(BadAnswer) as caught:
        choose_place(Written({"What is the project called": [typed]}), None, (), offer_add=True)
    assert caught.value.in_words.endswith(said)
    assert "DEST" not in caught.value.in_words


def test_no_is_no_error(tmp_path: Path) -> None:
    """Whoever chooses to quit has made no mistake; Ctrl-C is told as before."""
    for last in ("Quit", "Ctrl-C"):
        with pytest.raises(Cancelled) as caught:
            prepare(
                bundled(), new_project(tmp_path / "demo", {}), {}, Written({"Write this": [last]}), use_defaults=False
            )
        assert caught.value.chosen == (last == "Quit")
        assert caught.value.resume


def test_every_row_of_reanswer_is_in_words(tmp_path: Path, scaffold: Run) -> None:
    """The project is named; no row is called as its flag, no number stands alone, nothing is said twice."""
    assert scaffold("new", str(tmp_path / "demo"), "--bound", "cpu", "--releases-gil", "--defaults").code == 0
    (piece,) = pieces_of(tmp_path / "demo")
    pages: list[Page] = []

    class Watched(Written):
        """Remembers what it is asked."""

        def pick(self, page: Page) -> Any:  # noqa: ANN401  # whatever the rows hold
            pages.append(page)
            return super().pick(page)

    groups = ("Work", "How it runs", "Project")
    person = Watched({"New answers for the project demo?": [*groups, "Merge"]})
    person.answers |= {f"{group}: which": ["Esc"] for group in groups}
    to_answers(piece, {}, person)
    top, *listed = pages
    assert not any(part.isdecimal() for row in top.rows for part in row.example)
    rows = [row for page in listed for row in page.rows if "which one" in page.title]
    names = {question.flag.removeprefix("--") for question in piece.template.questions}
    assert not {row.label.split("  ")[0] for row in rows} & names
    assert any(row.label.endswith("  This machine") for row in rows)
    assert not any(str(row.example).startswith(row.label.split("  ")[-1].strip() + ";") for row in rows)


def test_the_last_entry_cancels(tmp_path: Path) -> None:
    """Wherever it is shown."""
    person = Written({"Write this": ["Quit"]})
    with pytest.raises(Cancelled):
        prepare(bundled(), new_project(tmp_path / "demo", {}), {}, person, use_defaults=False)


def test_changes_that_are_not_committed_are_told(
    tmp_path: Path, scaffold: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """A template that is used with them says so itself; the command prints it, once."""
    template = write(tmp_path / "template", SMALL)
    git_commit_all(template)
    (template / "more.txt").write_text("more", encoding="utf-8")
    with opened(parse(str(template))) as checkout:
        assert "changes that are not committed" in checkout.note
    assert capsys.readouterr() == ("", "")
    result = scaffold("new", str(tmp_path / "demo"), "--template", str(template), "--defaults")
    assert (result.code, result.err.count("note: ")) == (0, 1)
    assert checkout.note in result.err


CHOICES = (PromptChoice("one", 0, is_default=False, disabled=""), PromptChoice("two", 1, is_default=True, disabled=""))


@pytest.mark.parametrize(
    ("kind", "default", "answer"),
    [
        ("text", "x", "typed"),
        ("password", "x", "typed"),
        ("confirm", True, True),
        ("select", "", 0),
        ("checkbox", "", [1]),
    ],
)
def test_every_kind_of_a_templates_question_goes_through_the_ui(
    kind: Literal["text", "confirm", "select", "checkbox", "password"], default: object, answer: object
) -> None:
    """And so does what was wrong with the answer before."""
    prompt = Prompt(
        name="q",
        kind=kind,
        message="Which?",
        default=default if isinstance(default, bool) else str(default),
        choices=CHOICES,
        multiline=False,
        placeholder="",
        problem="not that",
    )
    person = Written({"Which": [{"select": "one", "confirm": "Yes"}.get(kind, "typed")]})
    assert Replies(person).answer(prompt) == answer
    assert person.texts == ["not that"]


_ASKS = """\
name: {type: str, default: x, validator: "{% if name == 'bad' %}not that{% endif %}"}
kind: {type: str, choices: {First: one, "It's second": "2 nd"}}
count: {type: int, choices: {Few: 1, Many: 100}}
zones: {type: str, multiselect: true, choices: [a, b], default: [b]}
token: {type: str, secret: true, default: none}
sure: {type: bool, default: true}
last: {type: str, default: y}
"""


@pytest.mark.slow
def test_what_a_template_was_told_is_not_lost(tmp_path: Path) -> None:
    """Ctrl-C anywhere prints the command that goes on, with every answer but secrets and what was refused."""
    write(tmp_path / "template", {**SMALL, "copier.yml": _ASKS})
    source = str(tmp_path / "template")
    person = Written({"name": ["good"], "kind": ["It"], "count": ["Many"], "token": ["hidden"], "last": ["Ctrl-C"]})
    with pytest.raises(Cancelled) as caught:
        team.prepare(order_of(tmp_path / "demo", source, words=("--no-git",)), person)
    given = ["name=good", "kind=2 nd", "count=100", 'zones=["b"]', "sure=true"]
    words = [word for pair in given for word in ("--data", pair)]
    start = ["scaffold", "new", str(tmp_path / "demo"), "--no-git", "--template"]
    resumed = shlex.split(caught.value.resume)
    assert resumed[:5] + resumed[6:] == [*start, *words]
    data = dict(pair.split("=", 1) for pair in given)
    project = team.prepare(order_of(tmp_path / "demo", source, data=data), Written({"token": ["t"], "last": ["z"]}))
    assert {name: project.answers[name] for name in ("kind", "count", "zones", "last")} == {
        "kind": "2 nd",
        "count": 100,
        "zones": ["b"],
        "last": "z",
    }
    assert "token" not in project.goes_on
    person = Written({"name": ["bad", "Ctrl-C"]})
    with pytest.raises(Cancelled) as caught:
        team.prepare(order_of(tmp_path / "demo", source), person)
    assert "--data" not in caught.value.resume


def order_of(dest: Path, source: str, *, words: Sequence[str] = (), data: Mapping[str, str] | None = None) -> Order:
    """A project from a template, and nothing said about it but this."""
    return Order(
        located=locate(source),
        dest=dest,
        given={},
        data=data or {},
        file=None,
        record=None,
        use_defaults=False,
        trust=None,
        accept_moved=None,
        words=words,
    )


def test_what_a_template_runs_is_shown_before_the_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No is the default; and where nobody can be asked, nothing is shown."""
    write(tmp_path / "template", {**SMALL, "copier.yml": "name: x\n_tasks: [echo done]\n"})
    with opened(parse(str(tmp_path / "template"))) as checkout:
        found = actions(checkout)
        for person in (Written({}), Written({}, can_ask=False)):
            with pytest.raises(TemplateNotTrusted) as caught:
                settle_trust(found, checkout, person, trust=None)
            assert caught.value.exit_code == 4
            assert person.told[1:2] == (["  task            echo done"] if person.can_ask else [])
    assert capsys.readouterr() == ("", "")
