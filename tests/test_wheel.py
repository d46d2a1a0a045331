"""The wheel, installed in a fresh environment, is the whole product."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, contents, files_below

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(ROOT)]
    subprocess.run(command, check=True)
    [built] = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of an environment with nothing but the wheel and what it needs."""
    home = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(home, with_pip=True)
    subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    return home / "bin"


def test_it_is_named_for_the_index_and_carries_the_templates(wheel: Path) -> None:
    """Every file of them, and no Python source that pip would byte-compile among them."""
    assert wheel.name.startswith("scaffold_threads-")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("scaffold/templates/")}
    shipped = {name.removeprefix("scaffold/templates/") for name in names}
    assert shipped == set(files_below(ROOT / "templates"))
    assert not [name for name in shipped if name.endswith(".py")]


@pytest.mark.parametrize(
    "command", [("new", "demo", "--defaults"), ("template", "new", "demo"), ("template", "eject", "demo")], ids=" ".join
)
def test_the_installed_command_writes_what_the_checkout_writes(
    installed: Path, here: Path, scaffold: Run, command: tuple[str, ...]
) -> None:
    """From any directory, without the checkout."""
    (here / "elsewhere").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command_line = [str(installed / "scaffold"), *command]
    subprocess.run(command_line, cwd=here / "elsewhere", env=environment, check=True, capture_output=True)
    assert scaffold(*command).code == 0
    assert contents(here / "elsewhere" / "demo") == contents(here / "demo")


def test_the_package_has_a_command_of_its_own_name(installed: Path) -> None:
    """What `uvx scaffold-threads` and `pipx run scaffold-threads` run."""
    shown = [
        subprocess.run([str(installed / name), "--version"], capture_output=True, text=True, check=True).stdout
        for name in ("scaffold", "scaffold-threads")
    ]
    assert shown[0] == shown[1] != ""


def test_the_three_next_steps_pass(installed: Path, tmp_path: Path) -> None:
    """As printed after `scaffold new`, in a shell."""
    done = subprocess.run(
        [str(installed / "scaffold"), "new", "demo two", "--defaults"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    after = done.stdout.partition("Next:\n")[2]
    steps = [line.strip() for line in after.splitlines()[:3]]
    assert len(steps) == 3
    tested = subprocess.run(
        ["sh", "-e", "-c", "\n".join(steps)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert " passed in " in tested.stdout.splitlines()[-1]


@pytest.mark.parametrize("word", ["--sh", "--shape ser", "adv"])
def test_completion_in_bash(installed: Path, tmp_path: Path, word: str) -> None:
    """Typer's script, loaded by a real bash, offers commands, flags and answers."""
    line = word if word == "adv" else f"new {word}"
    script = f"""
    source <({installed / "scaffold"} --show-completion bash)
    COMP_WORDS=(scaffold {line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
    $(complete -p scaffold | sed 's/.*-F \\([^ ]*\\).*/\\1/') scaffold
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{installed}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = {"--sh": {"--shape", "--show"}, "--shape ser": {"service"}, "adv": {"advise"}}[word]
    assert expected <= set(done.stdout.split()), done.stderr
