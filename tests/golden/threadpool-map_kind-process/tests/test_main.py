import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.work import work

COMMAND = [sys.executable, "-m", "demo"]


def run(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
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


@pytest.mark.parametrize("arguments", [["--workers", "0"], ["--workers", "many"], ["--what"]])
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
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == work(str(files[0])) + "\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
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
