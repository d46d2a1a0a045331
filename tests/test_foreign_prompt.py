"""A foreign template's questions in a real pseudo-terminal."""

from __future__ import annotations

import io
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, in_own_process
from repositories import write

pexpect = pytest.importorskip("pexpect", reason="drives a pseudo-terminal, which Windows lacks")
from screen import CTRL_C, DOWN, ENTER, ESC, LEFT, UP, Screen  # noqa: E402  # not there on Windows either
from terminal import Child  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

SPACE = " "
REVIEW = "Write this project to demo?"
CONFIG = r"""
name: {type: str, help: "\e[41mName\e]0;title\a?", validator: "{% if name != 'good' %}say good{% endif %}"}
kind:
  {default: two, choices: {First: one, "\e[31mSecond": two, Third: {value: three, validator: "not\e[2J yet"}}}
zones: {type: str, multiselect: true, choices: [a, b, c], default: [a]}
sure: {type: bool, default: false}
word: {type: str, secret: true, default: none}
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Child]:
    """`scaffold new --template` in a terminal of its own."""
    template = tmp_path / "template"
    template.mkdir()
    (template / "copier.yml").write_text(CONFIG, encoding="utf-8")
    (template / "file.jinja").write_text("{{ name }} {{ kind }} {{ zones }} {{ sure }} {{ word }}", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    words = ("new", "demo", "--template", "./template")
    child = Child("-m", "scaffold", *words, cwd=tmp_path, env=environment, size=(50, 110))
    yield child
    child.close()


def test_every_kind_of_question(tmp_path: Path, terminal: Child) -> None:
    """Text with a validator, a choice, several, yes or no, a password; escape sequences are only text."""
    terminal.logfile_read = screen = io.StringIO()
    terminal.expect_exact(r"\x1b[41mName\x1b]0;title\x07?")
    terminal.send("bad" + ENTER)
    terminal.expect_exact("say good")
    terminal.send("\x7f" * 3 + "good" + ENTER)
    terminal.expect_exact(r"\x1b[31mSecond")
    terminal.expect_exact(r"not\x1b[2J yet")
    terminal.send(ENTER)
    terminal.expect_exact("zones")
    terminal.send(DOWN + SPACE + ENTER)
    terminal.expect_exact("sure")
    terminal.send("y")
    terminal.expect_exact("word")
    terminal.send("x" + ENTER)
    terminal.expect_exact("Write this project to demo?")
    terminal.send(ENTER)
    terminal.expect_exact("The same again")
    terminal.expect(pexpect.EOF)
    assert (tmp_path / "demo" / "file").read_text(encoding="utf-8") == "good two ['a', 'b'] True nonex"
    for hostile in ("\x1b[41m", "\x1b]0;title", "\x1b[31mSecond"):
        assert hostile not in screen.getvalue()


def test_no_to_writing_goes_on_later(tmp_path: Path, terminal: Child) -> None:
    """By a command with all that was answered, but no secret."""
    terminal.logfile_read = screen = io.StringIO()
    for text, keys in (("Name", "good" + ENTER), ("Second", ENTER), ("zones", ENTER), ("sure", "y"), ("word", ENTER)):
        terminal.expect_exact(text)
        terminal.send(keys)
    terminal.expect_exact("Write this project to demo?")
    terminal.send("4")
    terminal.expect(pexpect.EOF)
    assert "To go on from here:" in screen.getvalue()
    command = screen.getvalue().partition("To go on from here:")[2].replace("\r\n", "")
    assert """--data name=good --data kind=two --data 'zones=["a"]' --data sure=true""" in command
    assert "word=" not in command
    assert not (tmp_path / "demo").exists()


def test_ctrl_c_ends_it(tmp_path: Path, terminal: Child) -> None:
    """With the exit code for that, and nothing written."""
    terminal.expect_exact("Name")
    terminal.send(CTRL_C)
    terminal.expect_exact("cancelled; nothing was written")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert not (tmp_path / "demo").exists()


QUESTIONS = """
name: {type: str, default: demo, help: "What is it called?"}
kind: {type: str, choices: [app, library], default: app, help: "App or library?"}
port:
  {type: int, default: 80, help: "Which port?",
   when: "{{ kind == 'app' }}", validator: "{% if port > 99 %}too high{% endif %}"}
extras: {type: str, multiselect: true, choices: [a, b, c], default: [], help: "Which extras?"}
token: {type: str, secret: true, default: "", help: "Which token?"}
sure: {type: bool, default: true, help: "Are you sure?"}
"""
NAME, KIND, PORT, EXTRAS, TOKEN, SURE = (
    "What is it called?",
    "App or library?",
    "Which port?",
    "Which extras?",
    "Which token?",
    "Are you sure?",
)
CLEARED = "\x7f" * 9


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """`scaffold new --template` on a screen."""
    text = "{{ name }} {{ kind }} {{ port }} {{ extras }} {{ sure }}"
    write(tmp_path / "template", {"copier.yml": QUESTIONS, "file.jinja": text})
    screen = Screen(tmp_path, "new", "demo", "--template", "./template")
    yield screen
    screen.close()


def test_esc_goes_back_with_answers_kept(tmp_path: Path, screen: Screen) -> None:
    """Past whatever kind of question, as often as one likes; what no longer matters is not asked."""
    screen.answers((NAME, ENTER), (KIND, ENTER), (PORT, f"{CLEARED}90{ENTER}"))
    screen.answers((EXTRAS, DOWN + SPACE + ENTER), (TOKEN, "x" + ENTER))
    screen.shows(SURE)
    screen.shows("extras: b")
    screen.shows("token: (hidden)")
    screen.types(ESC)
    screen.answers((TOKEN, ESC), (EXTRAS, ""))
    screen.shows("[x] b")
    screen.answers((EXTRAS, ESC), (PORT, ""))
    screen.shows("90")
    screen.answers((PORT, ESC), (KIND, LEFT), (NAME, f"{CLEARED}other{ENTER}"), (KIND, DOWN + ENTER))
    screen.shows(EXTRAS)  # the port is not asked
    screen.shows("name: other")
    screen.shows("[x] b")
    screen.answers((EXTRAS, ENTER), (TOKEN, ENTER), (SURE, "n"), (REVIEW, "1"))
    screen.shows("The same again")
    assert screen.ends() == 0
    assert (tmp_path / "demo" / "file").read_text(encoding="utf-8") == "other library 80 ['b'] False"


def test_the_review_shows_the_files_and_changes_an_answer(tmp_path: Path, screen: Screen) -> None:
    """Only what is changed, and what that opens, is asked again."""
    screen.answers((NAME, ENTER), (KIND, DOWN + ENTER), (EXTRAS, ENTER), (TOKEN, ENTER), (SURE, ENTER))
    screen.answers((REVIEW, "2"), ("Enter shows a file", ENTER), ("demo library", ESC), ("Enter shows a file", ESC))
    screen.answers((REVIEW, "3"), ("which one do you want to change?", "2"), (KIND, UP + ENTER), (PORT, "8000" + ENTER))
    screen.shows("too high")
    screen.types(f"{CLEARED}81{ENTER}")
    screen.shows(REVIEW)
    assert not (tmp_path / "demo").exists()
    screen.types("1")
    assert screen.ends() == 0
    assert (tmp_path / "demo" / "file").read_text(encoding="utf-8") == "demo app 81 [] True"


def test_the_end_after_steps_back_goes_on_with_all_answers(tmp_path: Path, screen: Screen) -> None:
    """But for secrets; the command leads to the same files."""
    screen.answers((NAME, ENTER), (KIND, ENTER), (PORT, ESC), (KIND, DOWN + ENTER), (EXTRAS, SPACE + ENTER))
    screen.answers((TOKEN, ENTER), (SURE, CTRL_C))
    assert screen.ends() == 130
    words = screen.goes_on()
    assert words[:5] == ["new", "demo", "--template", str(tmp_path / "template"), "--data"]
    assert "kind=library" in words
    assert 'extras=["a"]' in words
    assert in_own_process(*words, "--defaults", cwd=tmp_path).returncode == 0
    assert (tmp_path / "demo" / "file").read_text(encoding="utf-8") == "demo library 80 ['a'] True"


def test_ctrl_c_at_the_question_of_trust_goes_on_later(tmp_path: Path) -> None:
    """With all that stood on the command line."""
    write(tmp_path / "template", {"copier.yml": "a: 1\n_tasks: ['true']\n", "file": ""})
    screen = Screen(tmp_path, "new", "demo", "--template", "./template", "--data", "a=2")
    screen.answers(("may it run these?", CTRL_C))
    assert screen.ends() == 130
    assert screen.goes_on() == ["new", "demo", "--template", str(tmp_path / "template"), "--data", "a=2"]


@pytest.mark.parametrize("size", [(30, 100), (12, 40)])
def test_a_text_of_several_lines(tmp_path: Path, size: tuple[int, int]) -> None:
    """Its footer says how it ends: by Esc and then Enter, however slowly they are typed."""
    with asked_for_text(tmp_path, size=size) as terminal:
        for word in ("Enter new line", "Esc, then Enter: done", "Ctrl-C"):
            terminal.expect_exact(word)
        terminal.send(ENTER + "two\x1b")
        time.sleep(1.5)
        terminal.send(ENTER)
        terminal.expect_exact("Write this project to demo?")
        terminal.send(ENTER)
        terminal.expect(pexpect.EOF)
    assert (tmp_path / "demo" / "file").read_text(encoding="utf-8") == "one\ntwo"


LONG = """\
text:
  type: str
  multiline: true
  default: "one\\ntwo\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10\\n11\\n12\\n13\\n14"
  help: |
    What is it about?

      - set in
    6
    7
    8
    9
    the last
"""


def test_a_long_help_keeps_its_lines_and_leaves_room_for_the_way_out(tmp_path: Path) -> None:
    """It is printed above the question, which fits a small terminal however long the text to edit is."""
    write(tmp_path / "template", {"copier.yml": LONG, "file.jinja": "{{ text }}"})
    screen = Screen(tmp_path, "new", "demo", "--template", "./template", size=(60, 12))
    screen.answers(("Esc, then Enter: done", ESC + ENTER), ("Write this project to demo?", ENTER))
    screen.ends()
    assert "What is it about?\r\n\r\n  - set in\r\n6\r\n" in screen.sent
    assert (tmp_path / "demo" / "file").read_text(encoding="utf-8").endswith("\n13\n14")


@pytest.mark.parametrize(("typed", "became"), [(".", "one"), ("two\nthree\n.", "two\nthree")])
def test_a_text_of_several_lines_without_drawing(tmp_path: Path, typed: str, became: str) -> None:
    """It says how to end, how to keep what there is, and how to quit."""
    with asked_for_text(tmp_path, TERM="dumb") as terminal:
        terminal.expect_exact("Ctrl-C to quit")
        terminal.expect_exact("A line with nothing but '.' ends it; as the first, it keeps what is in brackets.")
        terminal.send(typed + "\n")
        terminal.expect_exact("Write this project to demo?")
        terminal.send("\n")
        terminal.expect(pexpect.EOF)
    assert (tmp_path / "demo" / "file").read_text(encoding="utf-8") == became


@contextmanager
def asked_for_text(tmp_path: Path, *, size: tuple[int, int] = (30, 100), **environment: str) -> Iterator[Child]:
    """A template that asks for one text of several lines."""
    template = tmp_path / "template"
    template.mkdir()
    (template / "copier.yml").write_text("text: {type: str, multiline: true, default: one}", encoding="utf-8")
    (template / "file.jinja").write_text("{{ text }}", encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment
    words = ("new", "demo", "--template", "./template")
    child = Child("-m", "scaffold", *words, cwd=tmp_path, env=env, size=size)
    yield child
    child.close()
