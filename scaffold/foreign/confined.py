"""Talking with the process in which an untrusted template is rendered: its job, its time, its questions, its end."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from scaffold import git
from scaffold.errors import Refused, TemplateFault, UsageError
from scaffold.foreign.output import shown
from scaffold.foreign.tree import megabytes
from scaffold.foreign.workplace import is_git_setting
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from scaffold.copierfmt.value import Place
    from scaffold.foreign.checkout import Limits
    from scaffold.foreign.workplace import Workplace

_LONGEST_LINE = 1 << 20  # characters of one message; the questions of a template are far below
_MOST_OUTPUT = 4_000  # bytes of a failed task's output that are looked at


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
    say: Callable[[str], None] | None = None
    """Shows what the template says, and what its commands print; None: nobody wants to see it."""


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
        "git": {name: value for name, value in git.own_environment().items() if is_git_setting(name)},
        "temporary": str(place.temporary),
        "cpu": job.limits.cpu,
        "memory": job.limits.memory,
        "file_size": job.limits.file_size,
        "files": job.limits.files,
        "total_size": job.limits.total_size,
    }
    with ExitStack() as stack:
        if job.trusted and job.say is not None:
            stack.enter_context(shown(place.output, job.say))
        stack.callback(place.end)
        return _Talk(process, job).finish(order, answer)


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
            elif kind == "say" and isinstance(content, str):
                if self._job.say is not None:
                    self._job.say(content)
            elif kind == "done" and isinstance(content, dict):
                return content
            else:
                self._fail(content)

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # why it ended is seen when it is read from
            print(json.dumps(message, default=str), file=self._process.stdin, flush=True)

    def _next(self) -> tuple[str, Any]:
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
            flags = " ".join(f"--data {name}=…" for name in names)
            if failure["kind"] == "unanswered":
                missing = f"add {flags} (missing: {', '.join(names)}), or --defaults"
                raise Refused("no terminal to ask at:", missing)
            raise Refused(f"the template has no default for {', '.join(names)}:", f"add {flags}")
        if failure["kind"] == "recorded":
            name, reason = one_line(failure["name"]), one_line(failure["reason"]).rstrip(".")
            raise Refused(f"the recorded answer to {name} is refused ({reason}):", f"give another with --data {name}=…")
        if failure["kind"] == "memory":
            raise TemplateFault("copier.yml", f"needs more memory than {megabytes(self._job.limits.memory)}")
        reason = failure["reason"].replace(f"{self._job.place.root}{os.sep}", "")
        if failure["question"] is not None and failure["question"] in self._job.order["data"]:
            name = one_line(failure["question"])
            raise UsageError(f"--data {name}: {one_line(reason)}")
        place = self._job.places.get(failure["question"] or "")
        if failure["question"] is not None:
            reason = f"question {failure['question']}: {reason}"
        if self._job.trusted and self._job.say is None and (said := _last_words(self._job.place.output)):
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
