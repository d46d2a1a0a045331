"""What somebody sees who has the conversation: on large screens and small ones, in colour, in ASCII, and as lines."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from harness import files_below, git

pytest.importorskip("pexpect", reason="drives a pseudo-terminal, which Windows lacks")
from measured import keep
from screen import CTRL_C, CTRL_D, DOWN, END, ENTER, ESC, LEFT, PAGE_DOWN, Screen  # not there on Windows either

from scaffold.recommend import recommend
from scaffold.reports.advice import recommendation_text
from scaffold.workload import Shape, Volume, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness import Run

CURSOR = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"
Open = Callable[..., Screen]
WALK = (
    "What should run in threads?",
    "When does a job end?",
    "What do you need back from a job?",
    "What takes most of a job's time?",
    "Shall it be this?",
    "In which order do you want the results?",
)
REVIEW = "Write this project to demo?"
WORK = ("--shape", "many-similar", "--results", "--no-long-running", "--bound", "io")
SETTLED = (*WORK, "--design", "threadpool/map", "--order", "finished")


@pytest.fixture
def opened(here: Path) -> Iterator[Open]:
    """Start `scaffold` in the current, empty directory."""
    started: list[Screen] = []

    def start(*words: str, size: tuple[int, int] = (100, 30), **environment: str) -> Screen:
        started.append(Screen(here, *words, size=size, **environment))
        return started[-1]

    yield start
    for screen in started:
        screen.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("mine", "mine"),
        ("\x1b[200~mine\x1b[201~", "mine"),
        ("\x7fmine", "mine"),
        (LEFT + "\x7f", "threads-deo"),
        ("", "threads-demo"),
    ],
    ids=["typed", "pasted", "erased", "edited", "taken"],
)
def test_what_is_suggested_is_replaced_by_what_is_typed(here: Path, opened: Open, typed: str, name: str) -> None:
    """Unless an arrow key begins to edit it."""
    screen = opened("new", size=(200, 30))
    screen.shows("threads-demo")
    screen.types(typed + ENTER)
    screen.shows(f"New project in {here / name}")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(100, 30), (80, 24), (60, 20), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_page_has_its_title_its_cursor_and_its_keys(here: Path, opened: Open, size: tuple[int, int]) -> None:
    """Whatever the size, and nothing of a page is left when the next is drawn."""
    screen = opened("new", "demo", size=size)
    for title in (*WALK, REVIEW):
        screen.shows(title)
        assert sum(CURSOR in line for line in screen.lines) == 1, screen.text
        assert "quit" in screen.lines[-1], screen.text
        assert not any(other in screen.text for other in WALK if other != title), screen.text
        screen.types(ENTER)
    screen.shows("The same again, without questions:")
    assert screen.ends() == 0
    assert (here / "demo" / "src" / "demo" / "work.py").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "environment"),
    [((80, 24), {"TERM": "dumb"}), ((80, 24), {"SCAFFOLD_PLAIN": "1"}), ((39, 30), {}), ((80, 11), {})],
    ids=["dumb", "asked for", "narrow", "low"],
)
def test_as_numbered_lines(here: Path, opened: Open, size: tuple[int, int], environment: dict[str, str]) -> None:
    """From top to bottom, without a single escape sequence; b goes back, q quits, a number chooses, Enter too."""
    screen = opened("new", "demo", size=size, **{"NO_COLOR": "1", **environment})
    screen.answers((WALK[0], "9\n"), ("Type a number from 1 to 4", "2\n"), (WALK[1], "b\n"), (WALK[0], "1\n"))
    for title in (*WALK[1:], "Number [1]"):
        screen.answers((title, "\n"))
    assert screen.ends() == 0
    assert "\x1b" not in screen.sent
    assert "Chosen: Waiting. -> threads wait side by side" in " ".join(screen.printed().split())
    assert (here / "demo").is_dir()
    screen = opened("new", "two", size=size, **environment)
    screen.answers((WALK[0], "q\n"))
    assert screen.ends() == 130


def broken_words(lines: list[str], text: str) -> set[str]:
    """What stands at the ends of lines and is no whole word of a text."""
    words = {*text.replace("**", "").split()}
    return {word for line in lines if line.split() for word in (line.split()[0], line.split()[-1])} - words


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 12)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_lines_are_broken_between_words(opened: Open, scaffold: Run, size: tuple[int, int]) -> None:
    """In what is read over the whole screen: the reasons, which a narrow terminal wraps, and the files."""
    screen = opened("new", "demo", *WORK, "--order", "finished", size=size)
    screen.answers((WALK[4], "2"))
    screen.shows("Decided by")
    said = (
        recommendation_text(recommend(Workload(shape=Shape.MANY_SIMILAR, results=True, volume=Volume.MANY)))
        + " All reasons Esc back PgUp PgDn Ctrl-C quit"
    )
    ends = [line.rstrip(" v^") for line in screen.lines[2:-1]]
    assert not broken_words(ends, said), screen.text
    screen.answers(("Decided by", ESC), (WALK[4], ENTER), (REVIEW, "3"), ("Yours to edit", ENTER))
    screen.shows("Your work: replace")
    said = scaffold("new", "demo", *WORK, "--defaults", "--dry-run", "--show", "src/demo/work.py").out
    ends = [line.rstrip(" v^") for line in screen.lines[1:-1]]
    assert not broken_words(ends, said), screen.text
    assert screen.lines[-2].endswith("v"), screen.text  # there is more
    screen.types(PAGE_DOWN * 20)
    screen.shows("^")
    assert not screen.lines[-2].endswith("v"), screen.text


@pytest.mark.slow
def test_long_choices_are_seen_to_be_cut(opened: Open) -> None:
    """And the one under the cursor is shown whole."""
    screen = opened(
        "new", "demo", "--shape", "many-similar", "--results", "--no-long-running", "--bound", "cpu", size=(40, 12)
    )
    screen.shows("Where is the computing done?")
    assert f" {CURSOR} In Python: use processes" in screen.text
    assert "In C code that releases the GIL:" in screen.text
    cut = next(line for line in screen.lines if "In C code" in line)
    assert cut.endswith("…"), screen.text
    screen.types(DOWN)
    screen.shows("In C code that releases the GIL: use threads")


@pytest.mark.slow
@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_printed_prose_is_wrapped(here: Path, opened: Open, term: str) -> None:
    """How to measure, notes and errors; a command stays on one line, to be copied."""
    screen = opened(
        *("new", "demo", "--shape", "many-similar", "--results", "--no-long-running", "--bound", "cpu"),
        size=(50, 24),
        TERM=term,
    )
    screen.answers(("Where is the computing done?", "3" + ("\n" if term == "dumb" else "")))
    assert screen.ends() == 130
    printed = screen.printed().partition("scaffold probe calls")[2]
    lines = printed.split("\n")
    assert all(len(line) <= 50 for line in lines if not line.startswith("  ")), printed
    assert "  scaffold probe path/to/file.py:function --items inputs.txt --save probe.json" in lines
    assert any(line.startswith("  scaffold new demo --shape many-similar") for line in lines)
    (here / "many words in its name which is longer than the terminal").touch()
    screen = opened("check", "many words in its name which is longer than the terminal", size=(50, 24), TERM=term)
    assert screen.ends() == 1
    assert all(len(line) <= 50 for line in screen.printed().split("\n")), screen.printed()


@pytest.mark.slow
def test_no_colour(opened: Open) -> None:
    """Where NO_COLOR is set; the cursor is still seen."""
    screen = opened("new", "demo", NO_COLOR="1")
    screen.shows(WALK[0])
    codes = {code for codes in re.findall(r"\x1b\[([0-9;]*)m", screen.sent) for code in codes.split(";")}
    assert codes <= {"", "0", "1", "22"}
    assert any(line.startswith(f" {CURSOR} One function") for line in screen.lines)


@pytest.mark.slow
def test_in_ascii(opened: Open) -> None:
    """Where the terminal knows nothing else."""
    ascii_only = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    screen = opened("new", "demo", *SETTLED, **ascii_only)
    screen.shows(REVIEW)
    assert any(" - " in line and line.rstrip().endswith(" - ...") for line in screen.lines), screen.text
    screen.answers((REVIEW, "3"))
    screen.shows("Yours to edit")
    assert screen.sent.isascii()
    assert any(line.startswith(" > src/demo/work.py") for line in screen.lines)


@pytest.mark.slow
def test_a_step_back_and_the_command_that_goes_on(opened: Open) -> None:
    """Esc and Left go back with what was said; Ctrl-C ends with 130 and the command; it asks the same next."""
    screen = opened("new", "demo")
    screen.answers((WALK[0], DOWN + ENTER), (WALK[1], ENTER), (WALK[2], DOWN + ENTER))
    screen.answers(("While the job runs", ESC))
    screen.shows(WALK[2])
    assert any(line.startswith(f" {CURSOR} Nothing") for line in screen.lines), screen.text
    screen.answers((WALK[2], LEFT), (WALK[1], LEFT))
    screen.shows(WALK[0])
    assert any(line.startswith(f" {CURSOR} One job") for line in screen.lines), screen.text
    assert "Esc back" not in screen.text
    screen.answers((WALK[0], ESC + ENTER), (WALK[1], CTRL_C))
    assert screen.ends() == 130
    assert screen.goes_on() == ["new", "demo", "--shape", "one-off"]
    again = opened(*screen.goes_on())
    again.shows(WALK[1])
    assert "✓ Work: One job" in again.text
    again.types(CTRL_D)
    assert again.ends() == 130
    assert again.goes_on() == screen.goes_on()


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.02, 0.05, 0.1])
def test_an_arrow_key_in_pieces_is_no_escape(opened: Open, gap: float) -> None:
    """As a slow link delivers it."""
    screen = opened("new", "demo", "--shape", "one-off")
    screen.answers((WALK[1], ENTER))
    screen.shows(WALK[2])
    screen.types(ESC)
    time.sleep(gap - 0.05 if gap > 0.05 else 0)  # `types` waits for as long by itself
    screen.types("[B")
    screen.shows(WALK[2])
    assert any(line.startswith(f" {CURSOR} Nothing") for line in screen.lines), screen.text


@pytest.mark.slow
def test_a_taken_directory_is_settled_first(here: Path, opened: Open) -> None:
    """Another name, which is suggested; a module in what is there; or the end. Nothing there is touched."""
    (here / "demo").mkdir()
    (here / "demo" / "mine.txt").write_text("mine", encoding="utf-8")
    screen = opened("new", "demo")
    screen.answers(("demo is not empty: mine.txt", END + ENTER))
    assert screen.ends() == 130
    assert screen.goes_on() == ["new", "demo"]
    screen = opened("new", "demo", *SETTLED)
    screen.answers(
        ("demo is not empty", ENTER), ("Into which directory?", ENTER), ("Write this project to demo-2?", ENTER)
    )
    assert screen.ends() == 0
    assert (here / "demo-2" / "src" / "demo_2" / "work.py").is_file()
    package = here / "demo" / "demo"
    package.mkdir()
    (package / "__init__.py").touch()
    screen = opened("new", "demo", *SETTLED, "--license", "none")
    screen.answers(("demo is not empty", DOWN + ENTER), ("Write demo/threadpool_map.py", ENTER))
    assert screen.ends() == 0
    assert (package / "threadpool_map.py").is_file()
    assert (here / "demo" / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.slow
@pytest.mark.parametrize("where", ["what takes the time", "where the computing is done"])
def test_measuring_first(here: Path, opened: Open, where: str) -> None:
    """It says how, ends with 130, and the command goes on with what was measured: neither question is asked again."""
    screen = opened("new", "demo", "--shape", "many-similar", "--results", "--no-long-running")
    if where == "what takes the time":
        screen.answers((WALK[3], "4"))
    else:
        screen.answers((WALK[3], DOWN + ENTER), ("Where is the computing done?", "3"))
    assert screen.ends() == 130
    assert "scaffold probe path/to/file.py:function --items inputs.txt --save probe.json" in screen.printed()
    assert "error: stopped to measure; nothing was written" in screen.printed()
    assert os.listdir(here) == []
    words = screen.goes_on()
    assert words[-2:] == ["--probe", "probe.json"]
    assert not {"--bound", "--releases-gil", "--no-releases-gil", "--workers-kind"} & {*words}
    keep(here / "probe.json")
    again = opened(*words)
    again.shows("Shall it be this?")
    assert "In C code that releases the GIL: use threads" in again.text


@pytest.mark.slow
def test_the_files_can_be_read_before_they_are_written(here: Path, opened: Open) -> None:
    """The user's own first; the terminal is afterwards as it was."""
    screen = opened("new", "demo", *SETTLED)
    screen.answers((REVIEW, "3"), ("Yours to edit", ENTER), ("Your work: replace", ESC))
    screen.answers(("Yours to edit", ESC), (REVIEW, CTRL_C))
    assert screen.ends() == 130
    screen = opened("new", "demo", *SETTLED)
    screen.answers((REVIEW, "3"), ("Yours to edit", ENTER), ("Your work: replace", CTRL_C))
    assert screen.ends() == 130
    assert os.listdir(here) == []


@pytest.mark.slow
def test_another_design_and_what_speaks_against_it(here: Path, opened: Open) -> None:
    """All reasons are one key away."""
    screen = opened("new", "demo", *WORK, "--order", "finished")
    screen.answers((WALK[4], "2"), ("Decided by", ESC), (WALK[4], "3"), ("Which design?", DOWN))
    screen.shows("against it: you want a value back from each input")
    screen.answers(("against it", ENTER), ("What are you waiting for?", ENTER))
    screen.shows("the rules say threadpool/map")
    screen.answers(("Write this project", "1"))
    assert screen.ends() == 0
    assert "design: threadpool/jobs" in (here / "demo" / ".copier-answers.yml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_progress_and_cancel_lead_to_the_design_that_has_them(here: Path, opened: Open) -> None:
    """A subclass that keeps its progress."""
    screen = opened("new", "demo")
    screen.answers((WALK[0], "2"), (WALK[1], ENTER), (WALK[2], "2"), ("While the job runs", "3"), (WALK[3], ENTER))
    screen.shows("you want to see how far it is, or stop it")
    screen.answers((WALK[4], ENTER), (REVIEW, ENTER))
    assert screen.ends() == 0
    answers = (here / "demo" / ".copier-answers.yml").read_text(encoding="utf-8")
    assert all(line in answers for line in ("design: thread/task", "state: true", "status: true"))


@pytest.mark.slow
@pytest.mark.parametrize(("key", "made"), [("1", True), ("2", False)])
def test_a_git_repository_is_offered(here: Path, opened: Open, key: str, *, made: bool) -> None:
    """With a first commit of the user's, and nothing that is not committed."""
    screen = opened("new", "demo", *SETTLED)
    screen.answers(("with git init and a first commit", key))
    assert screen.ends() == 0
    assert (here / "demo" / ".git").is_dir() == made
    if made:
        assert git(here / "demo", "log", "--format=%an %s").strip() == "Ada Lovelace Made with scaffold new demo"
        assert git(here / "demo", "status", "--porcelain") == ""


@pytest.mark.parametrize(("flag", "made"), [("--git", True), ("--no-git", False), (None, False)])
def test_git_without_a_terminal(here: Path, scaffold: Run, flag: str | None, *, made: bool) -> None:
    """Only where it is asked for; `scaffold undo` takes the files back."""
    result = scaffold("new", "demo", "--defaults", *([flag] if flag else []))
    assert result.code == 0
    assert ("It is a git repository with one commit." in result.out) == made
    assert (here / "demo" / ".git").is_dir() == made
    assert scaffold("undo", "demo", "--yes").code == 0
    assert not any(not name.startswith(".git/") for name in files_below(here / "demo"))


def test_no_repository_in_a_repository(here: Path, scaffold: Run) -> None:
    """What is around it takes it."""
    git(here, "init", "--quiet")
    result = scaffold("new", "demo", "--defaults", "--git")
    assert (result.code, (here / "demo" / ".git").exists()) == (0, False)
    assert "It is in a git repository already" in result.out


@pytest.mark.slow
def test_add_advise_and_reanswer_go_on_from_their_commands(here: Path, opened: Open, scaffold: Run) -> None:
    """Each by its own."""
    assert scaffold("new", "demo", "--defaults").code == 0
    screen = opened("add", "demo")
    screen.answers((WALK[0], "4"), ("Does anybody wait", CTRL_C))
    assert screen.ends() == 130
    assert screen.goes_on() == ["add", str(here / "demo"), "--shape", "service"]
    screen = opened("advise", "--shape", "service")
    screen.answers(("Does anybody wait", ENTER), (WALK[3], CTRL_C))
    assert screen.ends() == 130
    assert screen.goes_on() == ["advise", "--shape", "service", "--results"]
    screen = opened("reanswer", "demo", "--allow-dirty")
    screen.answers(("Merge them in", "3"), ("How it runs", END + ENTER), ("How many threads", "\b\b8" + ENTER))
    screen.answers(("Threads         8", CTRL_C))
    assert screen.ends() == 130
    assert screen.goes_on() == ["reanswer", "demo", "--workers", "8"]
    before = files_below(here / "demo")
    assert b"workers: 32" in before[".copier-answers.yml"]
