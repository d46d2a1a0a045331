"""docs/benchmarks.svg: the ratios as dots on a logarithmic axis, a panel for each design, a colour for each Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rows import ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from document import Results

_COLOURS = ("#3b82f6", "#10b981", "#f59e0b", "#ef4444", "#a855f7", "#ec4899", "#14b8a6", "#a16207")
"""Seen on white and on black."""
_LABELS, _AXIS, _RIGHT = 440, 400, 20  # pixels
_LINE, _HEAD = 18, 46
_LEAST, _MOST = 0.01, 10.0
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.h{font-weight:600;font-size:14px}.g{stroke:#8884}"
    ".one{stroke:#888}.aim{stroke:#222;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.aim{stroke:#ddd}}"
)


def write_chart(results: list[Results], path: Path) -> None:
    """Write the chart."""
    body: list[str] = []
    top = 50
    for design in ROWS:
        panel, top = _panel(design, results, top)
        body += panel
    width = _LABELS + _AXIS + _RIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" role="img">',
        "<title>What the rendered code costs, as ratios to its peers</title>",
        f"<style>{_STYLE}</style>",
        _text(10, 20, "Cost as a ratio to the peer's: left of 1, ours is cheaper. The bar is the aim.", "h"),
        *_legend(results),
        *body,
        "</svg>\n",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _legend(results: list[Results]) -> list[str]:
    parts = []
    for number, one in enumerate(results):
        left = 16 + 70 * number
        parts += [_dot(left, 36, number, one.versions["Python"]), _text(left + 9, 40, one.version)]
    return parts


def _panel(design: str, results: list[Results], top: int) -> tuple[list[str], int]:
    rows = [
        row
        for row in ROWS[design]
        if row.peer and not row.difference and any(one.value(design, row) is not None for one in results)
    ]
    bottom = top + _HEAD + _LINE * len(rows)
    parts = [_text(10, top + 24, design, "h")]
    for mark in (0.01, 0.1, 1, 10):
        left = _place(mark)
        kind = "one" if mark == 1 else "g"
        parts += [_rule(left, top + _HEAD - 10, bottom, kind), _text(left, top + _HEAD - 14, f"{mark:g}", middle=True)]
    for number, row in enumerate(rows):
        middle = top + _HEAD + _LINE * number + _LINE // 2
        parts.append(_text(10, middle + 4, f"{row.benchmark}: {row.ours} / {row.peer}"))
        for order, one in enumerate(results):
            aim, value = row.aim_on(one.version), one.value(design, row)
            if aim is not None:
                parts.append(_rule(_place(aim), middle - 7, middle + 7, "aim"))
            if value is not None:
                parts.append(_dot(_place(value), middle, order, f"{one.version}: {value:.3g}"))
    return parts, bottom + 12


def _place(ratio: float) -> float:
    """Where on the axis; what is beyond stands at its end."""
    share = math.log(min(max(ratio, _LEAST), _MOST) / _LEAST) / math.log(_MOST / _LEAST)
    return round(_LABELS + _AXIS * share, 1)


def _text(left: float, top: float, words: str, kind: str = "", *, middle: bool = False) -> str:
    attributes = (f' class="{kind}"' if kind else "") + (' text-anchor="middle"' if middle else "")
    return f'<text x="{left}" y="{top}"{attributes}>{escape(words)}</text>'


def _rule(left: float, top: float, bottom: float, kind: str) -> str:
    return f'<line x1="{left}" x2="{left}" y1="{top}" y2="{bottom}" class="{kind}"/>'


def _dot(left: float, top: float, number: int, says: str) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    return f'<circle cx="{left}" cy="{top}" r="4" fill="{colour}"><title>{escape(says)}</title></circle>'
