"""The process in which Copier renders an untrusted template (started by foreign/workplace.py, never imported by it).

It has an environment and limits of its own, and talks to its parent in lines of JSON: a job comes in, questions go out
and answers come in, and the last line is the outcome. Whatever goes wrong ends in one line of JSON. It is ready before
the job comes: by then Copier is imported, and nothing of a template was seen.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold import memory
from scaffold.foreign import combined, compiled, composed, hints, two_versions
from scaffold.foreign.guard import Blocked, Guard
from scaffold.foreign.standins import import_copier, import_whole_copier, lend, shield_git_of_copier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Every name that some file system takes for `.git`: added last, which no pattern of a template's can undo.
_EXCLUDE = (".git", ".[gG][iI][tT]", "[gG][iI][tT]~[0-9]")
_LINK = 0o120000  # a symbolic link's mode in git


class Unanswered(Exception):
    """Questions that nobody can be asked; its argument, if there is one, is the name of one without a default."""


class Channel:
    """The way to the parent, and nothing else on the standard streams: a template's output goes nowhere."""

    def __init__(self) -> None:
        self._in = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.dup2(2, 1)

    def send(self, **message: object) -> None:
        """One line to the parent."""
        print(json.dumps(message, default=str), file=self._out, flush=True)

    def receive(self) -> Any:  # noqa: ANN401  # JSON
        """One line from the parent; when it is gone, so are we."""
        line = self._in.readline()
        if not line:
            os._exit(1)
        return json.loads(line)


class Asking:
    """Stands where Copier finds questionary's prompt: puts its questions to the parent."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.possible = False
        self.unanswered: list[str] = []
        self.problems: dict[str, str] = {}
        """Why an answer on record is no longer taken, by the name of its question."""

    def __call__(self, questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any], **_: object) -> Any:  # noqa: ANN401
        """As `questionary.unsafe_prompt`."""
        (question,) = questions
        name = question["name"]
        if not question["when"](answers):
            return dict(answers)
        if self.possible:
            return {name: self._asked(question)}
        self.unanswered.append(name)
        if type(answers[name]) is object:  # Copier's mark for "no default"
            raise Unanswered(name)
        return dict(answers)

    def _asked(self, question: Mapping[str, Any]) -> Any:  # noqa: ANN401  # whatever the question takes
        message = _described(question) | {"problem": self.problems.pop(question["name"], "")}
        while True:
            self._channel.send(ask=message)
            try:
                value = _chosen(question, self._channel.receive())
                verdict = question["validate"](value) if "validate" in question else True
                if verdict is True:
                    return question["filter"](value)
            except (ValueError, TypeError) as error:
                verdict = str(error)
            message["problem"] = str(verdict)


class Messages:
    """Stands where Copier prints the messages of a template: the first is told at once, the last when all is done."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._begun = False
        self.last = ""

    def install(self) -> None:
        """Copier's own way is silent when it is to be quiet about files."""
        from copier._main import Worker

        Worker._print_message  # noqa: B018, SLF001  # a Copier without it is one that this does not know
        Worker._print_message = self._take  # type: ignore[method-assign]  # noqa: SLF001

    @property
    def _take(self) -> Any:  # noqa: ANN401  # a method of another class
        def take(worker: Any, message: str) -> None:  # noqa: ANN401  # Copier's own
            self.last = worker._render_string(message) if message else ""  # noqa: SLF001
            if self.last and not self._begun:
                self._channel.send(say=self.last)
            self._begun = True

        return take


def _described(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question of Copier's as data."""
    kinds = {"input": "text", "path": "text"}
    default = question.get("default")
    return {
        "name": question["name"],
        "kind": kinds.get(question["type"], question["type"]),
        "message": question["message"],
        "default": default if isinstance(default, (str, bool, int)) else "",
        "choices": [
            (
                str(choice.title),
                number,
                bool(choice.checked) or choice is default,
                str(choice.disabled or ""),
                choice.value,
            )
            for number, choice in enumerate(question.get("choices", ()))
        ],
        "multiline": bool(question.get("multiline", False)),
        "placeholder": str(question.get("placeholder", "")),
        "problem": "",
    }


def _chosen(question: Mapping[str, Any], answer: Any) -> Any:  # noqa: ANN401  # whatever the question takes
    choices = question.get("choices")
    if not choices:
        return answer
    return [choices[number].value for number in answer] if isinstance(answer, list) else choices[answer].value


def main(*, trusted: bool) -> None:
    """Do the one job that comes in."""
    channel = Channel()
    warnings.simplefilter("ignore")
    asking = Asking(channel)
    copier = (import_whole_copier if trusted else import_copier)(asking)
    sys.dont_write_bytecode = True  # from here on: none beside a template's extension
    gc.freeze()
    gc.enable()  # it was off from the start: what is imported stays
    job = channel.receive()
    asking.possible = job["asking"]
    tempfile.tempdir = job["temporary"]  # a task's own TMPDIR is the user's
    if trusted:
        shield_git_of_copier(job["git"])
    else:
        _confine(job)
    try:
        _serve(job["versions"])
        lend(job["external"])
        if job["update"]:
            outcome = _update(job, channel, asking, trusted=trusted)
        else:
            outcome = _copy(job, copier, Messages(channel), trusted=trusted)
        if asking.unanswered:
            raise Unanswered  # noqa: TRY301  # explained below like every other end
    except BaseException as error:  # noqa: BLE001  # whatever a template brings about
        channel.send(failed=_explained(error, asking, Path(job["versions"][-1]["root"])))
    else:
        channel.send(done=outcome)
    os._exit(0)  # neither Copier's clean-up nor a finaliser of a template's object runs; the parent clears away


def _confine(job: Mapping[str, Any]) -> None:
    """What a template that is not trusted may use; as nothing of it is loaded, Copier may take three short cuts."""
    compiled.install()
    composed.install()
    combined.install()
    _limit(job)
    several = 2 if job["update"] else 1
    Guard(Path.cwd(), files=several * job["files"], total_size=several * job["total_size"]).stand()


def _limit(job: Mapping[str, Any]) -> None:
    """Where the system knows limits; the parent watches the time as well."""
    memory.limit(job["memory"])
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": job["cpu"],
        "RLIMIT_FSIZE": job["file_size"],
        "RLIMIT_NPROC": 0,
    }
    for name, value in limits.items():
        with suppress(ValueError, OSError, AttributeError):  # macOS knows but refuses some
            number = getattr(resource, name)
            hard = resource.getrlimit(number)[1]
            most = value + (name == "RLIMIT_CPU")  # the signal for the soft limit says what it was
            resource.setrlimit(number, (value, most if hard == resource.RLIM_INFINITY else min(most, hard)))


def _serve(versions: Sequence[Mapping[str, Any]]) -> None:
    """Let Copier find the versions of the template that are on this disk already.

    Else it would clone them, with git, under the settings of their repository; and of a plain folder it would not
    record the version. These are the only private names of Copier's that are used (docs/adr/0008).
    """
    from copier._template import Template

    found = _Versions((version["ref"], version) for version in versions)
    numbers = dict(zip(found, _numbers(map(_word, found.values())), strict=True))
    known = {
        "vcs": lambda _: None,
        "local_abspath": lambda template: Path(found[template.ref]["root"]),
        "commit": lambda template: template.ref,
        "commit_hash": lambda template: found[template.ref]["commit"],
        "version": lambda template: numbers.get(template.ref),
        "git_index_modes": lambda template: dict.fromkeys(map(PurePosixPath, found[template.ref]["links"]), _LINK),
    }
    for name, get in known.items():
        getattr(Template, name)  # a Copier without it is one that this does not know
        setattr(Template, name, property(get))


class _Versions(dict[Any, Mapping[str, Any]]):
    """The versions at hand, by what they are called."""

    def __missing__(self, ref: object) -> Mapping[str, Any]:
        raise LookupError(f"the project records version {ref}, which is not the one that was fetched")


def _word(version: Mapping[str, Any]) -> str | None:
    """What a version is called; no hash, since some read as numbers, such as 79652b9."""
    ref, commit = version["ref"], version["commit"]
    return "a commit" if ref and commit and commit.startswith(ref) else ref


def _numbers(refs: Iterable[str | None]) -> list[Any]:
    """The versions that tags, or `git describe`, name; what is no number is a little more than the one before it."""
    from packaging.version import Version

    numbers = [Version("0")]
    for ref in refs:
        described = re.fullmatch(r"(.+)-([0-9]+)-g([0-9a-f]+)", ref or "")
        last = numbers[-1]
        try:
            numbers.append(Version(f"{described[1]}.post{described[2]}" if described else ref or "0"))
        except ValueError:  # also a number of more digits than Python takes
            release = ".".join(map(str, last.release))
            numbers.append(Version(f"{last.epoch}!{release}.post{(last.post or 0) + 1}"))
    return numbers[1:]


def _copy(job: Mapping[str, Any], copier: Any, messages: Messages, *, trusted: bool) -> dict[str, Any]:  # noqa: ANN401
    if job["messages"]:
        messages.install()
    copier._main._operation.set(job["operation"])  # noqa: SLF001  # what `_copier_operation` is
    worker = copier.run_copy(
        job["source"],
        job["out"],
        job["data"],
        answers_file=job["answers_file"],
        vcs_ref=job["versions"][0]["ref"],
        user_defaults=job["suggested"],
        settings=copier.Settings(),
        exclude=_EXCLUDE,
        defaults=job["defaults"],
        overwrite=True,
        quiet=True,
        unsafe=trusted,
        skip_tasks=not (trusted and job["tasks"]),
    )
    answers = worker.answers
    return {
        "answers": {
            name: answers.combined[name]
            for name in job["questions"]
            if name in answers.combined and name not in answers.hidden
        },
        "left": [str(path) for path in two_versions.files(Path(job["out"])) if worker.match_skip(path)],
        "message": messages.last,
    }


def _update(job: Mapping[str, Any], channel: Channel, asking: Asking, *, trusted: bool) -> dict[str, Any]:
    def stage(name: str, **found: object) -> None:
        channel.send(ask={"stage": name, **found})
        channel.receive()

    def tell(message: str) -> None:
        channel.send(say=message)

    return two_versions.render_both(
        job, trusted=trusted, exclude=_EXCLUDE, stage=stage, tell=tell, problems=asking.problems
    )


def _explained(error: BaseException, asking: Asking, root: Path) -> dict[str, Any]:
    """What went wrong, as data: the kind, the sentence, and where in the template."""
    if said := _about_answers(error, asking):
        return said
    if isinstance(error, MemoryError):
        return {"kind": "memory"}
    place = hints.place(error, root)
    return {
        "kind": "fault",
        "reason": hints.reason(error),
        "file": place.file,
        "line": None if isinstance(error, Blocked) else place.line,  # that of the code which Jinja made of it
        "question": place.question,
    }


def _about_answers(error: BaseException, asking: Asking) -> dict[str, Any] | None:
    """What is said where an answer is missing, or one on record is not taken."""
    if isinstance(error, two_versions.Refused):
        return {"kind": "recorded", "name": error.name, "reason": error.reason}
    if isinstance(error, Unanswered) and error.args:
        return {"kind": "no default", "names": error.args}
    if isinstance(error, Unanswered) or (asking.unanswered and not isinstance(error, (MemoryError, Blocked))):
        return {"kind": "unanswered", "names": asking.unanswered}
    if required := re.fullmatch(r'Question "(.*)" is required', str(error)):
        name = required[1]
        if name in asking.problems:
            return {"kind": "recorded", "name": name, "reason": asking.problems[name]}
        return {"kind": "no default", "names": [name]}
    return None
