"""Our own workflows give away nothing, and try what scaffold says that it runs on. zizmor reads them too (.ci/run)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import pythons
import yaml
from harness import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())


def read(workflow: Path) -> dict[str, Any]:
    """A workflow as GitHub reads it."""
    document: dict[str, Any] = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    return document


def test_there_are_workflows() -> None:
    """Or the tests below would hold nothing."""
    assert [path.name for path in WORKFLOWS] == ["release.yml", "tests.yml"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_permitted_but_what_a_job_needs(workflow: Path) -> None:
    """None at the top; reading the code per job; and the token that PyPI trusts where it is published alone."""
    document = read(workflow)
    assert document["permissions"] == {}
    for name, job in document["jobs"].items():
        extra = {"id-token": "write"} if name == "publish" else {}
        assert job["permissions"] == {"contents": "read", **extra}, name


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_their_commit(workflow: Path) -> None:
    """With the tag that it had beside it; a tag can be moved, a commit cannot. Our own is of the same one."""
    lines = [line for line in workflow.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    for line in lines:
        assert re.search(r"uses: ([\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\.github/.*)", line), line
    assert lines


def test_one_action_has_one_commit() -> None:
    """In all workflows: a newer one replaces each."""
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    pinned = set(re.findall(r"uses: ([\w-]+/[\w-]+)@(\S+)", text))
    assert len(pinned) == len({action for action, _ in pinned})


def test_the_oldest_and_the_newest_python_are_tried() -> None:
    """On Linux and macOS; the slow tests have all of them, the newest to run scaffold itself."""
    jobs = read(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]
    matrix = jobs["fast"]["strategy"]["matrix"]
    assert matrix["python"] == [pythons.VERSIONS[0], pythons.VERSIONS[-1]]
    assert [system.partition("-")[0] for system in matrix["system"]] == ["ubuntu", "macos"]
    set_up = next(step["with"] for step in jobs["everything"]["steps"] if "setup-python" in step.get("uses", ""))
    assert set_up["python-version"].split() == [*pythons.VERSIONS]
    assert set_up["allow-prereleases"] is True
