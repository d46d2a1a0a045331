"""What a contributor runs: `nox -l` lists it. CI runs the same through .ci/run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "tests"]


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint, types, and whether all that is produced from the code is current."""
    session.install("-e", ".[test]", "nox")
    session.run("ruff", "format", "--check")
    session.run("ruff", "check")
    session.run("mypy")
    session.run("python", "docs/generate.py", "--check")
    session.run("zizmor", "--offline", "--strict-collection", "--no-progress", ".github/workflows")


@nox.session
def tests(session: nox.Session) -> None:
    """The fast tests; `nox -s tests -- -m slow` for the others."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", "-n", "2", *session.posargs)


@nox.session
def generate(session: nox.Session) -> None:
    """Write what is produced from the rules and the questions."""
    session.install("-e", ".")
    session.run("python", "docs/generate.py")


@nox.session
def record(session: nox.Session) -> None:
    """Record the session that README.md shows."""
    session.install("-e", ".", "pexpect", "pyte")
    session.run("python", "docs/record.py")


@nox.session
def golden(session: nox.Session) -> None:
    """Write the golden trees anew, after a change of the templates; then read the diff."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", "-q", "-k", "golden", env={"SCAFFOLD_WRITE_GOLDEN": "1"})


@nox.session
def release(session: nox.Session) -> None:
    """Add templates/ as a new version to the history that ships: `nox -s release -- "what changed"`."""
    session.install("-e", ".")
    session.run("python", "releases/release.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The rendered code beside its peers on each Python found, into docs/benchmarks.md; `-- --quick` for a try."""
    sys.path.append("tests")
    import pythons

    session.install("-e", ".")
    peers = nox.project.load_toml("pyproject.toml")["project"]["optional-dependencies"]["bench"]
    measured = []
    for version, interpreter in pythons.found().items():
        home = Path(".benchmarks", version).absolute()
        session.run(interpreter, "-m", "venv", str(home), external=True)
        python = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        for peer in peers:  # one that cannot be had on this Python is skipped, and the document says so
            session.run(python, "-m", "pip", "install", "--quiet", peer, external=True, success_codes=[0, 1])
        measured += ["--python", python]
    session.run("python", "benchmarks/run.py", *measured, *session.posargs)
    session.run("python", "benchmarks/processes.py", *measured)


@nox.session
def mutants(session: nox.Session) -> None:
    """Whether the tests that are generated notice when the machinery is broken; `-- thread/batch` for one design."""
    session.install("-e", ".", "mutmut>=3.8", "mypy", "pytest", "pytest-timeout", "tomli", "distributed")
    session.run("python", "benchmarks/mutants.py", *session.posargs)


_PROBED = ("beautifulsoup4", "openpyxl", "pillow", "requests", "zstandard")


@nox.session
def probe(session: nox.Session) -> None:
    """`scaffold probe` beside brute force, on known functions, into docs/probe.md: 45 minutes of a quiet machine.

    `-- probe --label quiet --only sleep` and the like run a part, `-- table` writes what was measured so far.
    """
    sys.path.append("tests")
    import pythons

    session.install("-e", ".")
    script = ("python", "benchmarks/probes.py")
    if session.posargs:
        session.run(*script, *session.posargs)
        return
    found = pythons.found()
    without_gil = [version for version in found if version.endswith("t")][-1:]
    for version in dict.fromkeys((pythons.oldest(), pythons.newest(), *without_gil)):
        interpreter = ("--python", found[version])
        session.run(*script, "probe", "--label", "quiet", *interpreter)
        session.run(*script, "brute", *interpreter)
        session.run(*script, "probe", "--label", "busy", *interpreter)
    home = Path(".benchmarks", "real").absolute()
    session.run(found[pythons.oldest()], "-m", "venv", str(home), external=True)
    real = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    session.run(real, "-m", "pip", "install", "--quiet", *_PROBED, external=True)
    for what in ("probe", "brute"):
        session.run(*script, what, "--python", real, "--functions", "benchmarks/real_functions.py")
    again = (word for name in ("sleep", "web_of_eight", "loop", "zlib_bytes", "half") for word in ("--only", name))
    session.run(*script, "probe", "--repeats", "10", "--python", found[pythons.oldest()], *again)
    session.run(*script, "table")


@nox.session
def start_up(session: nox.Session) -> None:
    """The command line beside bare Python, an empty Typer program, Copier and cookiecutter; templates and updates."""
    session.install("-e", ".", "cookiecutter")
    session.run("python", "benchmarks/command_line.py", *session.posargs)
    session.run("python", "benchmarks/life.py")
    session.run("python", "benchmarks/untrusted.py")
