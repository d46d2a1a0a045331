"""`scaffold review` from outside: what it prints, what it reads and leaves out, and what nothing can make it do."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from harness import ROOT, files_below
from jsonschema import Draft202012Validator

from scaffold.review.files import EXCLUDED
from scaffold.review.rules import BY_CODE, RULES
from scaffold.review.source import LARGEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness import Run

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
IMPORTS = "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
SERIAL = """\
import threading
for i in range(3):
    t = threading.Thread(target=print, args=(i,))
    t.start()
    t.join()
"""
UNREAD = (
    "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as pool:\n    pool.map(print, 'ab')\n"
)
DROPPED = "from concurrent.futures import ThreadPoolExecutor as E\nwith E() as pool:\n    pool.submit(print)\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files by their path below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return folder


def codes(text: str) -> list[str]:
    """What was found, as `path:line:column code`."""
    return [f"{match[1]} {match[2]}" for match in re.finditer(r"^(\S.*:\d+:\d+): (R\d+) ", text, re.MULTILINE)]


# --- what it says ---------------------------------------------------------------------------------------------------


def test_text_says_where_what_and_how(here: Path, scaffold: Run) -> None:
    """As linters print it, then one line with the fix, the design and the command that writes it; findings fail."""
    write(here, {"a.py": SERIAL, "src/b.py": UNREAD})
    result = scaffold("review")
    rule = BY_CODE["R108"]
    assert (result.code, result.err) == (1, "")
    assert result.out.splitlines()[:2] == [
        "a.py:4:5: R108 each is waited for (`join()`) before the next one starts: nothing runs at the same time",
        f"    error: {rule.fix}. threadpool/map (TX2 P7 P5): scaffold add --shape many-similar --defaults",
    ]
    assert codes(result.out) == ["a.py:4:5 R108", "src/b.py:3:5 R101"]
    assert result.out.endswith("\n2 errors in 2 files\n")
    assert codes(scaffold("review", "src").out) == ["src/b.py:3:5 R101"]
    assert codes(scaffold("review", "src", "a.py", "./a.py").out) == ["a.py:4:5 R108", "src/b.py:3:5 R101"]


def test_what_is_clean(here: Path, scaffold: Run) -> None:
    """Nothing found is exit 0, and nothing is written or imported."""
    write(here, {"a.py": "raise SystemExit('imported')  # by a thread\n", "b.py": "import threading\n"})
    before = files_below(here)
    assert scaffold("review", ".").out == "nothing found in 2 files\n"
    assert files_below(here) == before


def test_notes_are_asked_for_and_fail_nothing(here: Path, scaffold: Run) -> None:
    """With `--notes`, or by their code."""
    write(here, {"a.py": DROPPED})
    assert scaffold("review").out == "nothing found in 1 file\n"
    for flags in (["--notes"], ["--select", "R204"], ["--select", "r2"]):
        result = scaffold("review", *flags)
        assert (result.code, codes(result.out)) == (0, ["a.py:3:5 R204"])
        assert result.out.endswith("\n1 note in 1 file\n")


def test_select_and_ignore(here: Path, scaffold: Run) -> None:
    """By code or its beginning, repeated or with commas; what is no code is a mistake of usage."""
    write(here, {"a.py": SERIAL, "b.py": UNREAD})
    assert codes(scaffold("review", "--select", "R101").out) == ["b.py:3:5 R101"]
    assert codes(scaffold("review", "--ignore", "R101,R102").out) == ["a.py:4:5 R108"]
    assert scaffold("review", "--select", "R1", "--ignore", "R108", "--ignore", "R101").code == 0
    for words in (["--select", "R999"], ["--ignore", "K"], ["--explain", "R1"], ["--select", ","]):
        result = scaffold("review", *words)
        assert (result.code, result.out) == (2, "")
        assert "give one of R101 to R110, and R201 to R210 for notes" in result.err
        assert result.err.startswith(f"error: {words[0]}: there is no rule ")


def test_one_finding_for_a_call_the_lowest_code(here: Path, scaffold: Run) -> None:
    """A thread that is made in two wrong ways is found once."""
    write(here, {"a.py": f"{IMPORTS}def f(x): print(x)\nthreading.Thread(f, target=f(1), args=('abc'))\n"})
    assert codes(scaffold("review").out) == ["a.py:4:1 R102"]
    assert codes(scaffold("review", "--ignore", "R102").out) == ["a.py:4:1 R103"]


@pytest.mark.parametrize(
    "comment",
    ["# scaffold: ignore[R101]", "#scaffold:ignore[R999, R101]  # for a reason", "# noqa # scaffold: ignore[R101]"],
)
def test_a_comment_suppresses(here: Path, scaffold: Run, comment: str) -> None:
    """On a line of the call, for the codes that it names only."""
    call = "    pool.map(\n        print, 'ab'\n    )"
    start = UNREAD.rpartition("    pool")[0]
    write(here, {"a.py": f"{start}{call}  {comment}\n", "b.py": f"{start}{call}\n{comment}\n"})
    assert codes(scaffold("review").out) == ["b.py:3:5 R101"]
    write(here, {"a.py": f"{start}{call}  {comment.replace('R101', 'R102')}\n"})
    assert len(codes(scaffold("review").out)) == 2


def test_json_has_everything(here: Path, scaffold: Run) -> None:
    """One document, with the design of each finding and what was not reviewed."""
    write(here, {"a.py": UNREAD, "b.py": "print 'threading'\n"})
    document = json.loads(scaffold("review", "--json").out)
    assert document == {
        "findings": [
            {
                "code": "R101",
                "level": "error",
                "path": "a.py",
                "line": 3,
                "column": 5,
                "message": "nobody reads what `map` returns, so that every error of the tasks is lost",
                "fix": BY_CODE["R101"].fix,
                "design": "threadpool/map",
                "principles": ["TX2", "P7", "P5"],
                "command": "scaffold add --shape many-similar --defaults",
            }
        ],
        "skipped": [{"path": "b.py", "line": 1, "reason": document["skipped"][0]["reason"]}],
        "files": 1,
        "errors": 1,
        "notes": 0,
    }


def test_sarif_is_valid(here: Path, scaffold: Run) -> None:
    """It has what the specification requires, and the place in characters."""
    write(
        here,
        {"a b.py": "from concurrent.futures import ThreadPoolExecutor as E\nwith E() as é, E() as ö: ö.map(é, 'ab')\n"},
    )
    result = scaffold("review", "--sarif", "--notes")
    document = json.loads(result.out)
    schema = json.loads((ROOT / "tests" / "sarif.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    [run] = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.code for rule in RULES]
    [found] = run["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a%20b.py"}, "region": {"startLine": 2, "startColumn": 26}}
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"] == "R101"


def test_flags_that_exclude_each_other(scaffold: Run) -> None:
    """A mistake of usage, in one line."""
    for words in (
        ["--json", "--sarif"],
        ["--sites", "--sarif"],
        ["--sites", "--notes"],
        ["--explain", "R101", "--sarif"],
    ):
        result = scaffold("review", *words)
        assert (result.code, len(result.err.splitlines())) == (2, 1), words


def test_a_rule_is_explained(scaffold: Run) -> None:
    """At length, and for programs."""
    text = scaffold("review", "--explain", "r101").out
    assert text.startswith("R101 (error): imap, imap_unordered or Executor.map whose result is never read\n")
    assert "    scaffold add --shape many-similar --defaults\n" in text
    document = json.loads(scaffold("review", "--explain", "R101", "--json").out)
    assert document["program"].startswith('"""')
    assert document["design"] == "threadpool/map"


def test_what_is_printed_is_escaped(here: Path, scaffold: Run) -> None:
    """Nothing of a file or of its name acts on the terminal."""
    write(here, {"a\x1b[31m.py": IMPORTS + "threading.Thread(target=print, args=('\u202e\x1b'))\n"})
    result = scaffold("review")
    assert result.code == 1
    assert "\x1b" not in result.out + result.err
    assert "\u202e" not in result.out + result.err


# --- every use ------------------------------------------------------------------------------------------------------

USES = {
    "threading.Thread(target=f).start()": ("a one-off task", "thread/task"),
    "for i in 'ab': threading.Thread(target=f).start()": ("a few similar tasks without results", "thread/batch"),
    "def poll():\n    while not stop: f()\nthreading.Thread(target=poll)": (
        "a service: poll() goes round",
        "thread/service",
    ),
    "class Worker(threading.Thread):\n    def run(self): f()": ("a one-off task with state", "thread/task"),
    "class Worker(threading.Thread):\n    def run(self):\n        while True: f()\nWorker()": (
        "a service",
        "thread/service",
    ),
    "with ThreadPoolExecutor() as e: print(*e.map(f, 'ab'))": ("many similar tasks", "threadpool/map"),
    "e = ThreadPoolExecutor()\nfor i in 'ab': e.submit(f, i)": ("many similar tasks", "threadpool/map"),
    "e = ThreadPoolExecutor()\na = e.submit(f)\nb = e.submit(print)": ("different tasks", "threadpool/jobs"),
    "e = ThreadPoolExecutor()\na = e.submit(f)": ("one task with its result", "threadpool/task"),
    "f(ThreadPoolExecutor())": ("tasks that are not seen from here", "threadpool/jobs"),
}


@pytest.mark.parametrize("program", USES)
def test_a_use_looks_like_a_workload(here: Path, scaffold: Run, program: str) -> None:
    """With the design that the rules have for it, and the command; it never fails."""
    looks_like, design = USES[program]
    write(here, {"a.py": f"{IMPORTS}{program}\n"})
    result = scaffold("review", "--sites")
    assert result.code == 0
    [first, second, last] = result.out.splitlines()
    assert looks_like in first
    assert second.startswith(f"    {design} (")
    assert last == "1 use of threads in 1 file"
    [site] = json.loads(scaffold("review", "--sites", "--json").out)["sites"]
    assert site["design"] == design
    assert site["command"].startswith("scaffold add --shape ")


def test_uses_of_processes_keep_them(here: Path, scaffold: Run) -> None:
    """A pool of processes is taken to compute."""
    write(here, {"a.py": "import multiprocessing as m\nwith m.Pool() as p: print(p.map(len, 'ab'))\n"})
    assert "scaffold add --shape many-similar --bound cpu --defaults" in scaffold("review", "--sites").out


# --- what it reads --------------------------------------------------------------------------------------------------


def test_folders_that_are_not_the_projects_are_left_out(here: Path, scaffold: Run) -> None:
    """As linters do; a path that is given is reviewed all the same."""
    write(here, {f"{name}/a.py": UNREAD for name in EXCLUDED} | {"a.txt": UNREAD, "a.pyi": UNREAD, "b.pyw": UNREAD})
    assert codes(scaffold("review").out) == ["b.pyw:3:5 R101"]
    assert codes(scaffold("review", "build", "a.txt").out) == ["a.txt:3:5 R101", "build/a.py:3:5 R101"]


CONFIG = '[tool.scaffold.review]\nexclude = ["generated", "tests/*_old.py", "*_pb2.py"]\nignore = ["R108"]\n'


def test_settings_of_a_project(here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest pyproject.toml with the table; flags of the command line go before `select`."""
    files = ("a.py", "generated/a.py", "src/generated/b.py", "tests/a_old.py", "src/tests/a_old.py", "a_pb2.py")
    write(here, {"pyproject.toml": CONFIG, **dict.fromkeys(files, UNREAD), "s.py": SERIAL})
    write(here, {"src/pyproject.toml": "[project]\nname = 'src'\n"})
    assert codes(scaffold("review").out) == ["a.py:3:5 R101", "src/tests/a_old.py:3:5 R101"]
    assert codes(scaffold("review", "src").out) == ["src/tests/a_old.py:3:5 R101"]
    monkeypatch.chdir(here / "src")
    assert codes(scaffold("review").out) == ["tests/a_old.py:3:5 R101"]
    monkeypatch.chdir(here)
    write(here, {"pyproject.toml": '[tool.scaffold.review]\nselect = ["R108"]\n'})
    assert codes(scaffold("review").out) == ["s.py:4:5 R108"]
    assert len(codes(scaffold("review", "--select", "R101").out)) == len(files)


@pytest.mark.parametrize(
    ("text", "says", "code"),
    [
        ('[tool.scaffold.review]\nexlude = ["a"]\n', "has no setting 'exlude'; did you mean 'exclude'?", 2),
        ('[tool.scaffold.review]\nselect = "R101"\n', "select must be a list of strings", 2),
        ('[tool.scaffold.review]\nignore = ["X1"]\n', "ignore: there is no rule 'X1'; give one of R101", 2),
        ("[tool.scaffold]\nreview = 1\n", "must be a table", 2),
        ("[tool.scaffold.review\n", "pyproject.toml:1 ", 1),
    ],
)
def test_settings_that_are_none(here: Path, scaffold: Run, text: str, says: str, code: int) -> None:
    """One line with the file."""
    write(here, {"pyproject.toml": text, "a.py": UNREAD})
    result = scaffold("review")
    assert (result.code, result.out, len(result.err.splitlines())) == (code, "", 1)
    assert says in result.err
    assert "pyproject.toml" in result.err


ENCODED: dict[str, bytes] = {
    "a mark": b"\xef\xbb\xbf" + UNREAD.encode(),
    "latin-1 by PEP 263": b"# -*- coding: latin-1 -*-\n# \xe9\n" + UNREAD.encode(),
    "utf-16 would be no Python": UNREAD.encode(),
    "lines of Windows": UNREAD.replace("\n", "\r\n").encode(),
    "lines of old": UNREAD.replace("\n", "\r").encode(),
    "a form feed": b"\x0c\n" + UNREAD.encode(),
    "an escape that Python warns of": b"x = '\\d'\n" + UNREAD.encode(),
}


@pytest.mark.parametrize("name", ENCODED)
def test_encodings(here: Path, scaffold: Run, name: str) -> None:
    """A file is read as Python reads it."""
    write(here, {"a.py": ENCODED[name]})
    result = scaffold("review")
    assert [found.split()[1] for found in codes(result.out)] == ["R101"]
    assert result.err == ""


UNFIT: dict[str, bytes] = {
    f"is not Python {VERSION}: Missing parentheses": b"import threading\nprint 'a'\n",
    f"is not Python {VERSION}: ": b"import threading\nif\n",
    "is not Python": b"import threading\n\0\n",
    "cannot be decoded: ": b"import threading # \xe9\n",
    "cannot be decoded: unknown encoding": b"# coding: klingon\nimport threading\n",
    "is larger than 0.5 MiB": b"import threading\n" + b"#" * LARGEST,
    "nested": b"import threading\nx = " + b"(" * 5_000 + b")" * 5_000,
}


@pytest.mark.parametrize("says", UNFIT)
def test_a_file_that_is_not_reviewed_is_one_line(here: Path, scaffold: Run, says: str) -> None:
    """On stderr; the others are reviewed, and they decide the exit code."""
    write(here, {"a.py": UNFIT[says], "b.py": UNREAD})
    result = scaffold("review")
    assert (result.code, codes(result.out)) == (1, ["b.py:3:5 R101"])
    [line] = result.err.splitlines()
    assert line.startswith("note: a.py")
    assert says in line
    assert scaffold("review", "a.py").code == 0


def test_deep_nesting_of_every_kind(here: Path, scaffold: Run) -> None:
    """Reviewed, or one line: never a traceback, and never a crash."""
    deep = 20_000
    programs = {
        "minus": "x = " + "-" * deep + "1",
        "sum": "x = " + "1+" * deep + "1",
        "attributes": "x = x" + ".x" * deep,
        "calls": "x" + "()" * deep,
        "blocks": "".join(f"{' ' * depth}if x:\n" for depth in range(90)) + " " * 90 + "pass",
        "elif": "if x: pass\n" + "elif x: pass\n" * 2_000,
        "strings": "x = " + "'a' " * deep,
    }
    write(here, {f"{name}.py": f"import threading\n{text}\n" for name, text in programs.items()})
    result = scaffold("review", "--notes")
    assert result.code == 0
    assert all(re.match(r"note: \w+\.py(:\d+)? is ", line) for line in result.err.splitlines())


@pytest.mark.skipif(os.name == "nt", reason="POSIX files")
def test_nothing_is_waited_for_or_followed(here: Path, scaffold: Run) -> None:
    """Pipes, links in circles, links out of the folder, folders that cannot be entered, notebooks."""
    write(here, {"src/a.py": UNREAD, "src/n.ipynb": "{}", "out/b.py": UNREAD})
    os.mkfifo(here / "src" / "pipe.py")
    (here / "src" / "round").symlink_to(here / "src")
    (here / "src" / "out").symlink_to(here / "out")
    (here / "src" / "b.py").symlink_to(here / "out" / "b.py")
    (here / "src" / "gone.py").symlink_to(here / "nowhere")
    result = scaffold("review", "src")
    assert codes(result.out) == ["src/a.py:3:5 R101"]
    assert result.err.splitlines() == [
        "note: src/n.ipynb is a notebook, and not reviewed",
        "note: src/pipe.py is a pipe, not a file",
    ]
    assert codes(scaffold("review", "src/b.py").out) == ["src/b.py:3:5 R101"]
    assert "is a pipe, not a file" in scaffold("review", "src/pipe.py").err


def test_a_path_that_is_none(here: Path, scaffold: Run) -> None:
    """One line, exit 1, whatever else was named."""
    write(here, {"a.py": UNREAD})
    result = scaffold("review", "a.py", "none.py")
    assert (result.code, result.out) == (1, "")
    assert result.err == "error: 'none.py' cannot be read: No such file or directory\n"


@pytest.mark.slow
def test_work_grows_with_the_file_only(here: Path, scaffold: Run) -> None:
    """A generated file of the largest size that is read, full of what the rules look at, takes seconds."""
    lines = ["import threading, queue", "from multiprocessing.pool import ThreadPool", "def f(): print(1)"]
    lines += ["with ThreadPool() as p:"] + ["    p.apply_async(f)"] * 1_250
    lines += ["for i in range(3):"] + ["    t = threading.Thread(target=f)", "    t.start()", "    print(t)"] * 500
    lines += ["p = ThreadPool()", "for i in range(3):"] + ["    r = p.apply_async(f, (i,)).get()"] * 1_000
    lines += ["class A(threading.Thread):"] + [
        f"    def m{n}(self): self._stop = self.p = ThreadPool()" for n in range(500)
    ]
    write(here, {"a.py": "\n".join(lines)})
    start = time.process_time()
    assert scaffold("review", "--notes").code == 1
    assert scaffold("review", "--sites").code == 0
    assert time.process_time() - start < 12


@pytest.mark.slow
def test_our_own_code_is_clean(scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """scaffold, its benchmarks, and every design as it is generated."""
    monkeypatch.chdir(ROOT)
    result = scaffold("review", "scaffold", "benchmarks", "tests/golden")
    assert (result.out.splitlines()[-1].startswith("nothing found in "), result.err) == (True, "")


def test_the_hooks_for_pre_commit_run_commands_that_there_are(scaffold: Run) -> None:
    """Each is called as its command is."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["scaffold-review", "scaffold-check", "scaffold-template-lint"]
    for hook in hooks:
        words = hook["entry"].split()
        assert "-".join(words) == hook["id"]
        assert scaffold(*words[1:], "--help").out.startswith(f"Usage: {hook['entry']} ")


# --- processes ------------------------------------------------------------------------------------------------------


def test_many_files_are_reviewed_by_processes(here: Path, scaffold: Run) -> None:
    """The same findings in the same order, and every file that is not reviewed."""
    write(
        here,
        {
            f"d{number % 7}/f{number:03}.py": UNREAD if number % 9 == 0 else "import threading\n"
            for number in range(900)
        },
    )
    write(here, {"bad.py": "import threading\nif\n"})
    result = scaffold("review")
    expected = sorted(f"d{number % 7}/f{number:03}.py:3:5 R101" for number in range(0, 900, 9))
    assert codes(result.out) == expected
    assert result.err == f"note: bad.py:2 is not Python {VERSION}: invalid syntax\n"
    assert result.out.endswith("\n100 errors in 900 files\n")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_ends_it_ends_all_of_it_at_once(here: Path, number: signal.Signals) -> None:
    """Ctrl-C is exit 130 with one line; however it ends, no process stays."""
    body = "import threading\n" + "x = [i for i in range(9)]\n" * 3_000
    write(here, {f"f{number}.py": body for number in range(900)})
    process = subprocess.Popen(
        [sys.executable, "-m", "scaffold", "review"],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(4)
    assert process.poll() is None
    if number == signal.SIGINT:  # of a terminal, to all of them
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=30)
    if number == signal.SIGINT:
        assert (process.returncode, out, err) == (130, "", "error: cancelled; nothing was written\n")
    else:  # multiprocessing may say that it cleared semaphores away
        assert (process.returncode, out) == (-number, "")
    assert is_ended(process.pid)


def is_ended(group: int) -> bool:
    """Whether all processes of a group end within five seconds."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_nothing_heavy_is_imported(here: Path) -> None:
    """A review needs neither Copier nor Rich, nor the parser of templates."""
    write(here, {"a.py": UNREAD})
    check = "import sys; from scaffold.cli import run; run({}); print([n for n in {} if n in sys.modules])"
    heavy = ["copier", "rich", "pydantic", "jinja2", "yaml", "prompt_toolkit", "asyncio", "multiprocessing"]
    for arguments in (["review", "--help"], ["review", "a.py"]):
        done = subprocess.run(
            [sys.executable, "-c", check.format(arguments, heavy)],
            cwd=here,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.endswith("[]\n"), done.stdout
