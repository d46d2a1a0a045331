"""The templates are a plain Copier template: its own command asks the same, advises the same, writes the same bytes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from harness import ROOT, files_below
from sampling import every
from variants import DEFAULTS, VARIANTS, Variant

from scaffold.recommend import all_workloads, recommend

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scaffold.questions import Answers
    from scaffold.template import Template

TEXT = 'Says "hi", it\'s \\ {{ 1 }} and\n# more 😀'


def copier_copy(dest: Path, data: Mapping[str, object], tmp_path: Path) -> None:
    """Run Copier's own command with these answers."""
    answers = tmp_path / "data.yml"
    answers.write_text(yaml.safe_dump(data), encoding="utf-8")
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--data-file", str(answers)]
    done = subprocess.run([*command, str(ROOT / "templates"), str(dest)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("variant", every(VARIANTS, 2), ids=lambda variant: variant.name)
def test_copier_writes_the_same_bytes(tmp_path: Path, template: Template, variant: Variant) -> None:
    """For every design with every option."""
    answers = variant.answers(template, description=TEXT, author="O'Neil", license="BSD-3-Clause")
    copier_copy(tmp_path / "out", answers, tmp_path)
    assert files_below(tmp_path / "out") == {str(path): content for path, content in template.render(answers).items()}


@pytest.mark.slow
@pytest.mark.parametrize("variant", DEFAULTS, ids=lambda variant: variant.name)
def test_copier_writes_the_same_module(tmp_path: Path, template: Template, variant: Variant) -> None:
    """With the answers file that the template names after the module."""
    where: Answers = {"package": "acme.net", "directory": "lib/acme/net", "module": "pool", "tests": "tests/unit"}
    answers = variant.module_answers(template, **where)
    copier_copy(tmp_path / "out", answers, tmp_path)
    assert files_below(tmp_path / "out") == {str(path): content for path, content in template.render(answers).items()}
    assert (tmp_path / "out" / ".copier-answers.pool.yml").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("variant", DEFAULTS[:1], ids=lambda variant: variant.name)
def test_copier_alone_takes_the_same_defaults(tmp_path: Path, template: Template, variant: Variant) -> None:
    """With no answer but the name."""
    copier_copy(tmp_path / "out", {"name": "demo"}, tmp_path)
    assert files_below(tmp_path / "out") == {str(path): content for path, content in variant.render(template).items()}


def test_copiers_question_recommends_by_the_same_rules(template: Template) -> None:
    """The default of its question for the design is produced from the rules, over every workload."""
    default = yaml.safe_load((ROOT / "templates" / "workload.yml").read_text(encoding="utf-8"))["design"]["default"]
    for work in all_workloads():
        answers = {axis: getattr(value, "value", value) for axis, value in vars(work).items()}
        assert template.evaluate(default, answers) == recommend(work).design.value
