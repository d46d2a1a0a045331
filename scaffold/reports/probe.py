"""A measurement for a terminal, and for advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold import shell
from scaffold.probe import words
from scaffold.reports.wrapping import shows_signs, wrapped
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.probe.result import Result
    from scaffold.probe.run import Request


def consent_text(request: Request, python: str) -> str:
    """What will be done, before it is."""
    what = f"{one_line(request.target)}({'item' if request.items else ''})"
    return (
        f"This calls {what} for real, with all its effects: up to {request.max_calls} times, up to"
        f" {request.max_workers} at once, for about {request.budget:g} s, by {one_line(python)}."
    )


def result_text(result: Result, python: str, next_command: str) -> str:
    """The verdict, the profile, the chart, why not more, and the command to go on."""
    text = "\n".join(_lines(result, python, next_command))
    return text if shows_signs() else text.replace("█", "#").replace("µ", "u")


def _lines(result: Result, python: str, next_command: str) -> Iterator[str]:
    verdict, profile = result.verdict, result.profile
    unsure = "" if verdict.is_certain else " (uncertain)"
    yield f"Best: **{words.to_do(verdict)}**{unsure}"
    yield from wrapped(f"{_said(verdict.because)}.")
    if profile is not None:
        yield from wrapped(words.of_a_call(profile))
        if profile.errors:
            yield from wrapped(f"{profile.errors:.0%} of the calls fail: {_said(profile.first_error)}")
    yield from ("", *words.chart(result), "")
    if verdict.why_not_more:
        yield from wrapped(f"Why not more: {_said(verdict.why_not_more)}.", "", "  ")
    for doubt in verdict.doubts:
        yield from wrapped(f"Uncertain: {_said(doubt)}.", "", "  ")
    yield f"Measured by {one_line(python)}, Python {result.python}, on {result.cpus} CPUs."
    if verdict.kind == "none" and verdict.gain is None:
        yield from ("", "Whether more workers help is not known yet.")
    elif verdict.kind == "none":
        yield from ("", "Workers gain nothing here: keep the loop, unless the program has to go on meanwhile.")
    else:
        yield from ("", "Next:", f"  {next_command}")


def _said(text: str) -> str:
    return one_line(text, 400).replace("**", "* *")  # our own marks for what is bold


def next_command(result: Result, saved: str | None) -> str:
    """The command that makes something of it."""
    if saved is not None:
        return f"scaffold new DEST --probe {shell.quoted(shell.path_word(saved))}"
    answers = result.answers
    flags = []
    for name, value in answers.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            flags += [f"--{flag}"] if value else []
        else:
            flags += [f"--{flag}", str(value)]
    return f"scaffold new DEST {shell.command(flags)}"


def advice_text(result: Result) -> str:
    """What was measured, for the end of a recommendation."""
    return "\n".join(["", "**Measured**", *wrapped(f"{one_line(result.target, 100)} {_said(words.figures(result))}.")])


def advice_json(result: Result) -> dict[str, object]:
    """The same as data."""
    return {
        "target": result.target,
        "date": result.date,
        "workers_kind": result.verdict.kind,
        "workers": result.verdict.workers,
        "certain": result.verdict.is_certain,
        "text": words.figures(result),
    }
