"""J: is it Jinja? V: are the names in it those of the questions?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from scaffold.errors import did_you_mean
from scaffold.lint.expressions import meets
from scaffold.lint.findings import Found, Severity, rule
from scaffold.lint.known import ANSIBLE_FILTERS, CONFIGURING, COPIER_CONF, COPIER_NAMES, CREATING, JINJA, JINJA_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.lint.source import Source, Text

_DEEPEST_INCLUDE = 50
_MOST_NAMES = 300  # among which to look for what was meant

_ANYWHERE = "*"
"""Stands for every file: what an include with a computed name can be of."""


@rule(
    "J001",
    Severity.ERROR,
    finds="a mistake in Jinja's syntax",
    because="Copier stops at it, and does not say in which file it is.",
    remedy="put the tag right; text that only looks like Jinja goes between {% raw %} and {% endraw %}",
    url=JINJA + "templates/#synopsis",
)
def bad_syntax(source: Source) -> Iterator[Found]:
    """What Jinja cannot parse."""
    for text in source.texts:
        if text.reading.error:
            line, message = text.reading.error
            if not (source.foreign_extensions and "unknown tag" in message):
                yield text.place(line), f"{_whose(text)}{message}"


@rule(
    "J002",
    Severity.ERROR,
    finds="a filter or test that neither Jinja nor Copier has",
    because="Copier stops at it when the line is rendered.",
    remedy="correct the name, or name the extension that brings it in `_jinja_extensions`",
    url=CREATING + "#template-helpers",
)
def unknown_filter(source: Source) -> Iterator[Found]:
    """Filters and tests by names that nobody defines."""
    if source.foreign_extensions:
        return
    known = {"filter": {*FILTERS, *ANSIBLE_FILTERS}, "test": set(TESTS)}
    for text in source.texts:
        for kind, name, line in text.reading.filters:
            if name not in known[kind]:
                yield (
                    text.place(line, name),
                    f"{_whose(text)}there is no {kind} `{name}`{did_you_mean(name, known[kind])}",
                )


@rule(
    "J003",
    Severity.ERROR,
    finds="an include, import or extends of a file that is not there",
    because="Copier looks for it relative to the template's root, not to the file or to `_subdirectory`.",
    remedy="give the path from the root, with its suffix",
    url=CONFIGURING + "#importing-jinja-templates-and-macros",
)
def missing_file(source: Source) -> Iterator[Found]:
    """References that no file meets."""
    files = (*source.folder.files, *source.folder.links)
    for text in source.texts:
        for reference in text.reading.references:
            is_known = reference.may_miss or reference.path.startswith(source.folder.empty_submodules)
            if not is_known and not any(meets(name, reference.path) for name in files):
                yield text.place(reference.line), f"{_whose(text)}there is no file `{reference.path}` in the template"


@rule(
    "V001",
    Severity.ERROR,
    finds="a variable that nothing defines",
    because="It renders as nothing, or stops Copier where `undefined` is strict; mostly it is a misspelt question.",
    remedy="correct the name, ask for it, or say `| default(…)` where it may be missing",
    url=CREATING + "#variables-global",
)
def undefined(source: Source) -> Iterator[Found]:
    """Names that are neither questions nor Copier's nor the template's own."""
    if source.foreign_extensions:
        return
    outer, everywhere = _from_outside(source), COPIER_NAMES | JINJA_NAMES | source.by_name.keys()
    for text in source.texts:
        known = everywhere | text.also_known | outer.get(text.path, frozenset()) | text.reading.guarded
        # `copier copy --data _testing=true` sets what nobody is asked for.
        known |= {name for name in text.reading.switches if not did_you_mean(name, COPIER_NAMES)}
        seen: set[str] = set()
        for name, line in text.reading.free:
            if name not in known and name not in seen:
                seen.add(name)
                hint = did_you_mean(name, source.by_name if len(source.by_name) <= _MOST_NAMES else ())
                yield text.place(line, name), f"{_whose(text)}nothing defines `{name}`{hint}"
        yield from _unknown_attributes(source, text)


def _unknown_attributes(source: Source, text: Text) -> Iterator[Found]:
    external = source.setting("_external_data")
    for base, attribute, line in text.reading.attributes:
        if base == "_copier_conf" and attribute not in (*COPIER_CONF, "get", "items", "keys", "values"):
            hint = did_you_mean(attribute, COPIER_CONF)
            yield text.place(line, attribute), f"{_whose(text)}there is no `_copier_conf.{attribute}`{hint}"
        keys = (external.pairs if external else None) or {}
        if base == "_external_data" and attribute not in (*keys, "get", "items", "keys", "values"):
            hint = did_you_mean(attribute, keys)
            yield text.place(line, attribute), f"{_whose(text)}`_external_data` has no `{attribute}`{hint}"


def _from_outside(source: Source) -> dict[str, frozenset[str]]:
    """For every file the names that it gets from those that include it, and from the loops in its own path."""
    files = [text for text in source.texts if text.kind in ("file", "name")]
    names: dict[str, set[str]] = {text.path: set() for text in files}
    looped = {text.owner: text.reading.stored for text in files if text.kind == "name"}
    for path in names:
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            names[path] |= looped.get("/".join(parts[:end]), frozenset())
    by_path = {text.path: text for text in files if text.kind == "file"}
    edges: list[tuple[Text, str]] = []
    for text in source.texts:
        for reference in text.reading.references:
            if reference.path in names or "*" in reference.path:
                edges.append((text, reference.path if reference.path in names else _ANYWHERE))
            if reference.is_base and reference.path in by_path and text.path in names:
                edges.append((by_path[reference.path], text.path))
    names[_ANYWHERE] = set()
    for _ in range(_DEEPEST_INCLUDE):
        before = sum(map(len, names.values()))
        for text, target in edges:
            names[target] |= text.reading.stored | names.get(text.path, set())
        if sum(map(len, names.values())) == before:
            break
    return {path: frozenset(found | names[_ANYWHERE]) for path, found in names.items()}


@rule(
    "V002",
    Severity.WARNING,
    finds="a question that nothing uses",
    because="People are asked for something that changes nothing.",
    remedy="remove it, or use it",
    url=CONFIGURING + "#questions",
)
def unused(source: Source) -> Iterator[Found]:
    """Questions that no text mentions."""
    for question in source.questions:
        if not question.is_hidden and not _is_used(source, question.name):
            yield question.key.place, f"nothing uses the answer to `{question.name}`"


@rule(
    "V003",
    Severity.WARNING,
    finds="a hidden question whose value nothing uses",
    because="A computed value is not recorded: if nothing uses it, it does nothing at all.",
    remedy="remove it, or use it",
    url=CONFIGURING + "#advanced-prompt-formatting",
)
def unused_value(source: Source) -> Iterator[Found]:
    """Questions with `when: false` that no text mentions."""
    for question in source.questions:
        if question.is_hidden and not _is_used(source, question.name):
            yield question.key.place, f"nothing uses the computed value `{question.name}`"


def _is_used(source: Source, name: str) -> bool:
    unseen = source.foreign_extensions or source.unseen_submodules  # which may use anything
    if unseen or source.mentions.get(name, set()) - {name} or source.answers_are_read:
        return True
    unread = (text.path for text in source.texts if text.reading.error and text.kind == "file")
    return any(name in source.text_by_path.get(path, "") for path in unread)


@rule(
    "V004",
    Severity.WARNING,
    finds="an answer that is used before it is asked for",
    because="Questions are asked from top to bottom: a later answer is not there yet, and renders as nothing.",
    remedy="move the question up, or say `| default(…)`",
    url=CONFIGURING + "#prompt-templating",
)
def too_early(source: Source) -> Iterator[Found]:
    """Texts of a question that name a later one, or itself."""
    position = {question.name: number for number, question in enumerate(source.questions)}
    for text in source.texts:
        if text.kind == "question":
            for name in dict.fromkeys(name for name, _ in text.reading.free):
                asked = position.get(name, -1)
                if asked >= position[text.owner] and name not in text.also_known | text.reading.guarded:
                    yield text.place(1, name), f"{_whose(text)}`{name}` is not known yet here"


def _whose(text: Text) -> str:
    if text.kind == "question":
        return f"question `{text.owner}`, {text.role or 'choices'}: "
    return f"`{text.owner}`: " if text.kind == "setting" else "in the name: " if text.kind == "name" else ""


RULES: Final = (bad_syntax, unknown_filter, missing_file, undefined, unused, unused_value, too_early)
