"""A foreign template's questions in a real pseudo-terminal."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from harness import ROOT

pexpect = pytest.importorskip("pexpect", reason="drives a pseudo-terminal, which Windows lacks")

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DOWN, SPACE, ENTER, CTRL_C = "\x1b[B", " ", "\r", "\x03"
PROGRAM = """
import sys
from pathlib import Path
from scaffold.errors import ScaffoldError
from scaffold.foreign import Checkout, render
from scaffold.foreign_prompt import ask
try:
    rendered = render(Checkout(Path("template"), "t", None, None), {}, defaults=False, ask=ask, trusted_digest=None)
    print("RENDERED", [content for path, content in rendered.files.items() if path.name == "file"])
except ScaffoldError as error:
    print("ENDED", error.exit_code)
"""
CONFIG = r"""
name: {type: str, help: "\e[41mName\e]0;title\a?", validator: "{% if name != 'good' %}say good{% endif %}"}
kind:
  {default: two, choices: {First: one, "\e[31mSecond": two, Third: {value: three, validator: "not\e[2J yet"}}}
zones: {type: str, multiselect: true, choices: [a, b, c], default: [a]}
sure: {type: bool, default: false}
word: {type: str, secret: true, default: none}
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Any:  # noqa: ANN401  # pexpect has no types
    """The program, in a terminal of its own."""
    template = tmp_path / "template"
    template.mkdir()
    (template / "copier.yml").write_text(CONFIG, encoding="utf-8")
    (template / "file.jinja").write_text("{{ name }} {{ kind }} {{ zones }} {{ sure }} {{ word }}", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    return pexpect.spawn(
        sys.executable,
        ["-c", PROGRAM],
        cwd=tmp_path,
        env=environment,
        dimensions=(50, 110),
        encoding="utf-8",
        timeout=30,
    )


def test_every_kind_of_question(terminal: Any) -> None:  # noqa: ANN401  # as above
    """Text with a validator, a choice, several, yes or no, a password; escape sequences are only text."""
    terminal.logfile_read = screen = io.StringIO()
    terminal.expect_exact(r"\x1b[41mName\x1b]0;title\x07?")
    terminal.send("bad" + ENTER)
    terminal.expect_exact("say good")
    terminal.send("good" + ENTER)
    terminal.expect_exact(r"\x1b[31mSecond")
    terminal.expect_exact(r"not\x1b[2J yet")
    terminal.send(ENTER)
    terminal.expect_exact("zones")
    terminal.send(DOWN + SPACE + ENTER)
    terminal.expect_exact("sure")
    terminal.send("y")
    terminal.expect_exact("word")
    terminal.send("x" + ENTER)
    terminal.expect_exact("""RENDERED [b"good two ['a', 'b'] True nonex"]""")
    terminal.expect(pexpect.EOF)
    for hostile in ("\x1b[41m", "\x1b]0;title", "\x1b[31mSecond"):
        assert hostile not in screen.getvalue()


def test_ctrl_c_ends_it(terminal: Any) -> None:  # noqa: ANN401  # as above
    """With the exit code for that."""
    terminal.expect_exact("Name")
    terminal.send(CTRL_C)
    terminal.expect_exact("ENDED 130")
    terminal.expect(pexpect.EOF)
