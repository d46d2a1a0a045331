"""F: do the files of the template arrive in a project as they should?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold.copierfmt.value import Place
from scaffold.lint.findings import Found, Severity, rule
from scaffold.lint.freetext import uses
from scaffold.lint.known import CONFIGURING, DEFAULT_EXCLUDE
from scaffold.lint.paths import is_excluded
from scaffold.lint.surroundings import DOCSTRING, STRING
from scaffold.text import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scaffold.lint.freetext import Use
    from scaffold.lint.source import Source, Text

_PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
_ALL_ANSWERS = "_copier_answers"
_LONGEST_NAME = 40  # characters of a question's name in a remedy


@rule(
    "F001",
    Severity.WARNING,
    finds="no answers file",
    because="Without one a project forgets its answers and its version: it can never be updated.",
    remedy="add `{{ _copier_conf.answers_file }}.jinja` with `{{ _copier_answers|to_nice_yaml -}}`",
    url=CONFIGURING + "#the-copier-answersyml-file",
)
def no_answers_file(source: Source) -> Iterator[Found]:
    """Templates that record no answers, or not in a file that is rendered."""
    texts = {text.path: text for text in source.texts if text.kind == "file"}
    named = [text.path for text in source.texts if text.kind == "name" and _is_answers_file(source, text)]
    rendered = [path for path in named if path.endswith(source.suffix)]
    if any(path not in texts or _records(texts[path]) for path in rendered) or any(map(_prints_all, texts.values())):
        return
    if not named:
        yield source.top, "the template has no answers file"
    for path in rendered:
        yield Place(path), "the answers file does not render `_copier_answers`"
    for path in named if not rendered else ():
        yield Place(path), f"the answers file is copied as it is: its name does not end with {source.suffix}"


def _is_answers_file(source: Source, text: Text) -> bool:
    asked = any(base == "_copier_conf" and key == "answers_file" for base, key, _ in text.reading.attributes)
    return asked or (text.owner == text.path and text.reading.data == source.answers_file)


def _records(text: Text) -> bool:
    return bool(text.reading.error or text.reading.references) or _prints_all(text)


def _prints_all(text: Text) -> bool:
    """Whether it has all answers, and not only single ones: then it is the answers file, whatever computes its name."""
    single = sum(base == _ALL_ANSWERS and key not in ("items", "keys") for base, key, _ in text.reading.attributes)
    return sum(name == _ALL_ANSWERS for name, _ in text.reading.loads) > single


@rule(
    "F002",
    Severity.NOTE,
    finds="free text that enters Python source as it is",
    because="A quote, a backslash or a line's end in the answer breaks the code, or adds code of the answer's own.",
    remedy="give the question a validator, or quote the answer; which of them is said with the place",
    url="https://docs.python.org/3/reference/lexical_analysis.html",
)
def raw_text(source: Source) -> Iterator[Found]:
    """Answers of free text in a Python file, and values computed from them: one finding for each question."""
    for use in uses(source):
        through = "" if use.name == use.question else f", by way of `{use.name}`"
        others = "" if not use.others else f" (and {counted(use.others, 'more place')})"
        module = ", and names a module" if use.is_module else ""
        said = f"`{use.question}` is free text and stands in {use.into}{through}{others}{module}"
        yield use.place, said, _remedy(use)


def _remedy(use: Use) -> str:
    name = shortened(use.question, _LONGEST_NAME)
    if use.is_code:
        only = f"{{% if not {name}.isidentifier() %}}must be a Python name{{% endif %}}"
        return f'give the question a validator that takes names only, such as "{only}"'
    refused = "quotes and backslashes"
    if use.into == DOCSTRING:
        return f"""give the question a validator that refuses {refused}, or say `{name}|replace('"', "'")`"""
    if use.into == STRING:
        whole = f'{{{{ ("…" ~ {name} ~ "…")|tojson }}}}'
        return f"let Jinja quote the whole string: `{whole}`; or give the question a validator that refuses {refused}"
    return "give the question a validator that refuses a line's end, or leave out `multiline`"


@rule(
    "F003",
    Severity.WARNING,
    finds="a plain .py file in a template that is part of a Python package",
    because="pip byte-compiles it when the package is installed, and Copier then copies the `__pycache__` beside it.",
    remedy="let its name end with the suffix of templates",
    url="https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-compile",
)
def plain_python(source: Source) -> Iterator[Found]:
    """Python files without the suffix, if a folder above the template is a Python project."""
    if _is_packaged(source.root):
        for name in source.rendered:
            if name.endswith(".py"):
                yield Place(name), "pip would byte-compile this file"


def _is_packaged(root: Path) -> bool:
    """Whether the template lies inside a Python project, within the same repository."""
    folder = root.resolve()
    while not (folder / ".git").exists() and folder != folder.parent:
        folder = folder.parent
        if any((folder / name).is_file() for name in _PROJECT_FILES):
            return True
    return False


@rule(
    "F004",
    Severity.WARNING,
    finds="an `_exclude` that drops Copier's own",
    because="`_exclude` replaces the default list: copier.yml, `.git` and byte-code then arrive in every project.",
    remedy=f"repeat the defaults that matter: {', '.join(DEFAULT_EXCLUDE)}",
    url=CONFIGURING + "#exclude",
)
def dropped_defaults(source: Source) -> Iterator[Found]:
    """`_exclude` in a template that is rendered from its root, and lets the usual things through."""
    patterns = source.setting("_exclude")
    if patterns is None or source.setting("_subdirectory") is not None:
        return
    if any("{" in text for text in source.strings("_exclude")):
        return
    samples = (source.config.path, ".git", "__pycache__", "module.pyc")
    let_through = [name for name in samples if not is_excluded(name, source.strings("_exclude"))]
    if let_through:
        yield patterns.place, f"`_exclude` replaces the defaults and lets through: {', '.join(let_through)}"


@rule(
    "F005",
    Severity.NOTE,
    finds="a `_subdirectory` without `_exclude`",
    because="With a subdirectory Copier excludes nothing: a `__pycache__` or .DS_Store in it arrives in every project.",
    remedy='say `_exclude: ["__pycache__", "*.py[co]", ".DS_Store"]`, or `_exclude: []` if that is meant',
    url=CONFIGURING + "#subdirectory",
)
def nothing_excluded(source: Source) -> Iterator[Found]:
    """A subdirectory, and no word on what to leave out."""
    value = source.setting("_subdirectory")
    if value is not None and value.data not in ("", ".") and source.setting("_exclude") is None:
        yield value.place, "with `_subdirectory` Copier's default excludes do not apply"


@rule(
    "F006",
    Severity.ERROR,
    finds="a `_subdirectory` that is not there",
    because="Copier renders an empty project, or stops.",
    remedy="give the folder's name relative to copier.yml",
    url=CONFIGURING + "#subdirectory",
)
def missing_subdirectory(source: Source) -> Iterator[Found]:
    """A subdirectory without a file in it."""
    value = source.setting("_subdirectory")
    if value is not None and source.subdirectory:
        inside = (name for name in (*source.folder.files, *source.folder.links))
        if not any(name.startswith(f"{source.subdirectory}/") for name in inside):
            yield value.place, f"there is nothing in `{source.subdirectory}`"


@rule(
    "F007",
    Severity.WARNING,
    finds="a suffix of templates inside a condition of the name",
    because="Copier looks for the suffix before it renders the name, does not find it, and copies the file as it is.",
    remedy="move the suffix behind the closing tag: `{% if … %}name{% endif %}.jinja`",
    url=CONFIGURING + "#conditional-files-and-directories",
)
def hidden_suffix(source: Source) -> Iterator[Found]:
    """Names that end with the suffix only once they are rendered."""
    for text in source.texts:
        is_file = text.kind == "name" and text.owner == text.path
        if (
            is_file
            and source.suffix
            and not text.path.endswith(source.suffix)
            and text.reading.data.endswith(source.suffix)
        ):
            yield Place(text.path), f"{source.suffix} stands inside the tags of the name"


RULES: Final = (
    no_answers_file,
    raw_text,
    plain_python,
    dropped_defaults,
    nothing_excluded,
    missing_subdirectory,
    hidden_suffix,
)
