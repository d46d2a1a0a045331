"""How long `scaffold new --template` and `update` take beside `copier copy` and `copier update`, in one run.

`python benchmarks/untrusted.py [ROUNDS [FILES]]`: `new` of a template of so many files (60), as a plain folder and as a
git repository with a release; `update` to the next release of templates of 6, 60 and 240 files. Each command once a
round, in turn. Wall times of whole processes; ratios are medians of the rounds' ratios.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SCAFFOLD = str(Path(sys.executable).with_name("scaffold"))
COPIER = str(Path(sys.executable).with_name("copier"))
QUESTIONS = """\
_subdirectory: template
name: {type: str, default: demo, help: What the project is called}
package: {type: str, default: "{{ name | replace('-', '_') }}"}
license: {type: str, choices: [MIT, Apache-2.0, none], default: MIT}
python: {type: str, choices: ["3.10", "3.11", "3.12"], default: "3.11"}
docs: {type: bool, default: true}
author: {type: str, default: "", when: "{{ license != 'none' }}"}
"""
FILE = (
    """\
# {{ name }}, part NUMBER: {{ license }}
{% for number in range(10) -%}
VALUE_{{ number }} = "{{ package }}-{{ number }}{% if docs %} with docs{% endif %}"
{% endfor -%}
"""
    + "# A line that is the same everywhere.\n" * 30
)
AIM = 0.7
AIM_OF_UPDATE = 0.6


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        for kind, template in (("folder", _folder(where, files)), ("git repository", _repository(where, files))):
            _compare(where, kind, template, rounds)
        for size in (6, 60, 240):
            _compare_updates(where / f"update-{size}", size, rounds)


def _folder(where: Path, files: int) -> Path:
    template = where / "plain"
    (template / "template").mkdir(parents=True)
    (template / "copier.yml").write_text(QUESTIONS, encoding="utf-8")
    answers = template / "template" / "{{ _copier_conf.answers_file }}.jinja"
    answers.write_text("{{ _copier_answers | to_nice_yaml }}", encoding="utf-8")
    for number in range(files - 2):
        file = template / "template" / f"part_{number % 8}" / f"{{{{ package }}}}_{number}.py.jinja"
        file.parent.mkdir(exist_ok=True)
        file.write_text(FILE.replace("NUMBER", str(number)), encoding="utf-8")
    return template


def _repository(where: Path, files: int) -> Path:
    template = where / "repository"
    shutil.copytree(_folder(where / "again", files), template)
    _commit(template)
    _git(template, "tag", "v1.0.0")
    return template


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _commit(folder: Path) -> None:
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all")):
        _git(folder, *arguments)


def _compare_updates(where: Path, files: int, rounds: int) -> None:
    """An update that changes a line in every third file, of a project with an edit in every tenth."""
    template, project = _repository(where, files), where / "project"
    command = [SCAFFOLD, "new", "project", "--template", str(template), "--defaults"]
    subprocess.run(command, cwd=where, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    for file in sorted(project.rglob("*.py"))[::10]:
        file.write_text(file.read_text(encoding="utf-8") + "# Mine.\n", encoding="utf-8")
    _commit(project)
    for file in sorted(template.rglob("*.jinja"))[::3]:
        file.write_text("# Newer.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    _commit(template)
    _git(template, "tag", "v1.1.0")
    commands = {
        "ours": [SCAFFOLD, "update", "--defaults", "out"],
        "theirs": [COPIER, "update", "--quiet", "--defaults", "out"],
    }
    times = _times(where, commands, rounds, lambda: shutil.copytree(project, where / "out"))
    _print(f"{files} files: update", "copier update", times, AIM_OF_UPDATE)


def _compare(where: Path, kind: str, template: Path, rounds: int) -> None:
    commands = {
        "ours": [SCAFFOLD, "new", "out", "--template", str(template), "--defaults"],
        "theirs": [COPIER, "copy", "--quiet", "--defaults", str(template), "out"],
    }
    _print(f"{kind}: new --template", "copier copy", _times(where, commands, rounds, lambda: None), AIM)


def _times(
    where: Path, commands: dict[str, list[str]], rounds: int, prepare: Callable[[], object]
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):  # the first warms the caches of the file system
        for name, command in commands.items():
            shutil.rmtree(where / "out", ignore_errors=True)
            prepare()
            started = time.perf_counter()
            subprocess.run(command, cwd=where, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            if number:
                times[name].append(time.perf_counter() - started)
    return times


def _print(ours: str, theirs: str, times: dict[str, list[float]], aim: float) -> None:
    ratio = statistics.median(a / b for a, b in zip(times["ours"], times["theirs"], strict=True))
    first, second = (statistics.median(of_one) * 1000 for of_one in times.values())
    rounds = len(times["ours"])
    print(
        f"{ours} {first:.0f} ms, {theirs} {second:.0f} ms, ratio {ratio:.2f} (aim: at most {aim}; {rounds} rounds)",
        flush=True,
    )


if __name__ == "__main__":
    main()
