import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from demo.work import work

distributed: Any = import_module("distributed")
COMMAND = [sys.executable, "-m", "demo"]


@pytest.fixture(scope="module", autouse=True)
def scheduler() -> Iterator[str]:
    """Real worker processes, whose address the commands find in their environment."""
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("DASK_SCHEDULER_ADDRESS", cluster.scheduler_address)
        yield cluster.scheduler_address


@pytest.fixture(autouse=True)
def no_thread_is_left() -> None:
    """Instead of that in conftest.py: Dask keeps threads of its own."""


def run(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.txt" for number in range(20)]
    for path in paths:
        path.write_text(path.name)
    return paths


# The work: change these two with it.


def test_work(tmp_path: Path) -> None:
    file = tmp_path / "hello"
    file.write_text("Hello hello world", encoding="utf-8")
    assert work(str(file)).split(maxsplit=2) == ["3", "2", str(file)]


def test_work_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        work(str(tmp_path / "missing"))


# The command


@pytest.mark.parametrize("by_stdin", [False, True])
def test_a_line_for_every_path(files: list[Path], by_stdin: bool) -> None:
    """Paths are arguments, or lines of standard input."""
    if by_stdin:
        done = run("--workers", "3", stdin="".join(f"{path}\n" for path in files))
    else:
        done = run(*files)
    expected = [work(str(path)) for path in files]
    assert (done.stderr, done.returncode) == ("", 0)
    assert sorted(done.stdout.splitlines()) == sorted(expected)


def test_an_error_does_not_stop_the_others(files: list[Path], tmp_path: Path) -> None:
    """It is one line on stderr, and exit code 1 at the end."""
    missing = tmp_path / "missing"
    done = run(*files[:3], missing, *files[3:])
    assert sorted(done.stdout.splitlines()) == sorted(work(str(path)) for path in files)
    assert done.stderr.startswith(f"{missing}: FileNotFoundError(")
    assert (len(done.stderr.splitlines()), done.returncode) == (1, 1)


def test_the_scheduler_may_be_named(scheduler: str, files: list[Path]) -> None:
    done = run("--scheduler", scheduler, files[0])
    assert (done.stdout, done.stderr, done.returncode) == (work(str(files[0])) + "\n", "", 0)


def test_without_a_scheduler_it_starts_processes_here(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    done = run("--workers", "1", files[0])
    assert (done.stdout, done.stderr, done.returncode) == (work(str(files[0])) + "\n", "", 0)


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    done = run("--scheduler", "tcp://127.0.0.1:1", "README.md")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("address", ["nonsense://127.0.0.1:1", "tcp://127.0.0.1", "127.0.0.1:port"])
def test_an_address_that_is_none(address: str) -> None:
    """Trap: Dask's Client raises for it, and then hangs as the program ends."""
    done = run("--scheduler", address, "README.md")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("missing", ["distributed", "dask", "cloudpickle"])
def test_what_is_not_installed_is_told(missing: str) -> None:
    script = f"""
import runpy, sys
sys.modules["{missing}"] = None
runpy.run_module("demo", run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=50, check=False
    )
    (line,) = done.stderr.splitlines()
    assert missing in line
    assert ".[cluster]" in line
    assert done.returncode == 1


@pytest.mark.parametrize("arguments", [["--workers", "0"], ["--what"]])
def test_a_wrong_call(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs a named pipe and a signal")


@needs_posix
def test_ctrl_c_ends_it_at_once(files: list[Path], tmp_path: Path) -> None:
    """Though a call is running that would never end: it reads a pipe that nobody writes to."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [*COMMAND, str(files[0]), str(pipe)]
    writer = os.open(pipe, os.O_RDWR)  # at the end, to let the worker go
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == work(str(files[0])) + "\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=50)
    os.close(writer)
    assert (out, err, child.returncode) == ("", "", 130)


@needs_posix
def test_a_reader_that_leaves_early_is_no_error(files: list[Path]) -> None:
    """As in `python -m ... | head -1`."""
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write("".join(f"{path}\n" for path in files))
        child.stdin.flush()
        child.stdout.close()
        child.stdin.close()
        assert child.stderr
        assert child.stderr.read() == ""
    assert child.returncode == 1
