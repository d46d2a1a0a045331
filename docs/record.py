"""Record a real session in a pseudo-terminal as docs/session.svg: `nox -s record`."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from pathlib import Path

import pexpect
import pyte
from rich.console import Console
from rich.text import Text

COLUMNS, LINES = 100, 200
ENTER, DOWN = "\r", "\x1b[B"
COMMAND = ["new", "fetcher", "--no-long-running"]
DIALOGUE = [  # what to wait for, and what to type then
    ("What does the work look like?", ENTER),
    ("Do you need something back", ENTER),
    ("What does a task spend its time on?", ENTER),
    ("In which order do you want the results?", DOWN + ENTER),
    ("Write this project to fetcher?", ENTER),
]


def main() -> None:
    """Run the dialogue and write the picture."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.Stream(screen)
    stream.feed(f"$ scaffold {' '.join(COMMAND)}\r\n")
    with tempfile.TemporaryDirectory() as where:
        child = pexpect.spawn(
            sys.executable,
            ["-m", "scaffold", *COMMAND],
            cwd=where,
            env=os.environ
            | {"PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm-256color", "GIT_CONFIG_GLOBAL": "/nowhere/nothing"},
            dimensions=(LINES, COLUMNS),
            encoding="utf-8",
        )
        for question, keys in DIALOGUE:
            child.expect_exact(question)
            stream.feed(child.before + child.after)
            time.sleep(0.5)  # until the whole list of choices is drawn
            child.send(keys)
        child.expect(pexpect.EOF)
        stream.feed(child.before)
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    console.print(_text(screen))
    picture = re.sub(r"@font-face \{.*?\}\n", "", console.export_svg(title="scaffold new"), flags=re.DOTALL)
    Path(__file__).with_name("session.svg").write_text(picture, encoding="utf-8")


def _text(screen: pyte.Screen) -> Text:
    lines: list[Text] = []
    for number in range(screen.lines):
        line = Text()
        for column in range(screen.columns):
            cell = screen.buffer[number][column]
            colour = None if cell.fg == "default" else cell.fg if cell.fg.isalpha() else f"#{cell.fg}"
            line.append(cell.data, f"{'bold ' if cell.bold else ''}{colour or ''}".strip() or None)
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return Text("\n").join(lines)


if __name__ == "__main__":
    main()
