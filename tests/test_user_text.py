"""Whatever a user types arrives intact in every format, and the project stays valid."""

from __future__ import annotations

import ast
import keyword
import shutil
import subprocess
import sys
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from variants import DEFAULTS

from scaffold.errors import BadAnswer
from scaffold.questions import ADVICE_QUESTIONS
from scaffold.template import Template, bundled

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEMPLATE = bundled()
DESCRIPTION = next(question for question in TEMPLATE.project_questions if question.name == "description")
NASTY = [
    "",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "\\\\",
    "\\n",
    "\\N{DASH}",
    "\\x41",
    "{{ 1 + 1 }}",
    "{% raw %}",
    "{# no #}",
    "\n",
    "\t",
    "#",
    "# ",
    "1. ",
    "1) ",
    "- ",
    "---",
    "===",
    "> ",
    "```",
    "~~~",
    "|",
    "<!--",
    "<script>alert(1)</script>",
    "[a](b)",
    "![a](b)",
    "&amp;",
    "*a*",
    "__b__",
    "${HOME}",
    "$(id)",
    "`id`",
    "%s %(prog)s",
    "😀",
    "שלום",
    "\u202eabc",
    "\u2028",
    "\x85",
    "\ufeff",
    "é",
    ": ",
    "- a: b",
    "!!python/object",
    "&a *a",
    "null",
    "1e3",
    "no",
    "http://example.org/a_b_c?x=1&y=2",
]
TEXT = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), min_size=1, max_size=6).map("".join)


def render(template: Template = TEMPLATE, /, **more: str) -> Mapping[PurePosixPath, bytes]:
    """A project with this text, or BadAnswer as the command line would have it."""
    by_name = {question.name: question for question in template.project_questions}
    return DEFAULTS[0].render(template, **{name: by_name[name].parse(text) for name, text in more.items()})


def with_one_file(name: str, where: Path) -> Template:
    """The templates, but of a project's files only this one: hundreds of it take no longer than a few projects."""
    shutil.copytree(TEMPLATE.root, where)
    for path in [*(where / "project").rglob("*")]:
        if path.is_file() and path != where / "project" / name:
            path.unlink()
    return Template(where)


def shown(markdown: str) -> list[str]:
    """The lines of the first paragraph below the title, as a reader sees them."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    titles = [number for number, token in enumerate(tokens) if token.type == "heading_close"]
    [inline] = [token for token in tokens[titles[0] : titles[0] + 3] if token.type == "inline"]
    assert inline.children is not None
    assert {child.type for child in inline.children} <= {"text", "hardbreak", "text_special", "softbreak"}
    return "".join(child.content or "\n" for child in inline.children).split("\n")


@pytest.mark.slow
@settings(deadline=None)
@given(TEXT)
@example('"""\nimport os; os.system("true")\n"""')
@example("\\")
@example('ends in a quote"')
@example("# not a title\n1. no list\n    no code\n\nnew paragraph")
def test_text_arrives_intact_in_python_toml_yaml_and_markdown(text: str) -> None:
    """Quotes, backslashes, braces, newlines, emoji and right-to-left; else it is refused before."""
    try:
        files = render(description=text, author=text[:200])
    except BadAnswer as refusal:
        assert any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text) or not text.strip(), refusal
        return
    text, author = text.strip(), text[:200].strip()
    source = files[PurePosixPath("src/demo/__init__.py")].decode()
    assert ast.get_docstring(ast.parse(source), clean=False) == text
    assert len(ast.parse(source).body) == 1
    project = tomllib.loads(files[PurePosixPath("pyproject.toml")].decode())["project"]
    assert project["description"] == text.replace("\n", " ")
    assert project.get("authors", [{"name": ""}]) == [{"name": author}]
    recorded = yaml.safe_load(files[PurePosixPath(".copier-answers.yml")].decode())
    assert (recorded["description"], recorded["author"]) == (text, author)
    first, _, _ = files[PurePosixPath("README.md")].decode().partition("\n\nIt needs Python")
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    if "\n\n" not in first.partition("\n\n")[2]:
        assert [" ".join(line.split()) for line in shown(first)] == [" ".join(line.split()) for line in paragraphs]


@pytest.mark.slow
def test_text_leaves_the_formatter_and_the_linter_content(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file for each of many texts, of any language."""
    template = with_one_file("src/{{ package }}/__init__.py.jinja", tmp_path_factory.mktemp("templates") / "one")
    texts = [*filter(str.strip, NASTY), *(f"{a}x{b}" for a in NASTY for b in NASTY[::5])]
    for number, text in enumerate(texts):
        try:
            files = render(template, description=text)
        except BadAnswer:
            continue
        (tmp_path / f"text{number}.py").write_bytes(files[PurePosixPath("src/demo/__init__.py")])
    (tmp_path / "pyproject.toml").write_bytes(DEFAULTS[0].render(TEMPLATE)[PurePosixPath("pyproject.toml")])
    for command in (["format", "--diff"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
    assert len(list(tmp_path.glob("*.py"))) > 400


@pytest.mark.parametrize(
    "character", [chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), 0xD800, 0xDFFF)]
)
def test_what_no_file_can_hold_is_refused(character: str) -> None:
    """Control characters and halves of surrogate pairs."""
    with pytest.raises(BadAnswer, match=r"^--description: "):
        DESCRIPTION.parse(f"a{character}b")


NAME = st.text(st.sampled_from("abcxyz019_-. /\\\"'{}%\né"), max_size=12) | st.text(max_size=50)


@pytest.mark.slow
@settings(deadline=None)
@given(NAME, NAME, NAME)
@example("demo", "class", "queue")
@example("a" * 60, "a" * 40, "b" * 40)
def test_a_name_is_refused_or_makes_a_valid_project(name: str, package: str, module: str) -> None:
    """Nothing outside the tree, nothing that Python cannot import."""
    try:
        files = render(name=name, package=package, module=module)
    except BadAnswer as refusal:
        assert refusal.flag in ("--name", "--package", "--module")
        return
    name, package, module = name.strip(), package.strip(), module.strip()  # as the answers are
    assert package.isidentifier()
    assert package.isascii()
    assert module.isidentifier()
    assert PurePosixPath(f"src/{package}/{module}.py") in files
    assert len(files) == 18
    for path, content in files.items():
        assert ".." not in path.parts
        assert not path.is_absolute()
        if path.suffix == ".py":
            ast.parse(content)
    assert tomllib.loads(files[PurePosixPath("pyproject.toml")].decode())["project"]["name"] == name


def test_the_reserved_names_cover_the_standard_library_and_the_keywords(template: Template) -> None:
    """Those of the Python that runs this test."""
    for word in keyword.kwlist:
        with pytest.raises(BadAnswer):  # False, None and True are refused for their capital letters
            DEFAULTS[0].answers(template, package=word)
    for name in sys.stdlib_module_names:
        if not name.startswith("_") and name == name.lower():
            with pytest.raises(BadAnswer, match="standard library"):
                DEFAULTS[0].answers(template, package=name)


def test_every_answer_has_a_question_that_the_command_line_asks() -> None:
    """The two sources of questions do not overlap."""
    names = [question.name for question in (*ADVICE_QUESTIONS, *TEMPLATE.project_questions)]
    assert len(names) == len(set(names))
