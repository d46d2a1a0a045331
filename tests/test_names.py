"""Names: which are refused since they mean something else elsewhere, and how all others are shown."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import Run, files_below
from repositories import write

from scaffold import shell

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="names that Windows has not")

REAL = (
    "a name with spaces.txt",
    "[...slug].tsx",
    "(group)/page.tsx",
    "@scope/package.json",
    "+page.svelte",
    "_app.tsx",
    "$types.d.ts",
    ".github/CODEOWNERS",
    "desktop.ini",
    "console.log.txt",
    "com10.txt",
    "auxiliary.py",
    "nulls/con_.py",
    "Ünïcödé/日本語.md",
    "👩\u200d💻.md",
    "नमस्\u200dते.txt",
    "\ue0a0.txt",
    "naïve'quote.txt",
    "100%.txt",
    "a&b;c.txt",
    "file~",
    "#1.md",
    "trailing.dots..txt",
    ".scaffold.toml",
    "my.scaffold-x",
)
"""As real templates have them, and the neighbours of all that is refused."""


@pytest.mark.slow
def test_names_of_real_templates_are_rendered(here: Path, scaffold: Run) -> None:
    """Whatever works on every system, or is merely unusual; what a terminal cannot show is shown escaped."""
    write(here / "template", {"copier.yml": "a: 1\n", **dict.fromkeys(REAL, "text")})
    result = scaffold("new", "made", "--template", str(here / "template"), "--defaults")
    assert (result.code, result.err) == (0, "")
    assert set(files_below(here / "made")) == set(REAL)
    assert all(line.isprintable() for line in result.out.split("\n"))
    assert "\\ue0a0.txt" in result.out


@pytest.mark.slow
def test_expressions_in_names_of_a_template_hold_any_sign(here: Path, scaffold: Run) -> None:
    """Only what a name becomes has to work elsewhere."""
    name = "{% if a != 'x|y' and \"<>?*:\" %}{{ 'con' | replace('o', '0') }}.txt{% endif %}"
    write(here / "template", {"copier.yml": "a: 1\n", name: "text"})
    assert scaffold("new", "made", "--template", str(here / "template"), "--defaults").code == 0
    assert files_below(here / "made") == {"c0n.txt": b"text"}


@pytest.mark.parametrize(
    ("dest", "says"),
    [
        ("CON", "device on Windows"),
        ("nul.txt", "device on Windows"),
        ("lpt³", "device on Windows"),
        ("a.", "ends in a dot"),
        ("a ", "ends in a space"),
        ("a:b", "has a colon"),
        ("what?", "has a question mark"),
        (".scaffold-x", "begins with .scaffold-"),
        ("a\u202eb", "'a\\u202eb' has invisible characters"),
        ("a\x9bb", "has control characters"),
        ("a\udcffb", "bytes that are not UTF-8"),
    ],
)
@pytest.mark.parametrize("command", [["new"], ["template", "new"]], ids=" ".join)
def test_a_folder_that_could_not_be_elsewhere_is_not_made(
    here: Path, scaffold: Run, command: list[str], dest: str, says: str
) -> None:
    """In one line that a terminal only shows."""
    result = scaffold(*command, *(["--defaults"] if command == ["new"] else []), "--", dest)
    assert (result.code, result.err.count("\n"), list(here.iterdir())) == (2, 1, [])
    assert says in result.err
    assert result.err.startswith("error: DEST: " if command == ["new"] else "error: DIR: ")
    assert result.err[:-1].isprintable()


def test_a_folder_of_the_users_own_keeps_its_name(here: Path, scaffold: Run) -> None:
    """What is there already is theirs to name."""
    (here / "a:b").mkdir()
    assert scaffold("new", "a:b", "--defaults").code == 0


@pytest.mark.parametrize(
    ("flags", "flag"),
    [(["made", "--package", "aux"], "--package"), (["--name", "con"], "--name"), (["made", "--package", "com1"], "")],
)
def test_a_package_is_no_device_of_windows(here: Path, scaffold: Run, flags: list[str], flag: str) -> None:
    """The flag that changes it is named."""
    result = scaffold("new", *flags, "--defaults")
    assert (result.code, result.err.count("\n"), list(here.iterdir())) == (2, 1, [])
    assert "is the name of a device on Windows" in result.err
    assert flag in result.err


def test_a_module_is_no_device_of_windows(here: Path, scaffold: Run) -> None:
    """As a package is none."""
    assert scaffold("new", "made", "--defaults").code == 0
    before = files_below(here)
    result = scaffold("add", "made", "--module", "prn", "--defaults")
    assert (result.code, result.err.count("error: --module: 'prn' is the name of a device")) == (2, 1)
    assert files_below(here) == before


ODD = ("-rf", "--help", "a b", "it's", "a$(touch x)", "`touch x`", "-a ** b", "a;b")


@pytest.mark.parametrize("name", ODD)
def test_shown_commands_can_be_pasted(here: Path, scaffold: Run, name: str) -> None:
    """They mean exactly that folder, whatever it is called: it is entered, and the project in it is made again."""
    (here / name).mkdir()  # it is there, so its name is the user's affair
    result = scaffold("new", "--defaults", "--name", "made", "--author", "-x\x09*** '", "--", name)
    assert (result.code, result.err) == (0, "")
    lines = [line.strip() for line in result.out.splitlines()]
    entering = next(line for line in lines if line.startswith("cd ")).partition(" && ")[0]
    where = subprocess.run(["/bin/bash", "-c", f"{entering} && pwd -P"], capture_output=True, check=True, text=True)
    assert where.stdout == f"{(here / name).resolve()}\n"
    again = next(line for line in lines if line.startswith("scaffold new "))
    printed = subprocess.run(
        ["/bin/bash", "-c", f"scaffold() {{ printf '%s\\0' \"$@\"; }}; {again}"],
        cwd=here,
        capture_output=True,
        check=True,
    )
    words = printed.stdout.decode().split("\0")[:-1]
    made = files_below(here / name)
    (here / "copy").mkdir()
    assert words[1] == (f"./{name}" if name.startswith("-") else name)
    assert scaffold(words[0], "copy", *words[2:]).code == 0
    assert files_below(here / "copy") == made


@pytest.mark.parametrize(
    "word",
    [
        "",
        "plain",
        "-rf",
        "a b",
        "it's",
        "$HOME",
        "**",
        "a***b**",
        "\t***",
        "\x1b[31m",
        "\x7f",
        "é\u202e'\\",
        "a\nb",
        "\U000e0001",
    ],
)
def test_a_quoted_word_is_that_word_and_shows(word: str) -> None:
    """In bash, byte for byte; what is shown has no character that a terminal obeys, and no mark for bold text."""
    quoted = shell.quoted(word)
    done = subprocess.run(
        ["/bin/bash", "-c", f"printf %s {quoted}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert done.stdout.decode() == word
    assert quoted.replace("\n", "").isprintable()
    assert "**" not in quoted
    assert word.isprintable() is False or shlex.split(quoted) == [word]


@pytest.mark.slow
def test_advice_of_copier_about_its_own_flags_is_not_passed_on(here: Path, scaffold: Run) -> None:
    """Where it would have itself told to trust a template or a path."""
    write(here / "code", {"copier.yml": "_jinja_extensions: [jinja2.ext.do]\na: 1\n", "x": ""})
    outside = "a: 1\n_external_data: {e: \"{{ '../x.yml' }}\"}\n"
    write(here / "outside", {"copier.yml": outside, "x.jinja": "{{ _external_data.e }}"})
    tested = scaffold("template", "test", "code")
    made = scaffold("new", "made", "--template", "outside", "--defaults")
    assert (tested.code, made.code) == (4, 1)
    assert "loads extensions of Jinja (jinja2.ext.do): if it is yours, run with --trust" in tested.err
    assert '"../x.yml" is forbidden: it leads out of the project' in made.err
    said = tested.out + tested.err + made.err
    assert not any(word in said for word in ("UNSAFE", "copier copy/update", "override", "API"))
