"""The examples in docs/WHY.md of a generated project run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from test_generated import write
from variants import VARIANTS, Variant

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.template import Template

LINKS = """
def links_of(page):
    if page == "broken":
        raise OSError(page)
    return {"start": ["a", "broken"], "a": ["b", "start"], "b": ["a", "c"], "c": []}[page]

print(*sorted(crawl("start")))
"""


@pytest.mark.parametrize(
    "variant", [one for one in VARIANTS if one.design == "threadpool/jobs"], ids=lambda one: one.name
)
def test_work_that_begets_work_comes_to_an_end(tmp_path: Path, template: Template, variant: Variant) -> None:
    """The crawler finds every page once, those behind a broken one apart."""
    rendered = variant.render(template)
    (code,) = re.findall(r"```python\n(.*?)```", rendered[PurePosixPath("docs/WHY.md")].decode(), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code + LINKS],
        cwd=write(rendered, tmp_path) / "src",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("a b broken c start\n", "")
