"""Starting the process in which an untrusted template is rendered, watching its time, and understanding its end."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from scaffold import git
from scaffold.errors import NoDefault, ScaffoldError, TemplateFault, Unanswered, UsageError
from scaffold.foreign import commands
from scaffold.foreign.tree import megabytes
from scaffold.removal import room_is_needed, temporary_folder
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scaffold.copierfmt.reader import Place
    from scaffold.foreign.checkout import Limits

_LONGEST_LINE = 1 << 20  # characters of one message; the questions of a template are far below
_MOST_OUTPUT = 4_000  # bytes of a failed task's output that are looked at
# Nothing that holds a secret: what programs need to start, and where they find their own settings of the machine.
_KEPT = ("LANG", "PATH", "PATHEXT", "SYSTEMROOT", "TERM", "TZ")


@dataclass
class Workplace:
    """A private folder for one rendering; it goes away with all that is in it."""

    root: Path
    with_git: bool = False
    """Whether the process that renders may run git, and nothing else."""
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    @property
    def output(self) -> Path:
        """What the process and its tasks printed."""
        return self.root / "output"

    @property
    def temporary(self) -> Path:
        """For what Copier makes for itself."""
        return self.root / "tmpdir"

    @property
    def programs(self) -> Path:
        """The only folder in which programs are found: with git in it, or with nothing.

        Copier works without git, and then does not run it in a template.
        """
        folder = self.root / "programs"
        if folder.exists():
            return folder
        if not self.with_git:
            folder.mkdir()
            return folder
        found = git.program()
        if os.name == "nt":
            return found.parent
        folder.mkdir()
        (folder / "git").symlink_to(found.resolve())
        return folder

    def start(self, *, trusted: bool) -> subprocess.Popen[str]:
        """The process that waits for a job; one that is not trusted may have been started before.

        What is trusted has the user's environment, so it never gets a process that was started without.
        """
        if self._process is not None and not trusted:
            return self._process
        self.end()
        self.temporary.mkdir(exist_ok=True)
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-IB", "-c", _start(trusted=trusted)],  # -B: no bytecode beside a template's extension
                cwd=self.root,
                env=commands.environment(self.root) if trusted else self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches us, and we end it; tasks' children end with it
                encoding="utf-8",
            )
        return self._process

    def end(self) -> None:
        """End the process, if there is one, and what it started."""
        if self._process is not None:
            _end(self._process)
            self._process = None

    def _environment(self) -> dict[str, str]:
        """For a template that is not trusted: its own home, and only our programs to be found."""
        kept = {name: value for name, value in git.own_environment().items() if name in _KEPT or _is_git(name)}
        folders = [str(self.root / "home"), str(self.root / "xdg"), str(self.temporary)]
        for folder in folders:
            Path(folder).mkdir(exist_ok=True)
        home, xdg, temporary = folders
        own = dict.fromkeys(("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), xdg)
        own |= {"HOME": home, "USERPROFILE": home, "APPDATA": xdg, "LOCALAPPDATA": xdg, "COPIER_CACHE_DIR": xdg}
        own |= {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary, "PYTHONUTF8": "1"}
        own |= {"PYDANTIC_DISABLE_PLUGINS": "__all__"}  # it would look for some in every package that is installed
        return kept | own | {"PATH": str(self.programs)}


def _is_git(name: str) -> bool:
    return name.startswith("GIT_CONFIG") or name in ("GIT_OPTIONAL_LOCKS", "GIT_TERMINAL_PROMPT")


_ahead: list[Workplace] = []
"""One whose process was started before it was known what for."""


@contextmanager
def workplace(*, renders: bool = False, with_git: bool = False) -> Iterator[Workplace]:
    """A private folder, as long as it is needed.

    Args:
        renders: A template will be rendered there. The process for that starts at once: it imports Copier while the
            template is fetched and read.
        with_git: That process may run git.
    """
    if _ahead and renders and not with_git:
        place = _ahead.pop()  # which is cleared away by whoever made it
        with room_is_needed(place.root):
            yield place
        return
    with _made(with_git=with_git) as place:
        if renders:
            place.start(trusted=False)
        yield place


@contextmanager
def started_ahead() -> Iterator[None]:
    """Start the process for the first template that will be rendered, in a run that is likely to render one.

    Where that fails it is left to `workplace`, which can say so.
    """
    with ExitStack() as stack:
        with suppress(OSError, ScaffoldError):
            place = stack.enter_context(_made(with_git=False))
            place.start(trusted=False)
            _ahead.append(place)
        try:
            yield
        finally:
            _ahead.clear()


@contextmanager
def _made(*, with_git: bool) -> Iterator[Workplace]:
    with temporary_folder("scaffold-") as root:
        place = Workplace(root, with_git)
        try:
            yield place
        finally:
            place.end()


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the process has to do."""

    place: Workplace
    order: Mapping[str, Any]
    """As scaffold/foreign/worker.py reads it."""
    trusted: bool
    limits: Limits
    places: Mapping[str, Place]
    """Where each question begins."""


def run(job: Job, answer: Callable[[Mapping[str, Any]], object]) -> Mapping[str, Any]:
    """Have it done; the outcome.

    Args:
        job: What to do.
        answer: Answers a question of the process.

    Raises:
        ScaffoldError: It failed, in one line.
        Cancelled: From `answer`.
    """
    place = job.place
    process = place.start(trusted=job.trusted)
    order = {
        **job.order,
        "may_run": str(place.programs / "git") if place.with_git else None,
        "git": {name: value for name, value in git.own_environment().items() if _is_git(name)},
        "temporary": str(place.temporary),
        "cpu": job.limits.cpu,
        "memory": job.limits.memory,
        "file_size": job.limits.file_size,
        "files": job.limits.files,
        "total_size": job.limits.total_size,
    }
    try:
        return _Talk(process, job).finish(order, answer)
    finally:
        place.end()


def _start(*, trusted: bool) -> str:
    """A program that finds the modules that we find, but none in the current folder, which may be a template."""
    package = str(Path(__file__).parent.parent.parent)
    path = [entry for entry in sys.path if entry and Path(entry).exists()]
    with suppress(FileNotFoundError):  # a current folder that is gone
        path = [entry for entry in path if Path(entry).resolve() != Path.cwd()]
    path = list(dict.fromkeys([package, *path]))
    start = f"from scaffold.foreign.worker import main; main(trusted={trusted})"
    return f"import gc, sys; gc.disable(); sys.path[:] = {path!r}; {start}"


class _Talk:
    """The conversation with the process."""

    def __init__(self, process: subprocess.Popen[str], job: Job) -> None:
        self._process = process
        self._job = job
        self._allowed = job.limits.tasks_wall if job.trusted else job.limits.wall
        self._left = self._allowed
        self._lines: queue.Queue[str] = queue.Queue(maxsize=10)
        assert process.stdout is not None
        threading.Thread(target=_read, args=(process.stdout, self._lines), daemon=True).start()

    def finish(self, order: Mapping[str, Any], answer: Callable[[Mapping[str, Any]], object]) -> Mapping[str, Any]:
        self._send(order)
        while True:
            kind, content = self._next()
            if kind == "ask":
                self._send(answer(content))
            elif kind == "done" and isinstance(content, dict):
                return content
            else:
                self._fail(content)

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # why it ended is seen when it is read from
            print(json.dumps(message, default=str), file=self._process.stdin, flush=True)

    def _next(self) -> tuple[str, Mapping[str, Any]]:
        started = time.monotonic()
        try:
            line = self._lines.get(timeout=max(self._left, 0))
        except queue.Empty:
            raise TemplateFault("copier.yml", f"takes longer than {self._allowed:g} seconds") from None
        self._left -= time.monotonic() - started
        try:
            ((kind, content),) = json.loads(line, parse_constant=str).items()  # .nan in YAML is no JSON
        except (ValueError, AttributeError, RecursionError):
            raise TemplateFault("copier.yml", self._sudden_end()) from None
        return kind, content

    def _sudden_end(self) -> str:
        """Why there was no last line."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.returncode
        if code == -getattr(signal, "SIGXCPU", 0):
            return f"takes more than {self._job.limits.cpu} seconds of computing"
        said = _last_words(self._job.place.output) or "it needs too much memory, or nests too deep"
        return f"brought its process down (exit code {code}): {said}"

    def _fail(self, failure: Mapping[str, Any]) -> None:
        try:
            self._explain(failure)
        except (AttributeError, KeyError, TypeError) as error:  # a process that was taken over
            raise TemplateFault("copier.yml", "made its process answer nonsense") from error

    def _explain(self, failure: Mapping[str, Any]) -> None:
        if failure["kind"] in ("unanswered", "no default"):
            names = [one_line(name) for name in failure["names"]]
            refuse = Unanswered if failure["kind"] == "unanswered" else NoDefault
            raise refuse(names, " ".join(f"--data {name}=…" for name in names))
        if failure["kind"] == "memory":
            raise TemplateFault("copier.yml", f"needs more memory than {megabytes(self._job.limits.memory)}")
        reason = failure["reason"].replace(f"{self._job.place.root}{os.sep}", "")
        if failure["question"] is not None and failure["question"] in self._job.order["data"]:
            name = one_line(failure["question"])
            raise UsageError(f"--data {name}: {one_line(reason)}")
        place = self._job.places.get(failure["question"] or "")
        if failure["question"] is not None:
            reason = f"question {failure['question']}: {reason}"
        if self._job.trusted and (said := _last_words(self._job.place.output)):
            reason = f"{reason} Its last words: {said}"
        if failure["file"] is None and place is not None:
            raise TemplateFault(place.path, reason, place.line)
        raise TemplateFault(failure["file"] or "copier.yml", reason, failure["line"])


def _read(stream: IO[str], lines: queue.Queue[str]) -> None:
    with suppress(OSError, ValueError):  # closed as it ended
        while line := stream.readline(_LONGEST_LINE):
            lines.put(line)
    lines.put("")


def _last_words(output: Path) -> str:
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - _MOST_OUTPUT))
        said = [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return one_line(said[-1]) if said else ""


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.close()
