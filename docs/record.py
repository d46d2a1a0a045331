"""Record a real session in a pseudo-terminal as docs/session.svg: `nox -s record`."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pexpect
import pyte
from rich.console import Console
from rich.text import Text

COLUMNS, LINES = 100, 45
ENTER, DOWN = "\r", "\x1b[B"
COMMAND = ["new", "fetcher", "--no-long-running"]
DIALOGUE = [  # what to wait for, and what to type then
    ("What should run in threads?", ENTER),
    ("What do you need back from a job?", ENTER),
    ("What takes most of a job's time?", DOWN),
    ("one more question", ENTER),
    ("Where is the computing done?", ENTER),
    ("Shall it be this?", ENTER),
    ("In which order do you want the results?", DOWN + ENTER),
    ("Write this project to fetcher?", ENTER),
]
USER = {"NAME": "Ada Lovelace", "EMAIL": "ada@example.org"}
PICTURED = {  # after which of them the screen is in the picture: a page is gone when the next one is drawn
    "What should run in threads?",
    "Where is the computing done?",
    "Shall it be this?",
    "Write this project to fetcher?",
}


def main() -> None:
    """Run the dialogue and write the picture."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.Stream(screen)
    stream.feed(f"$ scaffold {' '.join(COMMAND)}\r\n")
    user = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in USER.items()}
    pages: list[Text] = []
    with tempfile.TemporaryDirectory() as where:
        child = pexpect.spawn(
            sys.executable,
            ["-m", "scaffold", *COMMAND],
            cwd=where,
            env=os.environ | {"TERM": "xterm-256color", "GIT_CONFIG_GLOBAL": "/nowhere/nothing"} | user,
            dimensions=(LINES, COLUMNS),
            encoding="utf-8",
        )
        for question, keys in DIALOGUE:
            seen = ""
            while question not in seen:
                seen += _read(child, stream, where, timeout=30)
            with suppress(pexpect.TIMEOUT):
                while True:
                    _read(child, stream, where, timeout=1)  # until the whole page is drawn
            if question in PICTURED:
                pages.append(_text(screen))
            child.send(keys)
        with suppress(pexpect.EOF):
            while True:
                _read(child, stream, where, timeout=30)
    pages.append(_text(screen))
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    console.print(
        Text("\n\n").join(page if number == 0 else _without_command(page) for number, page in enumerate(pages))
    )
    picture = re.sub(r"@font-face \{.*?\}\n", "", console.export_svg(title="scaffold new"), flags=re.DOTALL)
    Path(__file__).with_name("session.svg").write_text(picture, encoding="utf-8")


def _read(child: pexpect.spawn, stream: pyte.Stream, where: str, *, timeout: int) -> str:
    read: str = child.read_nonblocking(65_536, timeout).replace(where, "~/code")
    stream.feed(read)
    return read


def _without_command(page: Text) -> Text:
    return Text("\n").join(page.split("\n")[1:])


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
