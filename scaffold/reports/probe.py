"""A measurement for a terminal, and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from scaffold import shell
from scaffold.probe import words
from scaffold.reports.wrapping import wrapped
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.probe.result import Result
    from scaffold.probe.run import Request

_ROW, _LEFT, _BAR, _RIGHT, _HEAD = 22, 110, 360, 130, 50  # pixels
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.h{font-weight:600}.thread{fill:#3b82f6}.process{fill:#f59e0b}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)


def consent_text(request: Request, python: str) -> str:
    """What will be done, before it is."""
    what = f"{one_line(request.target)}({'item' if request.items else ''})"
    return (
        f"This calls {what} for real, with all its effects: up to {request.max_calls} times, up to"
        f" {request.max_workers} at once, for about {request.budget:g} s, by {one_line(python)}."
    )


def result_text(result: Result, python: str, next_command: str) -> str:
    """The verdict, the profile, the chart, why not more, and the command to go on."""
    return "\n".join(_lines(result, python, next_command))


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
    if verdict.kind == "none":
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


_MARK = "Successful calls per second, by workers"


def is_picture(text: str) -> bool:
    """Whether it is a chart of ours."""
    return text.startswith("<svg") and _MARK in text


def picture(result: Result) -> str:
    """The chart as SVG."""
    levels = sorted(result.levels, key=lambda level: (level.kind != "thread", level.workers))
    most = max((level.calls_per_s for level in levels), default=1.0) or 1.0
    width, height = _LEFT + _BAR + _RIGHT, _HEAD + _ROW * len(levels) + 10
    title = f"{one_line(result.target, 100)}: {words.to_do(result.verdict)}"
    rows = []
    for number, level in enumerate(levels):
        top, length = _HEAD + _ROW * number, max(1, round(_BAR * level.calls_per_s / most))
        failed = f", {level.errors:.0%} fail" if level.errors else ""
        rows += [
            f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end">{level.workers} {level.kind}</text>',
            f'<rect class="{level.kind}" x="{_LEFT}" y="{top}" width="{length}" height="{_ROW - 6}" rx="2"/>',
            f'<text x="{_LEFT + length + 6}" y="{top + 13}">{level.calls_per_s:.4g} calls/s{failed}</text>',
        ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<text class="h" x="10" y="20">{escape(title)}</text>',
            f'<text x="10" y="38">{_MARK}; {escape(result.date)}</text>',
            *rows,
            "</svg>\n",
        ]
    )
