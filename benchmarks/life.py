"""How long `update` and `check` take beside Copier's own commands for the same template and the same projects.

`python benchmarks/life.py [ROUNDS [PROJECTS]]`: the oldest released version to the newest, each command once a round in
turn, on a fresh copy of the project; then one `scaffold check` over many projects beside `copier check-update` in each.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scaffold.life.history import history
from scaffold.plan import Plan
from scaffold.questions import complete_follow_ups, complete_workload
from scaffold.writing.publish import publish

SCAFFOLD = str(Path(sys.executable).with_name("scaffold"))
COPIER = str(Path(sys.executable).with_name("copier"))


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    projects = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        template = _as_repository(where)
        _project(where / "ours")
        shutil.copytree(where / "ours", where / "theirs")
        record = where / "theirs" / ".copier-answers.yml"
        text = record.read_text(encoding="utf-8")
        record.write_text(
            text.replace("https://templates.scaffold.invalid/threads.git", str(template)), encoding="utf-8"
        )
        for name in ("ours", "theirs"):
            _commit(where / name)
        _compare_update(where, rounds)
        _compare_check(where, projects)


def _as_repository(where: Path) -> Path:
    """The templates' history as Copier wants it: a git repository with tags."""
    template = where / "template"
    _run("git", "clone", "--quiet", str(history().bundle), str(template), "--branch", history().newest, cwd=where)
    return template


def _project(place: Path) -> None:
    """A project of the oldest version."""
    template = history().template(history().versions[0])
    workload = complete_follow_ups(complete_workload({}, lambda q, _: q.default), lambda q, _: q.default)
    publish(Plan(place, template.render(template.complete(workload, {"name": "demo"}))), "new")


def _compare_update(where: Path, rounds: int) -> None:
    commands = {
        "ours": [SCAFFOLD, "update", "--defaults"],
        "theirs": [COPIER, "update", "--quiet", "--defaults"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):  # the first warms the caches of the file system
        for name, command in commands.items():
            work = where / "work"
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(where / name, work)
            seconds = _run(*command, cwd=work)
            if number:
                times[name].append(seconds)
            assert f"_commit: {history().newest}" in (work / ".copier-answers.yml").read_text(encoding="utf-8")
    ratio = statistics.median(a / b for a, b in zip(times["ours"], times["theirs"], strict=True))
    ours, theirs = (statistics.median(times[name]) * 1000 for name in commands)
    print(
        f"update: {ours:.0f} ms, copier update: {theirs:.0f} ms, ratio {ratio:.2f} (aim: at most 0.8; {rounds} rounds)"
    )


def _compare_check(where: Path, projects: int) -> None:
    for name in ("ours", "theirs"):
        for number in range(projects):
            shutil.copytree(where / name, where / "many" / name / str(number))
    ours = _run(SCAFFOLD, "check", "--jsonl", *map(str, sorted((where / "many" / "ours").iterdir())), cwd=where, code=3)
    started = time.perf_counter()
    for place in sorted((where / "many" / "theirs").iterdir()):
        _run(COPIER, "check-update", "--quiet", cwd=place, code=2)
    theirs = time.perf_counter() - started
    print(
        f"check of {projects} projects: {ours:.2f} s, as many runs of copier check-update: {theirs:.1f} s, "
        f"ratio {ours / theirs:.3f} (aim: under 0.25; once)"
    )


def _commit(project: Path) -> None:
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "all")):
        identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
        _run("git", *identity, *arguments, cwd=project)


def _run(*command: str, cwd: Path, code: int = 0) -> float:
    """Run it; the seconds it took."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=os.environ, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == code, (command[:2], done.returncode, done.stderr.decode())
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
