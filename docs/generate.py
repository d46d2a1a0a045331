"""Write everything that is produced from the rules and the questions; with --check, only say what differs.

templates/workload.yml and templates/why.md.jinja, docs/rules.md, the tables in README.md, the rules in docs/lint.md and
docs/review.md, and the table, the picture and the claims of docs/threadpool-or-thread.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))

import comparison
import executor

from scaffold.conversation.wording import ADVICE, TURNS
from scaffold.lint import reporters
from scaffold.questions import ADVICE_QUESTIONS, DESIGN_QUESTION, FOLLOW_UPS, WORKLOAD_QUESTIONS, Question
from scaffold.reports import advice
from scaffold.review import reporters as review_reporters
from scaffold.rules import CAUTIONS, PRINCIPLES, RULES, Citation, Conditions
from scaffold.workload import Design

ROOT = Path(__file__).parent.parent
_HEADER = "Produced from scaffold/rules.py and scaffold/questions.py by `nox -s generate`: do not edit."


def outputs() -> dict[Path, str]:
    """The text of every produced file."""
    docs = ROOT / "docs"
    readme, lint, page = ROOT / "README.md", docs / "lint.md", docs / "threadpool-or-thread.md"
    review = docs / "review.md"
    with_rules = _between(readme.read_text(encoding="utf-8"), "rules", advice.rules_markdown())
    claims = comparison.with_claims(page.read_text(encoding="utf-8"))
    return {
        ROOT / "templates" / "workload.yml": _workload_yml(),
        ROOT / "templates" / "why.md.jinja": _why(),
        docs / "rules.md": _rules_md(),
        page: _between(claims, "table", comparison.table()),
        page.with_suffix(".svg"): comparison.picture(),
        readme: _between(with_rules, "questions", _questions_md()),
        lint: _between(lint.read_text(encoding="utf-8"), "rules", reporters.rules_markdown()),
        review: _between(review.read_text(encoding="utf-8"), "rules", review_reporters.rules_markdown()),
    }


def _questions_md() -> str:
    """A table of what the conversation asks: each question once, what there is to choose from, and its flags."""
    asked: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for turn in TURNS:
        if turn is ADVICE:
            continue
        labels, flags = asked.setdefault(turn.title, ({}, {}))
        labels |= dict.fromkeys(reply.label.removesuffix(" (recommended)") for reply in turn.replies)
        names = [question for question in (*ADVICE_QUESTIONS, DESIGN_QUESTION) if question.name in turn.sets]
        flags |= dict.fromkeys(f"`{question.flag}`" for question in names)
    rows = [f"| {title} | {' · '.join(labels)} | {' '.join(flags)} |" for title, (labels, flags) in asked.items()]
    return "\n".join(["| it asks | and you choose | as a flag |", "| --- | --- | --- |", *rows])


def _workload_yml() -> str:
    documents = [
        yaml.safe_dump({question.name: _spec(question)}, sort_keys=False, width=120, allow_unicode=True)
        for question in (*WORKLOAD_QUESTIONS, DESIGN_QUESTION, *FOLLOW_UPS)
    ]
    return f"# {_HEADER}\n" + "\n".join(documents)


def _spec(question: Question) -> dict[str, object]:
    spec: dict[str, object] = {"type": question.type, "help": question.help, "default": question.default}
    if question.type != "bool":
        spec["choices"] = {f"{choice.value}: {choice.says}": choice.value for choice in question.choices}
    if isinstance(question.when, Mapping):
        spec["when"] = "{{ %s }}" % _condition(question.when)
    if question.defaults:
        spec["default"] = _first_that_holds([*question.defaults, ({}, question.default)])
    if question is DESIGN_QUESTION:
        spec["default"] = _first_match({rule.number: rule.design.value for rule in RULES})
    return spec


def _first_match(texts: dict[int, str]) -> str:
    """A template that renders to the text of the rule that decides."""
    return _first_that_holds([(rule.when, texts[rule.number]) for rule in RULES])


def _first_that_holds(values: Sequence[tuple[Conditions, object]]) -> str:
    """A template that renders to the value of the first conditions that hold; none at all always do."""
    branches = [
        (
            "{%% %s %s %%}%s" % ("elif" if position else "if", _condition(when), value)
            if when
            else "{%% else %%}%s" % value
        )
        for position, (when, value) in enumerate(values)
    ]
    return "".join(branches) + "{% endif %}"


def _condition(when: Conditions) -> str:
    parts = [_test(axis, wanted) for axis, wanted in when.items()]
    return " and ".join(parts) or "true"


def _test(axis: str, wanted: object) -> str:
    if axis == "hands_back":
        return "(results or status)"
    if axis == "family":
        return f"design.startswith('{_plain(wanted)}/')"
    if isinstance(wanted, bool):
        return axis if wanted else f"not {axis}"
    if isinstance(wanted, tuple):
        if len(wanted) == 1:
            return _test(axis, wanted[0])
        return f"{axis} in {[_plain(value) for value in wanted]}"
    return f"{axis} == '{_plain(wanted)}'"


def _plain(value: object) -> str:
    return str(getattr(value, "value", value))


def _cited(citations: tuple[Citation, ...]) -> str:
    """A Jinja expression: the list of (code, because) that apply."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for citation in citations:
        groups.setdefault(_condition(citation.when), []).append((citation.code, citation.because))
    return (
        " + ".join(
            str(pairs) if condition == "true" else f"({pairs} if {condition} else [])"
            for condition, pairs in groups.items()
        )
        or "[]"
    )


def _why() -> str:
    texts = {principle.code: principle.sentence for principle in PRINCIPLES.values()}
    summaries = {design.value: design.summary for design in Design}
    rules = "\n".join(
        "{%% %s %s %%}\n{%% set recommended = '%s' %%}\n{%% set decided = %s %%}\n{%% set overruled = %s %%}"
        % (
            "elif" if position else "if",
            _condition(rule.when),
            rule.design.value,
            _cited(rule.decided_by),
            _cited(rule.overrules),
        )
        for position, rule in enumerate(RULES)
    )
    return f"""\
{{# {_HEADER} #}}
{{% set texts = {texts} %}}
{{% set summaries = {summaries} %}}
{rules}
{{% endif %}}
{{% set cautions = {_cited(CAUTIONS)} %}}
## Why this design

`{{{{ design }}}}`: {{{{ summaries[design] }}}}.

{{% if design == recommended %}}
Decided by:

{{% for code, because in decided %}}
- **{{{{ code }}}}** {{{{ texts[code] }}}}
{{% endfor %}}
{{% if overruled %}}

Overruled:

{{% for code, because in overruled %}}
- **{{{{ code }}}}** {{{{ texts[code] }}}}. But here: {{{{ because }}}}.
{{% endfor %}}
{{% endif %}}
{{% else %}}
It was chosen by hand: the rules say `{{{{ recommended }}}}` for such work. What speaks for that one:

{{% for code, because in decided %}}
- **{{{{ code }}}}** {{{{ texts[code] }}}}
{{% endfor %}}
{{% endif %}}
{{% if cautions %}}

Good to know:

{{% for code, because in cautions %}}
- **{{{{ code }}}}** {{{{ texts[code] }}}}: {{{{ because }}}}.
{{% endfor %}}
{{% endif %}}
"""


def _rules_md() -> str:
    return f"""\
# The rules

<!-- {_HEADER} -->

`scaffold rules` prints them too, `--json` and `--mermaid` in other forms. The first row that a workload meets decides.
[ThreadPool or Thread?](threadpool-or-thread.md) says what the two are, and has a picture.

{advice.rules_markdown()}

## What the codes mean

{advice.principles_markdown()}

## What is said beside a recommendation

| code | where | because |
| --- | --- | --- |
{_cautions()}

## As a picture

```mermaid
{advice.rules_mermaid()}
```

{executor.section()}
"""


def _cautions() -> str:
    """A row for each caution."""
    rows = []
    for citation in CAUTIONS:
        where = "; ".join(f"{axis.replace('_', ' ')}: {_values(wanted)}" for axis, wanted in citation.when.items())
        rows.append(f"| {citation.code} | {where} | {citation.because} |")
    return "\n".join(rows)


def _values(wanted: object) -> str:
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    return " or ".join({"True": "yes", "False": "no"}.get(_plain(value), _plain(value)) for value in values)


def _between(text: str, name: str, content: str) -> str:
    start, end = f"<!-- {name}: produced by `nox -s generate` -->\n", f"<!-- end of {name} -->"
    head, _, rest = text.partition(start)
    _, _, tail = rest.partition(end)
    return f"{head}{start}\n{content}\n\n{end}{tail}"


def main() -> int:
    """Write or, with --check, compare."""
    stale = [path for path, text in outputs().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
        if "--check" not in sys.argv:
            path.write_text(outputs()[path], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
