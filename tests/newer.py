"""Scaffolds of the future: copies of the package whose templates are a release ahead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from harness import ROOT, Result

from scaffold.template import bundled

sys.path.append(str(ROOT / "releases"))
from release import add_version  # a script beside the package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSION = f"{bundled().version.partition('.')[0]}.99.0"
"""A release ahead, in which nothing breaks."""
NEXT_MAJOR = "9.0.0"
"""One after which owners have to do something by hand."""


@dataclass(frozen=True)
class Newer:
    """An installed scaffold of another version."""

    package: Path

    def __call__(self, *arguments: str, cwd: Path, **environment: str) -> Result:
        """Run its command line."""
        done = subprocess.run(
            [sys.executable, "-m", "scaffold", *arguments],
            cwd=cwd,
            env=os.environ | {"PYTHONPATH": str(self.package), "PYTHONWARNINGS": "error"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def release(self, version: str, change: Callable[[Path], None]) -> None:
        """Change its templates and release them."""
        templates = self.package / "scaffold" / "templates"
        change(templates)
        replace(templates / "copier.yml", f'default: "{self.version}"', f'default: "{version}"')
        bundle = self.package / "scaffold" / "templates.bundle"
        add_version(templates, bundle, "made by a test", datetime(2030, 1, 1, tzinfo=timezone.utc))

    @property
    def version(self) -> str:
        """That of its templates."""
        text = (self.package / "scaffold" / "templates" / "copier.yml").read_text(encoding="utf-8")
        return text.partition("template_version:")[2].partition('default: "')[2].partition('"')[0]


def installed(where: Path) -> Newer:
    """A copy of this scaffold with its byte-code, as pip would install it from a wheel."""
    shutil.copytree(ROOT / "scaffold", where / "scaffold")
    shutil.copytree(bundled().root, where / "scaffold" / "templates")
    return Newer(where)


def replace(path: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def future(templates: Path) -> None:
    """All that a new version can change: a question more, one less and one renamed, a file renamed, added and gone."""
    config = templates / "copier.yml"
    replace(
        config,
        'author:\n  type: str\n  default: ""\n',
        "owner:\n  type: str\n  default: \"{{ author | default('') }}\"\n",
    )
    replace(config, "author | length", "owner | length")
    question = "greeting:\n  type: str\n  default: hello\n  help: How does it greet?\n\nlicense:\n"
    replace(config, "license:\n", question)
    project = templates / "project"
    for user in (project / "pyproject.toml.jinja", *(templates / "licenses").iterdir()):
        text = user.read_text(encoding="utf-8").replace("{% if author %}", "{% if owner %}")
        text = text.replace("string(author)", "string(owner)").replace("{{ author |", "{{ owner |")
        user.write_text(text, encoding="utf-8")
    start = config.read_text(encoding="utf-8").index("description:\n")
    end = config.read_text(encoding="utf-8").index("owner:\n")
    text = config.read_text(encoding="utf-8")
    config.write_text(text[:start] + text[end:], encoding="utf-8")
    replace(project / "pyproject.toml.jinja", 'string(description | replace("\\n", " "))', '"Threads."')
    replace(project / "README.md.jinja", "{{ paragraph(description) }}", "It says {{ greeting }}.")
    replace(project / "src" / "{{ package }}" / "__init__.py.jinja", "docstring(description)", 'docstring("Threads.")')
    workflows = project / "{% if ci == 'github' %}.github{% endif %}" / "workflows"
    (workflows / "tests.yml.jinja").rename(workflows / "checks.yml.jinja")
    replace(workflows / "checks.yml.jinja", "name: Tests\n", "name: Checks\n")
    (project / "NOTES.md.jinja").write_text("# Notes\n", encoding="utf-8")
    (project / ".gitignore.jinja").unlink()
    module = templates / "designs" / "threadpool" / "map" / "thread" / "module.py.jinja"
    replace(module, 'T = TypeVar("T")\n', '# Of the future.\nT = TypeVar("T")\n')


def breaking(templates: Path) -> None:
    """Another example in every file of the owner's, another one of them, other machinery, and a thing to do by hand."""
    package, tests = templates / "project" / "src" / "{{ package }}", templates / "project" / "tests"
    (package / "work.py.jinja").write_text(EXAMPLE, encoding="utf-8")
    (package / "__main__.py.jinja").write_text(
        "from {{ package }}.work import example\n\nexample()\n", encoding="utf-8"
    )
    (tests / "test_work.py.jinja").write_text("from {{ package }}.work import example\n", encoding="utf-8")
    if not (tests / "test_cli.py.jinja").exists():  # as it is renamed by 2.0.0
        (tests / "test_main.py.jinja").rename(tests / "test_cli.py.jinja")
    with (package / "{{ module }}.py.jinja").open("a", encoding="utf-8") as machinery:
        machinery.write("# After the break.\n")
    for earlier in (templates / "upgrading").iterdir():
        earlier.unlink()
    (templates / "upgrading" / f"{NEXT_MAJOR}.yml").write_text(BY_HAND, encoding="utf-8")


EXAMPLE = '''"""Another example, with not a line of the one before it."""


def example() -> None:
    """What the program runs."""
'''
BY_HAND = r"""
- when: "{{ scope == 'project' }}"
  file: "src/{{ package }}/work.py"
  missing: '^def example\b'
  say: "define example() for {{ package }}"
- when: "{{ scope == 'project' }}"
  file: "src/{{ package }}/work.py"
  find: '^# old'
  say: "old lines go"
- when: "{{ scope == 'project' }}"
  file: "src/{{ package }}/{{ module }}.py"
  find: '^# (?:old|After the break)'
  say: "old machinery goes"
- when: "{{ scope == 'module' }}"
  file: "src/nowhere.py"
  find: '^'
  say: "nobody has to do this"
"""
