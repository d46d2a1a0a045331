"""What the process of an update does: renders the version on record, and the wanted one with the answers of now.

Both go into a folder of the same path, one after the other: what a template makes of its destination is then the same
in both. Between and after them a trusted template's migrations run in a copy of the project, which the parent makes.
Like foreign/worker.py this runs in the confined process, and is never imported by its parent.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Refused(BaseException):
    """A recorded answer that the wanted version's validator refuses. Copier, which would drop it, does not hold it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason


@dataclass
class _Recorded:
    """The recorded answers on their way through Copier's questions."""

    strict: bool = False
    """Whether the rendering is that of the wanted version; what was generated before needs no validator."""
    asks: bool = False
    """Whether somebody can be asked again."""
    problems: dict[str, str] = field(default_factory=dict)
    """What is said with such a question, by its name."""
    refused: dict[str, Any] = field(default_factory=dict)
    """Those that the wanted version does not take, by the name of their question."""

    def refuse(self, name: str, answer: object, error: Exception) -> None:
        """Note one."""
        self.refused[name] = answer
        self.problems[name] = str(error)

    def refuse_validated(self, question: Any, error: Exception) -> None:  # noqa: ANN401  # Copier's own
        """Note one that a validator refuses; where nobody can be asked again, that is the end.

        Raises:
            Refused: Nobody can.
        """
        name, answers = question.var_name, question.answers
        if name in answers.last and name not in answers.init and question.get_when():
            self.refuse(name, answers.last[name], error)
            if not self.asks:
                raise Refused(name, str(error)) from error


def render_both(  # noqa: PLR0913  # what it has of its parent
    job: Mapping[str, Any],
    *,
    trusted: bool,
    exclude: Sequence[str],
    stage: Callable[..., object],
    tell: Callable[[str], object],
    problems: dict[str, str],
) -> dict[str, Any]:
    """Render one version after the other.

    Args:
        job: As scaffold/foreign/updating.py writes it.
        trusted: Whether tasks and migrations run.
        exclude: What is never rendered.
        stage: Tells the parent that it is its turn, before the migrations of either stage, and waits.
        tell: Shows the user what the template says before an update.
        problems: Gets what is to be said with a question that is asked again, by its name.

    Returns:
        The paths that are left alone where they are there already, the recorded answers that are taken no more, and
        what the template says when all is done.
    """
    from copier import _main

    _main._operation.set("update")  # noqa: SLF001  # what `_copier_operation` is, also in the first of the two
    recorded = _Recorded(asks=job["asking"], problems=problems)
    _follow_answers(_main, recorded)
    old, new = (version["ref"] for version in job["versions"])
    worker = _main.Worker(
        src_path=job["source"],
        dst_path=Path(job["out"]),
        answers_file=Path(job["answers_file"]),
        vcs_ref=new,
        data=job["data"],
        settings=_settings(),
        exclude=exclude,
        defaults=job["defaults"],
        overwrite=True,
        quiet=True,
        unsafe=trusted,
        skip_answered=True,
        skip_tasks=not trusted,
    )
    before = replace(
        worker,
        vcs_ref=old,
        data=_answers_in(_main, Path(job["record"])) | job["secrets"],
        defaults=True,
        # What the wanted version excludes is none of its business any more: it is not taken away either.
        exclude=(*worker.template.exclude, *exclude),
    )
    if welcome := _message(worker, worker.template.message_before_update):
        tell(welcome)
    before.run_copy()
    Path(job["out"]).mkdir(parents=True, exist_ok=True)
    Path(job["out"]).rename(job["before"])
    project = replace(worker, dst_path=Path(job["project"]))
    record = Path(job["record"])
    if job["migrates"]:
        stage("before")
        _migrate(_main, project, before, "before")
        record = Path(job["project"], job["answers_file"])
    recorded.strict = True
    _serve_answers(worker, _answers_in(_main, record) | job["secrets"])
    worker.run_copy()
    left = [str(path) for path in files(Path(job["out"])) if worker.match_skip(path)]
    if job["migrates"]:
        stage("after", left=left)
        project.answers = worker.answers
        _migrate(_main, project, before, "after")
    answers = worker.answers
    return {
        "left": left,
        "replaced": {
            name: answers.combined.get(name) for name in recorded.refused.keys() - answers.hidden - answers.init.keys()
        },
        "message": _message(worker, worker.template.message_after_update),
    }


def _message(worker: Any, text: str) -> str:  # noqa: ANN401  # Copier's own
    return str(worker._render_string(text)) if text else ""  # noqa: SLF001  # as Copier's own update does


def _settings() -> Any:  # noqa: ANN401  # Copier's own
    """None of the user's."""
    from copier._settings import SettingsModel

    return SettingsModel()


def _migrate(main: Any, project: Any, before: Any, stage: str) -> None:  # noqa: ANN401  # Copier's own
    with main.Phase.use(main.Phase.MIGRATE):
        tasks = project.template.migration_tasks(stage, before.template)
        project._execute_tasks(tasks)  # noqa: SLF001  # as Copier's own update does


def _answers_in(main: Any, record: Path) -> dict[str, Any]:  # noqa: ANN401  # a module
    """As Copier takes them from a project: its own keys count only where they name the template."""
    answers = main.load_answersfile_data(record.parent, record.name)
    return {
        name: value for name, value in answers.items() if name in {"_src_path", "_commit"} or not name.startswith("_")
    }


def _serve_answers(worker: Any, answers: Mapping[str, Any]) -> None:  # noqa: ANN401  # Copier's own
    """Let the worker, which renders into an empty folder, find the project's answers."""
    worker.subproject.__dict__["last_answers"] = answers


def _follow_answers(main: Any, recorded: _Recorded) -> None:  # noqa: ANN401  # a module
    """Have recorded answers noted that the wanted version does not take: Copier drops them without a word."""

    class Question(main.Question):  # type: ignore[misc]
        def parse_answer(self, answer: Any) -> Any:  # noqa: ANN401  # whatever the question takes
            try:
                return super().parse_answer(answer)
            except Exception as error:
                if not recorded.strict and answer is self.answers.init.get(self.var_name):
                    return answer
                if answer is self.answers.last.get(self.var_name, error):
                    recorded.refuse(self.var_name, answer, error)
                raise

        def validate_answer(self, answer: Any) -> None:  # noqa: ANN401  # as above
            if recorded.strict:
                try:
                    super().validate_answer(answer)
                except Exception as error:
                    recorded.refuse_validated(self, error)
                    raise

    main.Question = Question


def files(root: Path) -> list[Path]:
    """Every file below a folder, by its path in there."""
    return [Path(folder, name).relative_to(root) for folder, _, names in os.walk(root) for name in names]
