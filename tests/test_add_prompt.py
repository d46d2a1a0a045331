"""The dialogue of `scaffold add`, driven through a real pseudo-terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import files_below
from test_add import ANSWERS, LAYOUTS, MODULE, TESTS, TESTS_OF_WORK, WORK, make
from test_prompt import DOWN, ENTER, ESC, YES, Open, ask_workload, open_terminal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["open_terminal"]  # a fixture


@pytest.mark.slow
def test_enter_all_the_way_writes_the_recommended_module(here: Path, open_terminal: Open) -> None:
    """It says what it found, asks about the work, and nothing else that is clear."""
    before = files_below(make(here, LAYOUTS["src"]))
    terminal = open_terminal("add")
    terminal.sees("Found a project in")
    ask_workload(terminal)
    terminal.sees("Write src/acme/threadpool_map.py and tests/test_threadpool_map.py?")
    terminal.answers(YES)
    terminal.sees("The same again, without questions:")
    assert terminal.ends() == 0
    written = files_below(here).keys() - before.keys()
    sources = {f"src/acme/{MODULE}", f"src/acme/{WORK}", f"tests/{TESTS}", f"tests/{TESTS_OF_WORK}"}
    assert written == sources | {ANSWERS}


@pytest.mark.slow
def test_what_is_not_clear_is_asked_and_what_is_taken_asked_again(here: Path, open_terminal: Open) -> None:
    """Which of several packages; and a module whose name is taken, before anything is written."""
    make(here, {"pyproject.toml": "", "one/__init__.py": "", "two/threadpool_map.py": "", "two/__init__.py": ""})
    terminal = open_terminal("add")
    terminal.answers("Which package is it for?", DOWN)
    ask_workload(terminal)
    terminal.sees("error: Module: 'threadpool_map' would need two/threadpool_map.py, which is there already")
    terminal.sees("What is the module with the workers called?")
    terminal.types("\x7f" * 20, "fetch", ENTER)
    terminal.sees("Write two/fetch.py and tests/test_fetch.py?")
    terminal.types("5")
    terminal.answers("Project: which one do you want to change?")
    terminal.sees("What do you import it as?")
    terminal.types("\x7f" * 20, "none", ENTER)
    terminal.sees("error: Import as: 'none' is no package of this project")
    terminal.types("\x7f" * 20, "one", ENTER)
    terminal.sees("Project: which one do you want to change?")
    terminal.types(ESC)
    terminal.sees("Write one/fetch.py and tests/test_fetch.py?")
    terminal.sees(YES)
    terminal.types("1")
    assert terminal.ends() == 0
    assert b"from one.fetch import" in files_below(here)["tests/test_fetch.py"]
