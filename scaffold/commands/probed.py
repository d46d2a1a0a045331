"""What a measurement brings to the commands that ask: `--probe FILE`, as `scaffold probe --save` wrote it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold import shell
from scaffold.helptext import WITHOUT_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.probe.result import Result
    from scaffold.project import Project
    from scaffold.questions import Answers, Question, Value

ProbeFlag = Annotated[
    Optional[str],
    typer.Option(
        "--probe",
        metavar="FILE",
        help="Take the answers that `scaffold probe --save FILE` measured; flags and --answers win over them.",
        rich_help_panel=WITHOUT_QUESTIONS,
    ),
]

_WHY = PurePosixPath("docs/WHY.md")
_LAST_PART = b"## How to leave scaffold\n"


@dataclass(frozen=True)
class Probed:
    """A measurement, and the file that it was read from."""

    path: str
    result: Result

    @classmethod
    def of(cls, path: str | None) -> Probed | None:
        """That of a flag.

        Raises:
            UsageError: The file cannot be read, or holds something else.
        """
        if path is None:
            return None
        from scaffold.probe.result import read_result

        return cls(path, read_result(Path(path)))

    def answers(self, given: Answers, questions: Sequence[Question]) -> Answers:
        """What was given, and where nothing was, what was measured.

        Raises:
            BadAnswer: The file answers what no measurement would.
        """
        by_name = {question.name: question for question in questions}
        measured: dict[str, Value] = {
            name: by_name[name].parse(value) for name, value in self.result.answers.items() if name in by_name
        }
        return {**measured, **given}

    @property
    def note(self) -> str:
        """What was measured, in a line."""
        from scaffold.probe import words

        return f"measured: {words.figures(self.result)}"

    def text(self) -> str:
        """The same for the end of a recommendation."""
        from scaffold.reports.probe import advice_text

        return advice_text(self.result)

    def json(self) -> dict[str, object]:
        """The same as data."""
        from scaffold.reports.probe import advice_json

        return advice_json(self.result)

    def in_project(self, project: Project) -> Project:
        """The project with what was measured in its docs/WHY.md, where it has one; `update` leaves that alone."""
        from scaffold.probe import words

        command = f"{project.command} {shell.command(('--probe', self.path))}"
        why = project.plan.files.get(_WHY)
        if why is None:
            return replace(project, command=command)
        before, last, after = why.partition(_LAST_PART)
        end = b"\n" if last else b""
        text = b"".join([before, words.measured(self.result).encode(), end, last, after])
        return replace(project, command=command, plan=replace(project.plan, files={**project.plan.files, _WHY: text}))
