"""What docs/threadpool-or-thread.md has from the rules: its table, its picture, and what docs/claims show.

A claim is a program whose docstring says it: the first line in bold on the page, the rest behind it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from scaffold.recommend import recommend
from scaffold.rules import PRINCIPLES, RULES, Rule
from scaffold.workload import Family, Shape, Volume, Workload

CLAIMS = Path(__file__).parent / "claims"

# --- the table ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table: words and the codes that say the same; the codes under `about` contrast the two."""

    about: str
    pool: str
    thread: str
    contrast: tuple[str, ...] = ()
    for_pool: tuple[str, ...] = ()
    for_thread: tuple[str, ...] = ()
    workload: Workload | None = None


ROWS = (
    Row(
        about="What is it?",
        pool="Some threads that take calls from one queue",
        thread="One thread for one call",
        contrast=("D2",),
    ),
    Row(
        about="One call beside the program",
        pool="Four threads for it",
        thread="`Thread(target=f).start()`",
        for_pool=("PX3",),
        for_thread=("T1",),
        workload=Workload(shape=Shape.ONE_OFF),
    ),
    Row(
        about="A few calls of one kind",
        pool="Works; more threads than it takes",
        thread="One instance for each",
        for_thread=("T2",),
        workload=Workload(shape=Shape.MANY_SIMILAR, volume=Volume.FEW),
    ),
    Row(
        about="More calls than you would start threads for",
        pool="They wait in the queue",
        thread="A thread for each, all at once",
        for_pool=("P1", "P5"),
        for_thread=("TX3",),
        workload=Workload(shape=Shape.MANY_SIMILAR, volume=Volume.MANY),
    ),
    Row(
        about="Different functions, as they come up",
        pool="`apply_async(f)`, `apply_async(g, (1,))`",
        thread="A new thread and its book-keeping each time",
        contrast=("D1",),
        for_pool=("P3", "P4"),
        for_thread=("TX1",),
        workload=Workload(shape=Shape.HETEROGENEOUS, results=True),
    ),
    Row(
        about="What a call returns",
        pool="`get()` returns it",
        thread="It is thrown away",
        contrast=("D3",),
        for_pool=("P2", "P7"),
        for_thread=("TX2",),
        workload=Workload(shape=Shape.MANY_SIMILAR, results=True),
    ),
    Row(
        about="How is it doing?",
        pool="`ready()`, `successful()`",
        thread="`is_alive()`, and no more",
        for_pool=("P6",),
        for_thread=("TX4",),
        workload=Workload(shape=Shape.ONE_OFF, status=True),
    ),
    Row(
        about="An error in it", pool="`get()` raises it; unasked, it is lost", thread="Printed, then lost; exit code 0"
    ),
    Row(about="The program ends", pool="It cuts off what is queued or running", thread="It waits for the thread"),
    Row(
        about="Much state, or several functions",
        pool="No place for it",
        thread="A subclass, its state in `self`",
        for_pool=("PX1", "PX2"),
        for_thread=("T3",),
        workload=Workload(shape=Shape.ONE_OFF, state=True),
    ),
    Row(
        about="It runs as long as the program",
        pool="A worker less for all others",
        thread="A subclass with a way to stop it",
        for_pool=("PX4",),
        for_thread=("T4",),
        workload=Workload(shape=Shape.SERVICE),
    ),
    Row(about="What they share", pool="", thread="the same", for_pool=("S1", "S2", "S3")),
    Row(about="What neither is for", pool="", thread="the same", for_pool=("A1", "A2")),
)


def table() -> str:
    """The two side by side; the last column is what the rules make of it."""
    lines = ["|  | `ThreadPool` | `Thread` | `scaffold` writes |", "| --- | --- | --- | --- |"]
    for row in ROWS:
        design = f"`{recommend(row.workload).design.value}`" if row.workload else ""
        cells = (
            _cell(f"**{row.about}**", row.contrast),
            _cell(row.pool, row.for_pool),
            _cell(row.thread, row.for_thread),
            design,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(words: str, codes: tuple[str, ...]) -> str:
    return "<br>".join(filter(None, (words, *(_principle(code) for code in codes))))


def _principle(code: str) -> str:
    principle = PRINCIPLES[code]
    mark = {"right": "✓ ", "wrong": "✗ "}.get(principle.topic.split()[2], "") if " is " in principle.topic else ""
    return f"{mark}**{code}** {principle.text}"


# --- the claims ---------------------------------------------------------------------------------------------------

_MARKER = re.compile(r"<!-- claims ([\w ]+): produced by `nox -s generate` -->\n.*?<!-- end of claims -->", re.DOTALL)


def with_claims(text: str) -> str:
    """The page, with a bullet for each program that its markers name."""
    return _MARKER.sub(lambda found: _claims(found[1]), text)


def _claims(names: str) -> str:
    bullets = "\n".join(_claim(name) for name in names.split())
    return f"<!-- claims {names}: produced by `nox -s generate` -->\n\n{bullets}\n\n<!-- end of claims -->"


def _claim(name: str) -> str:
    docstring = ast.get_docstring(ast.parse((CLAIMS / f"{name}.py").read_text(encoding="utf-8"))) or ""
    says, _, more = docstring.partition("\n\n")
    return f"- **{says}** {' '.join(more.split())} ([shown](claims/{name}.py))"


# --- the picture --------------------------------------------------------------------------------------------------

_WIDTH = 900
_CHIP, _ASK = 200, 320  # how wide a design and a question are
_SIDE = {Family.THREADPOOL: 24, Family.THREAD: _WIDTH - 24 - _CHIP}
_MIDDLE = (_WIDTH - _ASK) // 2
_TOP, _STEP, _BOX = 222, 66, 44
_WORDS: dict[tuple[str, object], str] = {
    ("shape", Shape.SERVICE): "a service, fed by messages or a clock",
    ("shape", Shape.HETEROGENEOUS): "different functions, as they come up",
    ("shape", Shape.ONE_OFF): "one call",
    ("shape", Shape.MANY_SIMILAR): "several calls of one function",
    ("long_running", True): "anything else that runs long",
    ("state", True): "with much state, or several functions",
    ("hands_back", True): "result or status needed",
    ("volume", Volume.MANY): "more than you would start threads for",
    ("volume", Volume.FEW): "only a few",
}
_NEITHER = (
    ("S3", "Python that computes", "processes, or a free-threaded Python"),
    ("A1", "Thousands of waiting sockets", "asyncio"),
    ("A2", "More than one machine does", "Dask, Ray, Celery"),
)
_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>'
)
_STYLE = (
    "svg{background:#fff}text{font:13px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}"
    ".h{font-size:17px;font-weight:600}.b{font-weight:600}.s{font-size:12px;fill:#59636e}.m{text-anchor:middle}"
    ".box{fill:#f6f8fa;stroke:#8c959f}.pool{fill:#ddf4ff;stroke:#0969da}.thread{fill:#fff1e5;stroke:#bc4c00}"
    "line,path{stroke:#59636e;fill:none;stroke-width:1.5}.tip{fill:#59636e;stroke:none}"
    "@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#f0f6fc}.s{fill:#9198a1}"
    ".box{fill:#151b23;stroke:#6e7681}.pool{fill:#0c2d54;stroke:#4493f8}.thread{fill:#4a2410;stroke:#f0883e}"
    "line,path{stroke:#9198a1}.tip{fill:#9198a1}}"
)


def picture() -> str:
    """What the two are, above the table of rules as a ladder of questions, a design on its family's side of each."""
    bottom = _TOP + _STEP * len(RULES)
    height = bottom + 118
    ladder = [part for number, rule in enumerate(RULES) for part in _rung(rule, _TOP + _STEP * number)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" role="img">',
            "<title>ThreadPool or Thread: what each is, and which work is for which</title>",
            f"<style>{_STYLE}</style>",
            _TIP,
            *_pool(),
            *_thread(),
            *ladder,
            _text(24, bottom - 6, "(codes): where the answers say so", "s"),
            *_neither(bottom + 6),
            "</svg>\n",
        ]
    )


def _pool() -> list[str]:
    """Calls in a queue, workers that take them again and again, results."""
    parts = [_text(24, 34, "ThreadPool", "h"), _text(24, 54, "some threads that take calls from one queue", "s")]
    parts += [_rect(24 + 24 * place, 96, 20, 40, "box") for place in range(4)]
    parts += [_text(24, 158, "calls wait", "s")]
    for place in range(3):
        parts += [_rect(178, 72 + 32 * place, 92, 24, "pool"), _text(224, 89 + 32 * place, f"worker {place + 1}", "m")]
        parts += [_arrow(f"M120 116 174 {84 + 32 * place}"), _arrow(f"M270 {84 + 32 * place} 318 116")]
    parts += [_text(178, 186, "used again and again", "s"), _rect(322, 96, 78, 40, "box")]
    return [*parts, _text(361, 120, "results", "m")]


def _thread() -> list[str]:
    """A start, one run, an end."""
    left = 466
    parts = [_text(left, 34, "Thread", "h"), _text(left, 54, "one thread for one call; a subclass keeps state", "s")]
    parts += [_rect(left, 96, 76, 40, "box"), _text(left + 38, 120, "start()", "m")]
    parts += [_arrow(f"M{left + 76} 116 {left + 112} 116"), _rect(left + 116, 84, 124, 64, "thread")]
    parts += [_text(left + 178, 112, "run()", "b m"), _text(left + 178, 132, "state in self", "s m")]
    parts += [_arrow(f"M{left + 240} 116 {left + 276} 116"), _text(left + 284, 112, "it has ended:")]
    return [*parts, _text(left + 284, 130, "nothing comes back", "s"), _text(left + 116, 172, "runs once", "s")]


def _rung(rule: Rule, top: int) -> list[str]:
    middle, side = top + _BOX // 2, _SIDE[rule.design.family]
    words = [_WORDS[axis, value] for axis, value in rule.when.items()]
    lines = f"{rule.number}. {words[0][0].upper()}{',|'.join(words)[1:]}?".split("|")
    parts = [_rect(_MIDDLE, top, _ASK, _BOX, "box")]
    for number, line in enumerate(lines):
        parts.append(_text(_WIDTH // 2, middle + 5 - 9 * (len(lines) - 1) + 18 * number, line, "m"))
    if rule.design.family is Family.THREADPOOL:
        parts += [
            _arrow(f"M{_MIDDLE} {middle} {side + _CHIP + 4} {middle}"),
            _text(_MIDDLE - 38, middle - 6, "yes", "s"),
        ]
    else:
        parts += [_arrow(f"M{_MIDDLE + _ASK} {middle} {side - 4} {middle}")]
        parts += [_text(_MIDDLE + _ASK + 18, middle - 6, "yes", "s")]
    parts += [_rect(side, top, _CHIP, _BOX, "pool" if rule.design.family is Family.THREADPOOL else "thread")]
    groups = groupby(rule.decided_by, lambda each: each.when)
    codes = " ".join(("({})" if when else "{}").format(" ".join(each.code for each in group)) for when, group in groups)
    centre = side + _CHIP // 2
    parts += [_text(centre, top + 19, rule.design.value, "b m"), _text(centre, top + 36, codes, "s m")]
    if rule is not RULES[-1]:
        parts += [_arrow(f"M{_WIDTH // 2} {top + _BOX} {_WIDTH // 2} {top + _STEP - 3}")]
        parts += [_text(_WIDTH // 2 + 8, top + _BOX + 15, "no", "s")]
    return parts


def _neither(top: int) -> list[str]:
    width = (_WIDTH - 48 - 2 * 18) // len(_NEITHER)
    parts = [_text(24, top + 14, "Neither", "h")]
    for place, (code, work, instead) in enumerate(_NEITHER):
        left = 24 + place * (width + 18)
        parts += [_rect(left, top + 28, width, 62, "box"), _text(left + 14, top + 53, f"{work} ({code})")]
        parts += [_text(left + 14, top + 74, instead, "s")]
    return parts


def _text(left: int, top: int, words: str, kind: str = "") -> str:
    return f'<text x="{left}" y="{top}"{_class(kind)}>{escape(words)}</text>'


def _rect(left: int, top: int, width: int, height: int, kind: str) -> str:
    return f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6"{_class(kind)}/>'


def _arrow(path: str) -> str:
    return f'<path d="{path}" marker-end="url(#tip)"/>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
