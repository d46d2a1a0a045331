"""What docs/threadpool-or-thread.md says of the standard library: each program in docs/claims prints what it claims."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
import pythons
from harness import ROOT
from sampling import one_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = ROOT / "docs" / "threadpool-or-thread.md"
CLAIMS = sorted((ROOT / "docs" / "claims").glob("*.py"), key=lambda path: path.name)

_ABOUT = """
import json, sys, sysconfig
inherit = getattr(sys.flags, "thread_inherit_context", 0)
print(json.dumps([sys.version_info[1], bool(sysconfig.get_config_var("Py_GIL_DISABLED")), bool(inherit)]))
"""
CONDITIONS: dict[str, Callable[[int, bool, bool], bool]] = {
    "Prints": lambda _minor, _free_threaded, _inherits: True,
    "Prints up to 3.12": lambda minor, _free_threaded, _inherits: minor <= 12,
    "Prints up to 3.13": lambda minor, _free_threaded, _inherits: minor <= 13,
    "Prints on a free-threaded build": lambda _minor, free_threaded, _inherits: free_threaded,
    "Prints when threads inherit the context": lambda _minor, _free_threaded, inherits: inherits,
}


@cache
def about(*python: str) -> tuple[int, bool, bool]:
    """What the conditions ask of an interpreter, with its options."""
    done = subprocess.run([*python, "-c", _ABOUT], capture_output=True, text=True, check=True)
    minor, free_threaded, inherits = json.loads(done.stdout)
    return minor, free_threaded, inherits


def sections(claim: Path) -> dict[str, str]:
    """The comments at the end of a program: what it prints, under which condition."""
    lines = [line for line in claim.read_text(encoding="utf-8").splitlines() if line.startswith("# ") or not line]
    blocks = [list(block) for filled, block in groupby(lines, key=bool) if filled]
    return {
        head.removeprefix("# ").removesuffix(":"): "".join(f"{line.removeprefix('# ')}\n" for line in rest)
        for head, *rest in blocks
    }


def holds(claim: Path, *python: str) -> None:
    """Run a program and compare: the last section whose condition is met counts."""
    said = sections(claim)
    complaint = said.pop("Standard error has", "").strip()
    wanted = [text for condition, text in said.items() if CONDITIONS[condition](*about(*python))]
    done = subprocess.run([*python, str(claim)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, wanted[-1]), done.stderr
    assert complaint in done.stderr if complaint else not done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "version"),
    [
        pytest.param(claim, version, id=f"{version}-{claim.stem}")
        for turn, claim in enumerate(CLAIMS)
        for version in sorted({*filter(pythons.matters_most, pythons.found()), *one_of([*pythons.found()], turn)})
    ],
)
def test_a_claim_holds(version: str, claim: Path) -> None:
    """Also where the inheritance of context variables matters and can be chosen, both ways."""
    python = pythons.found()[version]
    holds(claim, python)
    if about(python)[0] >= 14 and "Prints when threads inherit the context" in sections(claim):
        for inherit in "01":
            holds(claim, python, "-X", f"thread_inherit_context={inherit}")


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda path: path.stem)
def test_a_claim_is_short_and_says_what_it_prints(claim: Path) -> None:
    """An empty expectation would hold nothing; a long program would show nothing."""
    text = claim.read_text(encoding="utf-8")
    said = sections(claim)
    assert set(said) <= {*CONDITIONS, "Standard error has"}
    assert all(said.values())
    assert "Prints" in said
    code = text.split('"""')[2].partition("# Prints")[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 22


def test_the_page_names_every_claim_once() -> None:
    """None is forgotten, and none is on the page that no program shows."""
    linked = re.findall(r"\(claims/(\w+)\.py\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(linked) == [claim.stem for claim in CLAIMS]
