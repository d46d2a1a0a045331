"""`scaffold template lint` on hostile input: an answer within limits, and nothing of the template runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from harness import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lint_cases import CLEAN, HOSTILE, asked, config, make_repository, write

from scaffold.errors import ScaffoldError
from scaffold.git import environment, git
from scaffold.lint import lint
from scaffold.lint.known import QUESTION_KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the template is: in a folder of its own, so that there is something around it."""
    folder = tmp_path / "around" / "template"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("trick", HOSTILE)
def test_hostile_input_is_a_finding(trick: str, root: Path) -> None:
    """Whatever a template holds, it is answered within limits, with a file and a line."""
    files, code = HOSTILE[trick]
    write(root, files)
    found = lint(root, ignore=["D", "F002"]).findings
    assert code in {finding.code for finding in found} or not code, found
    for finding in found:
        assert finding.line >= 1


def test_too_many_files(root: Path, scaffold: Run) -> None:
    """A folder that is no template's, such as a home, is refused in a line."""
    write(root, CLEAN)
    deep = root.joinpath(*["d"] * 60)
    deep.mkdir(parents=True)
    result = scaffold("template", "lint", str(root))
    assert result.code == 1
    assert "deep" in result.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "expression",
    [
        "{{ 'a' * 10 ** 11 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ ('a' * 40 + '!') | regex_search('^(a+)+$') }}",
        "{{ lipsum(100000000) }}",
    ],
)
def test_an_endless_expression_is_stopped(expression: str, root: Path) -> None:
    """Time and memory of evaluation are limited, also inside a regular expression."""
    if os.name == "nt":
        pytest.skip("limits of a process are POSIX's")
    write(root, {**CLEAN, **asked(f"type: str\ndefault: {json.dumps(expression)}")})
    assert [(found.code, found.line) for found in lint(root, select=["D"]).findings] == [("D005", 7)]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is of no use, or unknown")
def test_the_limit_of_memory_counts_from_what_is_taken_already() -> None:
    """A free-threaded interpreter takes addresses for 1 GiB at its start, of which it uses almost none."""
    program = (
        "import mmap; from scaffold import memory; taken = mmap.mmap(-1, 2 << 30); memory.limit(256 << 20);"
        "held = bytearray(128 << 20); print('within'); bytearray(2 << 30)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "within\n", done.stderr
    assert done.stderr.endswith("MemoryError\n")


@pytest.mark.slow
def test_nothing_of_a_template_runs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules in a template's folder are not imported, its tasks and extensions not run, its sandbox not left."""
    monkeypatch.chdir(root)
    trap = f"open({str(root / 'ran')!r}, 'w')\n"
    write(
        root,
        {
            **CLEAN,
            **config(f"_tasks: ['touch {root}/ran']\n_jinja_extensions: [evil.E]\n"),
            **{
                f"{name}.py": trap for name in ("jinja2", "yaml", "evil", "scaffold", "sitecustomize", "signal", "json")
            },
            "a.jinja": "{{ cycler.__init__.__globals__.os.system('touch ran') }}",
        },
    )
    lint(root)
    assert not (root / "ran").exists()


WORDS = st.sampled_from(
    re.split(
        " ",
        "_exclude _tasks _envops type str int default choices when validator multiselect secret true no 3.10 [a] {{ }} "
        "{% if %} {% endif %} x | - : & * ! << ? # > ' \" !include copier.yml \n \n  ---",
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
KEYS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | WORDS
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def lint_anything(root: Path, content: bytes) -> None:
    """Lint it as copier.yml, as a template, and as a name; a refusal is as good as findings."""
    (root / "copier.yml").write_bytes(content)
    (root / "a.py.jinja").write_bytes(content)
    try:
        found = lint(root, ignore=["D", "F002", "P001", "P002"]).findings
    except ScaffoldError:
        return
    for finding in found:
        assert finding.path
        assert finding.line >= 1
        assert finding.message.isprintable()


FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.mark.slow
@FUZZ
@given(content=st.binary(max_size=200) | st.lists(WORDS, max_size=20).map(lambda words: " ".join(words).encode()))
def test_random_bytes_give_no_traceback(content: bytes, root: Path) -> None:
    """Bytes that mean nothing, and words of the format in any order."""
    lint_anything(root, content)


@pytest.mark.slow
@FUZZ
@given(tree=TREES)
def test_random_yaml_gives_no_traceback(tree: object, root: Path) -> None:
    """YAML of any shape."""
    lint_anything(root, yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@FUZZ
@given(
    specs=st.dictionaries(st.sampled_from("abc_"), st.dictionaries(st.sampled_from(QUESTION_KEYS), TREES), max_size=3)
)
@pytest.mark.slow
def test_random_questions_give_no_traceback(specs: dict[str, object], root: Path) -> None:
    """Questions with values of any shape, evaluated too."""
    (root / "copier.yml").write_bytes(yaml.safe_dump(specs, allow_unicode=True).encode("utf-8", "replace"))
    lint(root)


def test_no_program_of_a_repository_runs(root: Path, tmp_path: Path) -> None:
    """A repository that says by which program missing objects are to be fetched is not obeyed."""
    write(root, CLEAN)
    make_repository(root, later=False)
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(root),
        "remote.origin.uploadPack": f"touch '{tmp_path / 'ran'}'; git-upload-pack",
        "core.fsmonitor": f"touch '{tmp_path / 'ran'}'",
    }
    own = environment()
    git("tag", "-a", "v1.0.0", "-m", "one", cwd=root, env=own)
    tag = git("rev-parse", "v1.0.0", cwd=root, env=own)[1].decode().strip()
    (root / ".git" / "objects" / tag[:2] / tag[2:]).unlink()
    for name, value in settings.items():
        git("config", name, value, cwd=root, env=own)
    lint(root, select=["P"])
    assert not (tmp_path / "ran").exists()
