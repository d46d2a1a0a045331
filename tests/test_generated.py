"""What is generated is formatted, free of lint, typed, and passes its own tests on every Python found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import pythons
from sampling import EVERY_WAY, every, one_of
from variants import DEFAULTS, LONG, VARIANTS, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path, PurePosixPath

    from scaffold.template import Template

PLAIN_CLUSTER = {"order": "finished", "on_error": "collect", "kind": "cluster"}
DESIGNS = sorted({variant.design for variant in VARIANTS})
NAMES = {"demo": {}, "longest": {"name": LONG, "package": LONG, "module": LONG[::-1]}}


def write(files: Mapping[PurePosixPath, bytes], where: Path) -> Path:
    """Put a rendered project on the disk."""
    for path, content in files.items():
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_bytes(content)
    return where


def check(command: list[str], where: Path, **environment: str) -> None:
    """Run a tool in the project; it must be content."""
    done = subprocess.run(
        command, cwd=where, env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def ruff(*arguments: str) -> list[str]:
    """Ruff as installed beside these tests."""
    return [sys.executable, "-m", "ruff", *arguments, "--no-cache"]


def check_form(where: Path) -> None:
    """Ruff finds nothing in any project here. It goes by each one's own settings, and starts once for all of them."""
    check(ruff("format", "--check", "."), where)
    check(ruff("check", "."), where)


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("design", DESIGNS)
def test_output_is_formatted_and_free_of_lint(tmp_path: Path, template: Template, design: str, names: str) -> None:
    """With names of any length, since a line's length and an import's place depend on them."""
    for variant in VARIANTS:
        if variant.design == design:
            write(variant.render(template, **NAMES[names]), tmp_path / variant.name)
    check_form(tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name != "LICENSE":
            text = path.read_text(encoding="utf-8")
            assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), path
            assert "\n\n\n\n" not in text, path


@pytest.mark.parametrize("python", ["3.10", "3.15"])
def test_no_newer_syntax_is_asked_for(tmp_path: Path, template: Template, python: str) -> None:
    """Whatever the oldest Python is that the project is for."""
    for variant in DEFAULTS:
        write(variant.render(template, python=python), tmp_path / variant.name)
    check_form(tmp_path)


@pytest.mark.slow
def test_a_plugin_that_pytest_warns_of_stops_no_tests(tmp_path: Path, template: Template) -> None:
    """Such as pytest-asyncio, whose option without a value is deprecated; other warnings stay errors."""
    project = write(DEFAULTS[0].render(template), tmp_path / "demo")
    (tmp_path / "noisy.py").write_text(
        "import warnings\nimport pytest\n\n\ndef pytest_configure(config):\n"
        "    warnings.warn(pytest.PytestDeprecationWarning('an option is unset'))\n",
        encoding="utf-8",
    )
    collect = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "noisy"]
    check(collect, project, PYTHONPATH=f"{tmp_path}:{project / 'src'}")


def check_types(project: Path, cache: Path, number: int) -> None:
    """`mypy --strict`, with a cache that projects share, each with a number of its own."""
    for path in project.rglob("*"):
        os.utime(path, (number, number))  # or mypy's cache takes files of one second and size for the same file
    check([sys.executable, "-m", "mypy", "--cache-dir", str(cache)], project)


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.10", "3.15"])
def test_output_is_typed(tmp_path: Path, template: Template, python: str) -> None:
    """`mypy --strict` and pyright's strict mode, for the oldest and the newest Python, all designs with all options."""
    sources = []
    for number, variant in enumerate(VARIANTS):
        if variant.options.get("python", python) != python and python == "3.10":
            continue
        project = tmp_path / variant.name
        write(variant.render(template, python=python, package=f"package{number}"), project)
        sources.append(project / "src")
        check_types(project, tmp_path / "cache", number)
    if python != "3.15" and not EVERY_WAY:  # nearly all of it is the same, and pyright takes its time
        return
    paths = ", ".join(f'"{path}"' for path in sources)
    (tmp_path / "pyrightconfig.json").write_text(
        f'{{"include": [{paths}], "typeCheckingMode": "strict", "extraPaths": [{paths}], "pythonVersion": "{python}"}}',
        encoding="utf-8",
    )
    check([sys.executable, "-m", "basedpyright", "-p", str(tmp_path)], tmp_path)


def suits(version: str, variant: Variant) -> bool:
    """Whether this variant is tried on this Python."""
    if version == "3.10" and variant.options.get("python") == "3.11":
        return False
    if variant.options.get("kind") == "cluster":
        sees_all = variant.options == PLAIN_CLUSTER  # Dask takes its time, and does not see the options
        return pythons.tries_a_cluster(version) if sees_all else EVERY_WAY and version == pythons.oldest()
    if version.endswith("t"):
        return True
    turn = VARIANTS.index(variant)
    if not pythons.matters_most(version):
        between = [each for each in pythons.found() if not pythons.matters_most(each)]
        return variant.is_default and version in every(between, 2, turn % 2)
    return variant.is_default or version in one_of((pythons.oldest(), pythons.newest()), turn)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variant", "version"),
    [(variant, version) for variant in VARIANTS for version in pythons.found() if suits(version, variant)],
    ids=lambda value: value.name if isinstance(value, Variant) else value,
)
def test_its_own_tests_pass(tmp_path: Path, template: Template, variant: Variant, version: str) -> None:
    """On each Python found that the project is for, on those in between half of the designs."""
    oldest = {} if "python" in variant.options or version != "3.10" else {"python": version}
    project = write(variant.render(template, **oldest), tmp_path)
    check([pythons.with_pytest(version), "-m", "pytest", "-q", "-p", "no:cacheprovider"], project, PYTHONPATH="src")


def test_the_pythons_that_ci_has_are_tried() -> None:
    """A machine of ours that lost one would otherwise pass silently; newer ones are brought by .ci/run if it can."""
    if "CI" in os.environ:
        assert {"3.10", "3.11", "3.12", "3.13"} <= set(pythons.found())


@pytest.mark.parametrize("variant", DEFAULTS, ids=lambda variant: variant.name)
def test_the_golden_tree_is_what_is_rendered(template: Template, variant: Variant, golden: Path) -> None:
    """So that a change of a template shows in the diff as what it does; `nox -s golden` writes them anew."""
    rendered = {str(path): content.decode() for path, content in variant.render(template).items()}
    tree = golden / variant.name
    if os.environ.get("SCAFFOLD_WRITE_GOLDEN"):
        shutil.rmtree(tree, ignore_errors=True)
        write(variant.render(template), tree)
    kept = {
        path.relative_to(tree).as_posix(): path.read_text(encoding="utf-8")
        for path in tree.rglob("*")
        if path.is_file()
    }
    assert kept == rendered
