"""What owners of projects from before 2.0.0 are told to do by hand, in work as they write it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import git_commit_all
from newer import Newer, installed
from variants import Variant

from scaffold.life.history import history
from scaffold.life.majors import major

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

WORK, MAIN = "src/demo/work.py", "src/demo/__main__.py"
NAME, TEXT, STOP = "imports it by this name", "the command line are text", "in place of stop"
MAP, JOBS, POOL_TASK = Variant("threadpool/map", {}), Variant("threadpool/jobs", {}), Variant("threadpool/task", {})
TARGET, SUBCLASS = Variant("thread/task", {"state": False}), Variant("thread/task", {"state": True})
NO_RESULT = Variant("thread/task", {"state": False, "results": False})
BATCH, SERVICE = Variant("thread/batch", {}), Variant("thread/service", {})


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Newer:
    """A scaffold that has 2.0.0."""
    newer = installed(tmp_path_factory.mktemp("second"))
    if (major(newer.version) or 0) < 2:
        newer.release("2.0.0", lambda _: None)
    return newer


def by_hand(second: Newer, where: Path, variant: Variant, files: dict[str, str]) -> list[tuple[str, int, str]]:
    """What a project of 1.3.0 with these files has to do on its way to 2.0.0."""
    for path, content in variant.render(history().template("1.3.0")).items():
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_bytes(content)
    for name, text in files.items():
        (where / name).write_text(text, encoding="utf-8")
    git_commit_all(where)
    result = second("update", "--to", "2.0.0", "--major", "--defaults", "--dry-run", "--json", cwd=where)
    assert result.code in {0, 3}, result.err
    [piece] = json.loads(result.out)["pieces"]
    return [(item["path"], item["line"], item["say"]) for item in piece["by_hand"]]


CASES = [
    (MAP, "def work(url: str) -> str:\n    return url\n", []),
    (MAP, "def work(url):\n    return url\n", []),
    (MAP, "from mine import fetch as work\n", []),
    (MAP, "from mine import (\n    other,\n    work,\n)\n", []),
    (MAP, "work = print\n", []),
    (MAP, "def fetch(url: str) -> str:\n    return work\n", [(1, NAME)]),
    (MAP, "from pathlib import Path\n\n\ndef work(path: Path) -> str:\n    return ''\n", [(4, TEXT)]),
    (MAP, "def work(\n    number: int,\n) -> int:\n    return number\n", [(1, TEXT)]),
    (JOBS, "TASKS = {}\n", []),
    (JOBS, "TASKS: dict[str, Callable[[str], object]] = {}\n", []),
    (JOBS, "import os\nTASKS: Final[dict[str, Callable[[Path], object]]] = {}\n", [(2, TEXT)]),
    (JOBS, "tasks = {}\n", [(1, "define TASKS")]),
    (POOL_TASK, "def work(name: str, size: int = 3) -> int:\n    return 1\n", []),
    (POOL_TASK, "def work(path: Path) -> int:\n    return 1\n", [(1, TEXT)]),
    (POOL_TASK, "", [(1, NAME)]),
    (
        TARGET,
        "def work(path: Path, stop: Event, *, size: int = f()):\n    if not stop.is_set():\n        stop.wait(1)\n",
        [(1, TEXT), (1, "drop the parameter stop"), (2, STOP), (3, STOP)],
    ),
    (TARGET, "def work(name: str) -> None:\n    nonstop.append(1)\n", []),
    (TARGET, "class Work:\n    pass\n", [(1, NAME)]),
    (SUBCLASS, "class Work(Task):\n    def __init__(self, folder: Path) -> None:\n        pass\n", [(2, TEXT)]),
    (SUBCLASS, "class Work(Task):\n    def __init__(self, *folders: str) -> None:\n        pass\n", []),
    (SUBCLASS, "class Finder(Task):\n    pass\n", [(1, "which extends Task of demo.thread_task")]),
    (BATCH, "class Work(BatchThread):\n    def __init__(self, number: int) -> None:\n        pass\n", [(2, TEXT)]),
    (BATCH, "class Packer(BatchThread):\n    pass\n", [(1, "which extends BatchThread of demo.thread_batch")]),
    (SERVICE, "class Work(Service[str]):\n    def setup(self) -> None:\n        self.path: Path\n", []),
    (SERVICE, "class Mine(Service[str]):\n    pass\n", [(1, "which extends Service of demo.thread_service")]),
]


@pytest.mark.parametrize(("variant", "work", "expected"), CASES, ids=range(len(CASES)))
def test_work_of_an_owner(
    second: Newer, tmp_path: Path, variant: Variant, work: str, expected: list[tuple[int, str]]
) -> None:
    """What the new program cannot do with it, at its line; nothing where it fits."""
    found = by_hand(second, tmp_path, variant, {WORK: work})
    assert [(path, line) for path, line, _ in found] == [(WORK, line) for line, _ in expected]
    assert all(part in say for (_, _, say), (_, part) in zip(found, expected, strict=True)), found


def test_program_and_tests_of_an_owner(second: Newer, tmp_path: Path) -> None:
    """The program that does without cli.run(), and tests where there are none of the owner's any more."""
    found = by_hand(
        second,
        tmp_path,
        BATCH,
        {
            MAIN: "print('mine')\n",
            "tests/test_main.py": "def test_mine() -> None: ...\n",
            "tests/test_thread_batch.py": "import pytest\n\nfrom demo.work import Work\n",
        },
    )
    places = [(path, line) for path, line, say in found if "at_once" not in say]
    assert places[:2] == [(MAIN, 1), ("tests/test_main.py", 1)]
    [(path, line)] = places[2:]
    assert (path, line >= 3) == ("tests/test_thread_batch.py", True)  # markers may stand before it
    assert "take the new example" in found[0][2]


CALLER = """\
from demo.{module} import *

run_batch([], at_once=3)
task.check()
"""


@pytest.mark.parametrize(
    ("variant", "module", "expected"),
    [
        (BATCH, "thread_batch", [("src/demo/more.py", 3, "run_batch() calls at_once workers now")]),
        (TARGET, "thread_task", []),
        (NO_RESULT, "thread_task", [("src/demo/more.py", 4, "check() of a Task is called result() now")]),
        (BATCH, "another_module", []),
        (MAP, "threadpool_map", []),
    ],
)
def test_callers_of_the_module(
    second: Newer, tmp_path: Path, variant: Variant, module: str, expected: list[tuple[str, int, str]]
) -> None:
    """Any file of the user's that imports it; what is called alike elsewhere is not meant."""
    assert by_hand(second, tmp_path, variant, {"src/demo/more.py": CALLER.format(module=module)}) == expected


def test_callers_of_a_module_in_a_project_of_ones_own(second: Newer, tmp_path: Path) -> None:
    """What `scaffold add` wrote has no work.py, but it is called."""
    answers = BATCH.module_answers(
        history().template("1.3.0"), package="acme.jobs", module="pool", directory="acme/jobs"
    )
    for path, content in history().template("1.3.0").render(answers).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "acme" / "main.py").write_text(
        "from acme.jobs import pool\npool.run_batch([], at_once=1)\n", encoding="utf-8"
    )
    git_commit_all(tmp_path)
    result = second("update", "--to", "2.0.0", "--major", "--defaults", "--json", cwd=tmp_path)
    assert result.code == 0, result.err
    [piece] = json.loads(result.out)["pieces"]
    assert piece["by_hand"] == [{"path": "acme/main.py", "line": 2, "say": "run_batch() calls at_once workers now"}]


def test_untouched_projects_have_nothing_to_do(second: Newer, tmp_path: Path) -> None:
    """Of every design."""
    for variant in (MAP, JOBS, POOL_TASK, TARGET, SUBCLASS, BATCH, SERVICE):
        assert by_hand(second, tmp_path / variant.name, variant, {}) == []
