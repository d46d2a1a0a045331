"""How long `scaffold new --template` takes beside `copier copy` of the same template, in one run.

`python benchmarks/untrusted.py [ROUNDS [FILES]]`: a template of so many files (60), as a plain folder and as a git
repository with a release; each command once a round, in turn. Wall times of whole processes; ratios are medians of the
rounds' ratios.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        for kind, template in (("folder", _folder(where, files)), ("git repository", _repository(where, files))):
            _compare(where, kind, template, rounds)


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
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for arguments in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "all"), ("tag", "v1.0.0")):
        subprocess.run(["git", *arguments], cwd=template, check=True, capture_output=True)
    return template


def _compare(where: Path, kind: str, template: Path, rounds: int) -> None:
    commands = {
        "ours": [SCAFFOLD, "new", "out", "--template", str(template), "--defaults"],
        "theirs": [COPIER, "copy", "--quiet", "--defaults", str(template), "out"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):  # the first warms the caches of the file system
        for name, command in commands.items():
            shutil.rmtree(where / "out", ignore_errors=True)
            started = time.perf_counter()
            subprocess.run(command, cwd=where, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            if number:
                times[name].append(time.perf_counter() - started)
    ratio = statistics.median(a / b for a, b in zip(times["ours"], times["theirs"], strict=True))
    ours, theirs = (statistics.median(times[name]) * 1000 for name in commands)
    print(
        f"{kind}: new --template {ours:.0f} ms, copier copy {theirs:.0f} ms, ratio {ratio:.2f} "
        f"(aim: at most {AIM}; {rounds} rounds)"
    )


if __name__ == "__main__":
    main()
