"""The dialogue, driven through a real pseudo-terminal."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, files_below, git_commit_all
from repositories import SMALL, write

pexpect = pytest.importorskip("pexpect", reason="drives a pseudo-terminal, which Windows lacks")
from terminal import Child  # noqa: E402  # not there on Windows either

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import Run
    from newer import Newer

ENTER, DOWN, UP, CTRL_C, CTRL_D = "\r", "\x1b[B", "\x1b[A", "\x03", "\x04"
YES = "Write it"
ESC, END = "\x1b", "\x1b[F"
BATCH_OF_FEW = ("--shape", "many-similar", "--no-results", "--no-status", "--no-long-running", "--volume", "few")


class Terminal:
    """`scaffold` in a terminal of its own."""

    def __init__(self, where: Path, *arguments: str, package: Path = ROOT) -> None:
        environment = os.environ | {
            "PYTHONPATH": str(package),
            "NO_COLOR": "1",
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
        }
        self.child = Child("-m", "scaffold", *arguments, cwd=where, env=environment, size=(60, 110))

    def sees(self, text: str) -> None:
        """Wait until the text is on the screen."""
        self.child.expect_exact(text)

    def types(self, *keys: str) -> None:
        """Send keys as a person would."""
        for key in keys:
            self.child.send(key)

    def answers(self, question: str, *keys: str) -> None:
        """Wait for a question, then send the keys and Enter."""
        self.sees(question)
        self.types(*keys, ENTER)

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        code = self.child.exitstatus
        assert isinstance(code, int)
        return code


Open = Callable[..., Terminal]


@pytest.fixture
def open_terminal(here: Path) -> Iterator[Open]:
    """Start `scaffold` in the current, empty directory; it is ended with the test whatever happens."""
    started: list[Terminal] = []

    def start(*arguments: str, package: Path = ROOT) -> Terminal:
        started.append(Terminal(here, *arguments, package=package))
        return started[-1]

    yield start
    for terminal in started:
        terminal.child.close()


def ask_workload(terminal: Terminal) -> None:
    """Take the recommended answer to each of the questions of the default shape."""
    for question in (
        "What should run in threads?",
        "When does a job end?",
        "What do you need back",
        "What takes most",
    ):
        terminal.answers(question)
    terminal.sees("threadpool/map: one function over many inputs")
    terminal.answers("Shall it be this?")
    terminal.answers("In which order")


def test_enter_all_the_way_writes_the_recommended_project(here: Path, open_terminal: Open) -> None:
    """Workload first, then the recommendation, then one screen."""
    terminal = open_terminal("new", "demo")
    ask_workload(terminal)
    terminal.answers(YES)
    terminal.sees("The same again, without questions:")
    assert terminal.ends() == 0
    assert (here / "demo" / "src" / "demo" / "threadpool_map.py").is_file()


@pytest.mark.slow
def test_any_answer_can_still_be_changed_on_the_review_screen(here: Path, open_terminal: Open) -> None:
    """Here the name, the license and, from the workload, the shape, which leads to another recommendation."""
    terminal = open_terminal("new")
    terminal.sees("What is the project called?")
    terminal.types("\x7f" * 20, "queue", ENTER)
    ask_workload(terminal)
    terminal.sees("error: Import as: 'queue' would shadow")
    terminal.sees("What do you import it as?")
    terminal.types("\x7f" * 20, "class", ENTER)
    terminal.sees("is a keyword")
    terminal.types("\x7f" * 20, "fifo", ENTER)
    terminal.sees("Look at the files")
    terminal.types("4")
    terminal.answers("Work: which one do you want to change?")
    terminal.answers("What should run in threads?", DOWN, DOWN, DOWN)
    terminal.answers("Does anybody wait for an answer from it?")
    terminal.sees("thread/service: a thread that runs as long as the program")
    terminal.answers("Shall it be this?")
    terminal.answers("What makes it act?")
    terminal.sees("Look at the files")
    terminal.types("6")
    terminal.sees("Project: which one do you want to change?")
    terminal.types("6")
    terminal.answers("Who may use it?", DOWN)
    terminal.sees("Project: which one do you want to change?")
    terminal.types(ESC)
    terminal.sees(YES)
    terminal.types("1")
    assert terminal.ends() == 0
    files = files_below(here / "queue")
    assert "src/fifo/thread_service.py" in files
    assert b"Apache License" in files["LICENSE"]


@pytest.mark.slow
def test_flags_are_not_asked_again(here: Path, open_terminal: Open) -> None:
    """Only what is missing."""
    terminal = open_terminal("new", "demo", "--shape", "one-off", "--results", "--bound", "io", "--no-long-running")
    terminal.answers("what must the rest of the program do?")
    terminal.answers("What does the job look like")
    terminal.sees("threadpool/task: one call in the background")
    terminal.answers("Shall it be this?")
    terminal.answers(YES)
    assert terminal.ends() == 0
    assert (here / "demo" / "src" / "demo" / "threadpool_task.py").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("moment", ["What should run in threads?", YES])
def test_cancelling_exits_130_and_writes_nothing(here: Path, open_terminal: Open, moment: str, key: str) -> None:
    """At the first question and at the last."""
    terminal = open_terminal("new", "demo")
    if moment == YES:
        ask_workload(terminal)
    terminal.sees(moment)
    terminal.types(key)
    terminal.sees("error: cancelled; nothing was written")
    terminal.sees("To go on from here:")
    terminal.sees("scaffold new demo" + (" --shape many-similar" if moment == YES else ""))
    assert terminal.ends() == 130
    assert os.listdir(here) == []


@pytest.mark.slow
def test_cancel_on_the_review_screen(here: Path, open_terminal: Open) -> None:
    """It is the last entry."""
    terminal = open_terminal("new", "demo")
    ask_workload(terminal)
    terminal.sees("Quit, write nothing")
    terminal.types(END, ENTER)
    assert terminal.ends() == 130
    assert os.listdir(here) == []


@pytest.mark.slow
@pytest.mark.parametrize(("key", "code"), [("y", 0), ("n", 130)])
def test_force_asks_after_the_preview(here: Path, open_terminal: Open, key: str, code: int) -> None:
    """And no is the default."""
    (here / "demo").mkdir()
    (here / "demo" / "AGENTS.md").write_text("mine", encoding="utf-8")
    terminal = open_terminal("new", "demo", "--defaults", "--force")
    terminal.sees("AGENTS.md  (replaced)")
    terminal.sees("Write these?")
    terminal.types(key)
    assert terminal.ends() == code
    assert (len(files_below(here / "demo")) == 1) == (code == 130)


@pytest.mark.slow
def test_advise_asks_too(here: Path, open_terminal: Open) -> None:
    """And writes nothing."""
    terminal = open_terminal("advise")
    terminal.answers("What should run in threads?", DOWN)
    terminal.answers("When does a job end?")
    terminal.answers("What do you need back", DOWN)
    for question in ("what must the rest of the program do?", "What does the job look like", "What takes most"):
        terminal.answers(question)
    terminal.sees("thread/task: one thread for one job")
    terminal.sees("Design: thread/task")
    assert terminal.ends() == 0
    assert os.listdir(here) == []


def test_no_colour_when_asked_for_none(open_terminal: Open) -> None:
    """NO_COLOR holds on a terminal too; the terminal would have shown bold headings."""
    terminal = open_terminal("advise", "--defaults")
    terminal.child.expect(pexpect.EOF)
    assert "\033[" not in terminal.child.before


@pytest.mark.slow
def test_new_questions_of_a_newer_template_are_asked(open_terminal: Open, here: Path, ahead: Newer) -> None:
    """Only those; Ctrl-C at one leaves everything as it was."""
    assert open_terminal("new", "demo", "--defaults").ends() == 0
    git_commit_all(here / "demo")
    before = files_below(here / "demo")
    terminal = open_terminal("update", "demo", package=ahead.package)
    terminal.sees("How does it greet?")
    terminal.types(CTRL_C)
    assert terminal.ends() == 130
    assert files_below(here / "demo").items() >= {name: before[name] for name in before if ".git/" not in name}.items()
    terminal = open_terminal("update", "demo", package=ahead.package)
    terminal.answers("How does it greet?", *["\b"] * 5, "salve")
    assert terminal.ends() == 0
    assert "It says salve." in (here / "demo" / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_other_answers_on_one_screen(open_terminal: Open, here: Path) -> None:
    """As on the review screen of `new`: change one, then go on, or cancel."""
    assert open_terminal("new", "demo", "--defaults").ends() == 0
    git_commit_all(here / "demo")
    terminal = open_terminal("reanswer", "demo")
    terminal.sees("Quit, write nothing")
    terminal.types(END, ENTER)
    assert terminal.ends() == 130
    terminal = open_terminal("reanswer", "demo")
    terminal.sees("Merge them in")
    terminal.types("3")
    terminal.sees("How it runs: which one")
    terminal.types(END, ENTER)
    terminal.answers("How many threads at once?", "\b", "\b", "8")
    terminal.sees("How it runs: which one")
    terminal.types(ESC)
    terminal.sees("Merge them in")
    terminal.types("1")
    assert terminal.ends() == 0
    assert "workers: 8" in (here / "demo" / ".copier-answers.yml").read_text(encoding="utf-8")


@pytest.fixture
def team(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A template of a team's with a task, and their catalogue, which has it for services."""
    place = tmp_path_factory.mktemp("team")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(place / "data"))
    theirs = write(place / "theirs", {**SMALL, "task.txt.jinja": "{{ flavour }}"})
    with (theirs / "copier.yml").open("a", encoding="utf-8") as file:
        file.write("flavour: {type: str, choices: [sweet, sour], default: sweet}\n_tasks: [echo done > task]\n")
    entry = '[templates.worker]\nsource = "../theirs"\nshapes = ["service"]\n'
    write(place / "catalogue", {"scaffold.toml": f'name = "team"\n{entry}[defaults]\nflavour = "sour"\n'})
    return theirs


@pytest.mark.slow
def test_a_templates_commands_are_shown_and_run_only_after_a_yes(here: Path, team: Path, open_terminal: Open) -> None:
    """No is the default; a yes is remembered, and then its own questions are asked."""
    terminal = open_terminal("new", "demo", "--template", str(team))
    terminal.sees("echo done > task")
    terminal.answers("Have you read it, and may it run these?")
    terminal.sees("--trust")  # its digest may stand in the next line
    assert terminal.ends() == 4
    assert os.listdir(here) == []
    terminal = open_terminal("new", "demo", "--template", str(team))
    terminal.sees("Have you read it, and may it run these?")
    terminal.types("y")
    terminal.answers("What is it called?", "\x7f" * 10, "mine")
    terminal.answers("flavour", DOWN)
    terminal.answers("Write this project to demo?")
    terminal.sees("The same again, without questions:")
    assert terminal.ends() == 0
    files = files_below(here / "demo")
    assert (files["README.md"], files["task.txt"], files["task"]) == (b"# mine\n", b"sour", b"done\n")
    terminal = open_terminal("new", "two", "--template", str(team))
    terminal.sees("What is it called?")
    terminal.types(CTRL_C)
    assert terminal.ends() == 130
    assert os.listdir(here) == ["demo"]


@pytest.mark.slow
def test_a_teams_template_is_offered_after_the_recommendation(
    here: Path, team: Path, open_terminal: Open, scaffold: Run
) -> None:
    """With the team's answers as its defaults; the one of scaffold stays the other choice."""
    assert scaffold("template", "add", "--catalogue", str(team.parent / "catalogue")).code == 0
    for choice in ("", DOWN):
        terminal = open_terminal("new", f"demo{len(choice)}", "--shape", "service", "--results", "--bound", "io")
        terminal.sees("thread/service: ")
        terminal.answers("Your team has a template for this.", choice)
        if choice:
            terminal.answers("What makes it act?")
            terminal.answers(YES)
        else:
            terminal.sees("Have you read it, and may it run these?")
            terminal.types("y")
            terminal.answers("What is it called?")
            terminal.answers("flavour")
            terminal.answers("Write this project to demo0?")
        assert terminal.ends() == 0
    assert files_below(here / "demo0")["task.txt"] == b"sour"
    assert (here / "demo3" / "src").is_dir()


@pytest.mark.slow
def test_a_person_is_asked_where_the_computing_is_done(here: Path, open_terminal: Open) -> None:
    """Enter means in Python, and that processes."""
    terminal = open_terminal("new", "demo")
    for question in ("What should run in threads?", "When does a job end?", "What do you need back"):
        terminal.answers(question)
    terminal.answers("What takes most", DOWN)
    terminal.answers("Where is the computing done?")
    terminal.answers("Shall it be this?")
    terminal.answers("In which order")
    terminal.answers(YES)
    assert terminal.ends() == 0
    assert (here / "demo" / "src" / "demo" / "process_map.py").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "made"), [((), "process_map.py"), ((DOWN,), "thread_batch.py")])
def test_a_few_tasks_that_compute_are_offered_processes(
    here: Path,
    open_terminal: Open,
    keys: tuple[str, ...],
    made: str,
) -> None:
    """Or go on with threads."""
    terminal = open_terminal("new", "demo", *BATCH_OF_FEW, "--bound", "cpu", "--no-releases-gil", "--order", "finished")
    terminal.answers("Where is the computing done?", *keys)
    terminal.answers(YES)
    assert terminal.ends() == 0
    assert (here / "demo" / "src" / "demo" / made).is_file()
