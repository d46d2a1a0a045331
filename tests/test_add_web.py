"""`scaffold add` in a web application: it says where to start what lives on, and how many there will be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Run

SERVICE = ("--shape", "service", "--no-results", "--bound", "io", "--work", "inbox", "--defaults")


@pytest.fixture
def project(here: Path) -> Path:
    """A package, and nothing about its requirements yet."""
    (here / "src" / "acme").mkdir(parents=True)
    (here / "src" / "acme" / "__init__.py").touch()
    return here


@pytest.mark.parametrize(
    ("stated", "name", "says"),
    [
        ({"pyproject.toml": '[project]\nname = "acme"\ndependencies = ["Django>=5"]\n'}, "Django", "AppConfig.ready()"),
        ({"setup.py": "", "manage.py": "", "requirements.txt": "django==4.2\n"}, "Django", "AppConfig.ready()"),
        ({"pyproject.toml": '[project]\nname = "acme"\ndependencies = ["fastapi"]\n'}, "FastAPI", "lifespan"),
        ({"setup.py": "", "requirements.txt": "starlette~=0.40\n"}, "Starlette", "lifespan"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\nflask = "^3"\n'}, "Flask", "create_app()"),
    ],
)
def test_a_service_in_a_web_application(
    project: Path, scaffold: Run, stated: dict[str, str], name: str, says: str
) -> None:
    """Where its framework starts things, and that each worker of the server has a service of its own."""
    for file, text in stated.items():
        (project / file).write_text(text, encoding="utf-8")
    document = json.loads(scaffold("add", *SERVICE, "--dry-run", "--json").out)
    assert document["found"]["web_framework"] == name
    assert says in document["start"][0]
    result = scaffold("add", *SERVICE)
    assert result.code == 0, result.err
    text = result.out.partition("In its web server:\n")[2]
    assert says in text
    assert "four workers are four services" in text
    assert "a file that imports Work from acme.thread_service_work, with `with Work(...) as work:` around" in text
    assert (project / "src/acme/thread_service_work.py").is_file()
    assert ("post_fork" in text) == (says != "lifespan")
    pool = scaffold("add", "--shape", "heterogeneous", "--module", "jobs", "--defaults").out
    assert "four workers are four pools" in pool


def test_what_a_request_calls_itself_needs_no_start(project: Path, scaffold: Run) -> None:
    """A map ends by itself; and without a framework there is nothing to say."""
    (project / "pyproject.toml").write_text('[project]\nname = "acme"\ndependencies = ["flask"]\n', encoding="utf-8")
    assert "In its web server" not in scaffold("add", "--defaults").out
    (project / "pyproject.toml").write_text('[project]\nname = "acme"\n', encoding="utf-8")
    document = json.loads(scaffold("add", *SERVICE, "--json").out)
    assert (document["found"]["web_framework"], document["start"]) == (None, [])
