"""A measurement as a picture: a bar for each level."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from scaffold.probe import words
from scaffold.text import one_line

if TYPE_CHECKING:
    from scaffold.probe.result import Result

_ROW, _LEFT, _BAR, _RIGHT, _HEAD = 22, 110, 360, 130, 50  # pixels
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.h{font-weight:600}.thread{fill:#3b82f6}.process{fill:#f59e0b}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)
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
