"""Replacing the owner's files is all that it takes: no test of the machinery fails, and the program does the new work.

tests/own has works of an owner's own by the form that a design gives them. The first lines of each say how it is run,
and what comes out.
"""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
import pythons
from sampling import EVERY_WAY, every, one_of
from test_generated import check, check_types, write
from variants import DEFAULTS, VARIANTS, Variant

if TYPE_CHECKING:
    from scaffold.template import Template

OWN = Path(__file__).parent / "own"
TICK = '\n    def tick(self) -> None:\n        """Nothing regular."""\n'
OF_EXAMPLES = ("word", "SHA-256", "compress", "gz", "duplicate", "directory", "size of a file")
"""What the examples speak of."""


def form_of(variant: Variant) -> str:
    """Which of the folders has works for it."""
    results, options = variant.options.get("results", True), variant.options
    plain = "" if results else "_plain"
    if variant.design == "thread/task":
        return "task" + plain if options.get("state") else "function"
    if variant.design == "thread/service":
        return ("periodic" if options.get("work") == "periodic" else "inbox") + plain
    return {"threadpool/task": "function"}.get(variant.design, variant.design.rpartition("/")[2])


@dataclass(frozen=True)
class OwnWork:
    """A work of an owner's own."""

    path: Path

    @property
    def source(self) -> str:
        """Without its first lines."""
        return re.sub(r"\A(# \w+:.*\n)+", "", self.path.read_text(encoding="utf-8"))

    def says(self, key: str) -> str:
        """One of its first lines."""
        found = re.search(rf"^# {key}: (.*)$", self.path.read_text(encoding="utf-8"), re.MULTILINE)
        return found[1] if found else ""

    def put_into(self, project: Path, variant: Variant) -> None:
        """Replace the example, as its owner would."""
        source = self.source + (TICK if variant.options.get("work") == "both" else "")
        (project / "src/demo/work.py").write_text(source, encoding="utf-8")
        (project / "tests/test_work.py").unlink(missing_ok=True)

    @property
    def description(self) -> str:
        """What `--help` has to say."""
        defined = {getattr(node, "name", ""): node for node in ast.parse(self.source).body}
        node = defined.get("Work") or defined.get("work")
        return (node and ast.get_docstring(node)) or ""  # type: ignore[arg-type]  # a class or a function


TURNS = every(range(len(VARIANTS)), 6, 3)
"""Of those that are not made by default, every sixth."""


def works(form: str, *, good: bool) -> list[OwnWork]:
    """Those of a form; the others are wrong, and have to be told so."""
    return [OwnWork(path) for path in sorted((OWN / form).glob("*.py")) if path.stem.startswith("bad_") is not good]


def named(value: object) -> str:
    """A test's name."""
    return value.name if isinstance(value, Variant) else f"{value.path.stem}" if isinstance(value, OwnWork) else ""


def run(project: Path, python: str, work: OwnWork) -> subprocess.CompletedProcess[str]:
    """Run the program as its first lines say."""
    return subprocess.run(
        [python, "-m", "demo", *work.says("run").split()],
        cwd=project,
        env=os.environ | {"PYTHONPATH": "src"},
        input=work.says("stdin").replace("\\n", "\n"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def does_its_work(done: subprocess.CompletedProcess[str], work: OwnWork, *, all_of_it: bool) -> None:
    """It printed what the work says; where a variant stops at the first error or result, some of it."""
    expected = list(filter(None, work.says("out").split(" | ")))
    if all_of_it:
        assert sorted(done.stdout.splitlines()) == sorted(expected), done.stderr
        assert done.returncode == int(work.says("code")), done.stderr
        assert work.says("err") in done.stderr
    else:
        assert set(done.stdout.splitlines()) <= set(expected), done.stderr
        assert done.returncode in {0, int(work.says("code"))}, done.stderr
    if "log" not in work.path.stem:
        assert "Traceback" not in done.stderr or "ERROR: " in done.stderr or "CRITICAL: " in done.stderr


@pytest.mark.parametrize("variant", VARIANTS, ids=named)
def test_nothing_of_the_machinery_knows_the_work(template: Template, variant: Variant) -> None:
    """Neither the module nor cli.py, and no test but test_work.py; in a module of `scaffold add` neither."""
    for answers in (variant.answers(template), variant.module_answers(template, package="demo", directory="src/demo")):
        owned = template.owned(answers)
        assert owned
        for path, content in template.render(answers).items():
            if path.suffix == ".py" and path not in owned:
                assert not re.search(r"(\w*\bwork|_work|__main__) import|demo\.(\w*work|__main__)\b", content.decode())


@pytest.mark.parametrize("variant", DEFAULTS, ids=named)
def test_the_owners_files_say_so(template: Template, variant: Variant) -> None:
    """In their first lines; there are three of a project, and two of a module."""
    answers = variant.answers(template)
    rendered = template.render(answers)
    assert {str(path) for path in template.owned(answers)} == {
        "src/demo/work.py",
        "tests/test_work.py",
        "src/demo/__main__.py",
    }
    for path in template.owned(answers):
        assert re.search(r"\byours?\b", "".join(rendered[path].decode().splitlines(keepends=True)[:4]), re.IGNORECASE)
    answers = variant.module_answers(template, package="demo", directory="src/demo", module="pool")
    assert template.owned(answers) == {
        PurePosixPath("src/demo/pool_work.py"),
        PurePosixPath("tests/test_pool_work.py"),
    }


@pytest.mark.parametrize("variant", VARIANTS, ids=named)
def test_readme_and_agents_are_short(template: Template, variant: Variant) -> None:
    """And speak of your work, not of the example; what is long is in docs/WHY.md."""
    rendered = {str(path): content.decode() for path, content in variant.render(template).items()}
    assert len(rendered["README.md"].splitlines()) <= 60
    assert len(rendered["AGENTS.md"].splitlines()) <= 25
    assert not [word for word in OF_EXAMPLES if re.search(rf"\b{word}", rendered["README.md"] + rendered["AGENTS.md"])]
    assert rendered["README.md"].count("\n- **") == 3
    assert rendered["docs/WHY.md"].count("\n- **") > 8
    assert "AGENTS.md" not in {str(path) for path in variant.render(template, agents=False)}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "variant", [variant for turn, variant in enumerate(VARIANTS) if variant.is_default or turn in TURNS], ids=named
)
def test_an_own_work_is_all_that_has_to_be_replaced(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, template: Template, variant: Variant
) -> None:
    """Every other test passes, types are strict, `--help` describes the new work; on the oldest or newest Python."""
    turn = VARIANTS.index(variant)
    for number, work in enumerate(one_of(works(form_of(variant), good=True), turn), turn):
        project = write(variant.render(template), tmp_path / work.path.stem)
        work.put_into(project, variant)
        version = pythons.oldest() if number % 2 else pythons.newest()
        if variant.options.get("python") == "3.11" and version == "3.10":
            version = pythons.newest()
        python = pythons.with_pytest(version)
        check_types(project, tmp_path_factory.getbasetemp() / "mypy", 100 * turn + number)
        all_of_it = variant.options.get("on_error") != "stop" and variant.options.get("react") in {None, "as-completed"}
        done = run(project, python, work)
        does_its_work(done, work, all_of_it=all_of_it)
        helped = subprocess.run(
            [python, "-m", "demo", "--help"],
            cwd=project,
            env=os.environ | {"PYTHONPATH": "src"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert " ".join(work.description.split()) in " ".join(helped.stdout.split())
        assert not [word for word in OF_EXAMPLES if re.search(rf"\b{word}", helped.stdout)]
        if number == turn or variant.options.get("kind") != "cluster":  # which takes its time
            check([python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], project, PYTHONPATH="src")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variant", "work"),
    [(variant, work) for variant in VARIANTS for work in works(form_of(variant), good=False)],
    ids=named,
)
def test_a_work_that_cannot_be_used_is_one_line(
    tmp_path: Path, template: Template, variant: Variant, work: OwnWork
) -> None:
    """Exit code 1 or 2, and no traceback."""
    project = write(variant.render(template), tmp_path)
    work.put_into(project, variant)
    done = run(project, pythons.with_pytest(pythons.newest()), work)
    assert (done.stdout, done.returncode, len(done.stderr.splitlines())) == ("", int(work.says("code")), 1)
    assert done.stderr.startswith(work.says("err"))


STUCK = {
    "map": "def work(item: str) -> None:\n    {}",
    "jobs": "def stuck(item: str) -> None:\n    {}\n\nTASKS = {{'stuck': stuck}}",
    "function": "def work(item: str) -> None:\n    {}",
}
NEVER = "import threading; print('working', flush=True); threading.Event().wait()"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.parametrize("variant", [DEFAULTS[0], DEFAULTS[1], DEFAULTS[2]], ids=named)
def test_ctrl_c_at_any_moment_ends_the_program(tmp_path: Path, template: Template, variant: Variant) -> None:
    """Trap: one that comes just before a wait, or before the work has a handle, is lost; a busy machine shows it."""
    project = write(variant.render(template), tmp_path)
    (project / "src/demo/work.py").write_text(STUCK[form_of(variant)].format(NEVER) + "\n", encoding="utf-8")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some runners ignore Ctrl-C

    def press(item: int) -> tuple[int, str]:
        with subprocess.Popen(
            [sys.executable, "-m", "demo", str(item)],
            cwd=project,
            env=os.environ | {"PYTHONPATH": "src"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "working\n"
            child.send_signal(signal.SIGINT)
            try:
                out, err = child.communicate(timeout=30)
            finally:
                child.kill()
            return child.returncode, out + err

    with ThreadPoolExecutor(6) as executor:
        assert set(executor.map(press, range(240 if EVERY_WAY else 60))) == {(130, "")}
