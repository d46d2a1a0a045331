"""Modules that `scaffold add` wrote are formatted, free of lint, typed, and pass their own tests beside each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import pythons
from sampling import EVERY_WAY, one_of
from test_add import LAYOUTS, make
from test_generated import check, ruff, write
from variants import DEFAULTS, LONG, VARIANTS, Variant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness import Run

    from scaffold.questions import Answers
    from scaffold.template import Template

PACKAGES = {"acme.net": "src/acme/net", f"acme.{LONG}.{LONG}": f"src/acme/{LONG}/{LONG}"}


@pytest.fixture(params=["3.10", "3.11"])
def python(request: pytest.FixtureRequest) -> str:
    """The oldest Python of a project: all else that is newer changes nothing."""
    version: str = request.param
    return version


def with_modules(tmp_path: Path, template: Template, python: str, packages: Sequence[str]) -> Path:
    """A project with every design in every variant, in each of the packages."""
    pyproject = next(
        content
        for path, content in DEFAULTS[0].render(template, python=python).items()
        if path.name == "pyproject.toml"
    )
    (tmp_path / "pyproject.toml").write_bytes(pyproject)
    for package in packages:
        directory = PACKAGES[package]
        make(tmp_path, {"src/acme/__init__.py": "", f"{directory}/__init__.py": ""})
        for number, variant in enumerate(VARIANTS):
            module = f"{'short' if package == 'acme.net' else LONG[:30]}_{number}"
            where = {"package": package, "directory": directory, "module": module}
            answers = variant.module_answers(template, **{**where, "python": python})
            write(template.render(answers), tmp_path)
    return tmp_path


@pytest.mark.slow
def test_modules_are_formatted_and_free_of_lint(tmp_path: Path, template: Template, python: str) -> None:
    """In packages with short and long names, since a line's length and an import's place depend on them."""
    modules = with_modules(tmp_path, template, python, [*PACKAGES])
    check(ruff("format", "--check", "."), modules)
    check(ruff("check", "."), modules)
    for path in modules.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), path
        assert "\n\n\n\n" not in text, path
        assert not re.search(r"\bwork\.py", text), path  # a module's own is called otherwise


@pytest.mark.slow
def test_modules_are_typed(
    tmp_path: Path, template: Template, python: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`mypy --strict` and pyright's strict mode."""
    modules = with_modules(tmp_path, template, python, [*PACKAGES][:1])
    cache = tmp_path_factory.mktemp("mypy")
    check([sys.executable, "-m", "mypy", "--cache-dir", str(cache)], modules)
    if python == "3.10" and not EVERY_WAY:  # nearly all of it is the same, and pyright takes its time
        return
    settings = '{"include": ["src", "tests"], "typeCheckingMode": "strict", "extraPaths": ["src"]}'
    (modules / "pyrightconfig.json").write_text(settings, encoding="utf-8")
    check([sys.executable, "-m", "basedpyright"], modules)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "options"),
    [
        *((version, []) for version in pythons.found() if version == pythons.newest() or version.endswith("t")),
        (pythons.oldest(), ["--import-mode=importlib"]),
    ],
)
def test_all_designs_are_tested_in_one_process(
    tmp_path: Path, template: Template, version: str, options: list[str]
) -> None:
    """Though none is installed: only pytest is told where the package is."""
    together = [each for each in DEFAULTS if EVERY_WAY or not each.options]  # with processes it takes a minute longer
    make(tmp_path, {"src/acme/__init__.py": ""})
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\npythonpath = ["src"]\nfilterwarnings = ["error"]\ntimeout = 60\n', encoding="utf-8"
    )
    for number, variant in enumerate(together):
        where: Answers = {"package": "acme", "directory": "src/acme", "module": f"m{number}"}
        oldest: Answers = {"python": version} if version == "3.10" else {}
        answers = variant.module_answers(template, **where, **oldest)
        write(template.render(answers), tmp_path)
    program = [pythons.with_pytest(version), "-c", "import sys, pytest; sys.path.pop(0); sys.exit(pytest.main())"]
    check([*program, "-q", "-p", "no:cacheprovider", *options], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("turn", "layout"), [*enumerate(["new", *LAYOUTS])], ids=["new", *LAYOUTS])
def test_three_modules_pass_their_tests_in_every_layout(here: Path, scaffold: Run, turn: int, layout: str) -> None:
    """By the command that is printed: of a new project each, elsewhere one of them, another in each layout."""
    if layout == "new":
        assert scaffold("new", "demo", "--defaults").code == 0
        project = here / "demo"
    else:
        project = make(here / "the project", {**LAYOUTS[layout], "tests/conftest.py": ""})
    shapes = ("service", "heterogeneous", "one-off")
    printed: dict[str, str] = {}
    for shape in shapes:
        done = scaffold("add", str(project), "--defaults", "--shape", shape, "--module", shape.replace("-", "_"))
        assert done.code == 0, done.err
        printed[shape] = done.out.partition("Next:\n")[2].partition("\n\n")[0]
    for shape in shapes if layout == "new" else one_of(shapes, turn):
        program = printed[shape].replace("python -m pytest", f"{pythons.with_pytest(pythons.newest())} -m pytest -q")
        installed = os.environ | {
            "PYTHONPATH": os.pathsep.join(str(project / name) for name in ("src", "lib", "python"))
        }
        tested = subprocess.run(["sh", "-e", "-c", program], env=installed, capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        assert " passed in " in tested.stdout


@pytest.mark.parametrize(
    "variant", [each for each in DEFAULTS if each.options.get("kind") != "cluster"], ids=lambda variant: variant.name
)
def test_a_module_is_the_projects_but_for_its_surroundings(template: Template, variant: Variant) -> None:
    """The project's files are in tests/golden.

    The machinery is the same, its tests hold in addition what a project has in conftest.py, and the work lacks what
    only a program needs.
    """
    answers = variant.module_answers(template, package="demo", directory="src/demo")
    files = {str(path): content.decode() for path, content in template.render(answers).items()}
    project = {str(path): content.decode() for path, content in variant.render(template).items()}
    name = answers["module"]
    assert files.keys() == {
        f".copier-answers.{name}.yml",
        f"src/demo/{name}.py",
        f"src/demo/{name}_work.py",
        f"tests/test_{name}.py",
        f"tests/test_{name}_work.py",
    }
    assert files[f"src/demo/{name}.py"] == project[f"src/demo/{name}.py"]

    def lines(text: str) -> set[str]:
        """All but imports, with the names that files have in a project."""
        text = re.sub(rf"\b(test_)?{name}_work\b", r"\1work", text)
        return {line for line in text.splitlines() if not line.lstrip().startswith(("import ", "from "))}

    assert lines(project[f"tests/test_{name}.py"]) <= lines(files[f"tests/test_{name}.py"])
    assert lines(files[f"src/demo/{name}_work.py"]) <= lines(project["src/demo/work.py"])
    assert lines(files[f"tests/test_{name}_work.py"]) <= lines(project["tests/test_work.py"])
