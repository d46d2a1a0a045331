"""What `scaffold add` says: what it found in a project, what it wrote there, and what is left to do by hand."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import shell
from scaffold.reports import files
from scaffold.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scaffold.existing.additions import Addition
    from scaffold.existing.survey import Survey
    from scaffold.project import Project

_OUR_LINE_LENGTH = 100  # columns; how the templates are formatted
_MOST_PACKAGES = 8  # in one line of text


def found_text(survey: Survey) -> str:
    """What the project is like, for a terminal."""
    rows = {
        "packages": _packages(survey),
        "layout": "flat: packages lie at the root" if survey.layout == "flat" else f"packages lie in {survey.layout}/",
        "tests": f"{survey.tests}/" + ("" if (survey.root / survey.tests).is_dir() else " (will be made)"),
        "python": survey.config.requires_python or "not stated",
        "tools": ", ".join(_tools(survey)) or "none configured",
    }
    by = f" (by its {survey.mark})" if survey.mark else ""
    found = "Found a project in" if by or survey.packages else "Found no project in"
    lines = [f"{found} **{visible(str(survey.root))}**{by}"]
    return "\n".join([*lines, *(f"  {name:<9} {visible(text)}" for name, text in rows.items())])


def found_json(survey: Survey) -> dict[str, object]:
    """The same as data."""
    from scaffold.existing.web import framework_of

    return {
        "root": str(survey.root),
        "by": survey.mark or None,
        "layout": survey.layout,
        "packages": [{"package": p.path, "directory": str(p.directory)} for p in survey.packages],
        "tests": str(survey.tests),
        "requires_python": survey.config.requires_python or None,
        "tools": list(survey.config.tools),
        "line_length": survey.config.line_length,
        "web_framework": framework.name if (framework := framework_of(survey.config)) else None,
    }


def additions_text(additions: Sequence[Addition], title: str) -> str:
    """What pyproject.toml needs, or got."""
    if not additions:
        return "\nNothing has to be added to its configuration."
    if not all(addition.table for addition in additions):
        title = "To add by hand"
    return "\n".join(["", f"**{title}**", *(f"  {visible(addition.text)}" for addition in additions)])


def additions_json(additions: Sequence[Addition]) -> list[dict[str, object]]:
    """The same as data."""
    return [
        {"table": list(addition.table), "key": addition.key, "requirement": addition.requirement}
        for addition in additions
    ]


def added_text(project: Project, survey: Survey, additions: str) -> str:
    """What was made, what to do next, and how to make it again without being asked."""
    module = project.answers["module"]
    work = next((path for path in project.plan.files if path.name == f"{module}_work.py"), module)
    return "\n".join(
        [
            files.tree_text(str(project.plan.dest), project.plan.files),
            "",
            f"**{project.recommendation.design.value}** is in place; your own work goes into {work}.",
            additions,
            "",
            "Next:",
            *(f"  {step}" for step in _steps(project, survey)),
            *_in_web_server(project, survey),
            "",
            "The same again, without questions:",
            f"  {project.command}",
        ]
    )


def _in_web_server(project: Project, survey: Survey) -> Iterator[str]:
    if known := start_json(project, survey):
        yield ""
        yield "In its web server:"
        yield from (f"  {sentence}" for sentence in known)


def start_json(project: Project, survey: Survey) -> list[str]:
    """What to know about its start in the project's web server; nothing without one."""
    from scaffold.existing.web import framework_of, where_to_start

    framework = framework_of(survey.config)
    return [*where_to_start(framework, project.answers)] if framework else []


def note_on_python(survey: Survey, python: str) -> str:
    """What to know where the project is for an older Python than any that a module can be for; else nothing."""
    oldest = survey.config.oldest_python
    if oldest is None or oldest >= int(python.partition(".")[2]):
        return ""
    return f"the project says {survey.config.requires_python!a}, but a module needs Python {python} or newer"


def note_on_tests(project: Project, survey: Survey) -> str:
    """What to know where pytest would not find the tests; else nothing."""
    name = f"test_{project.answers['module']}.py"
    patterns = survey.config.test_files
    if not patterns or any(PurePosixPath(name).match(pattern) for pattern in patterns):
        return ""
    return f"pytest is told to look for {', '.join(patterns)!a} only, which {name} does not match"


def note_on_lines(project: Project, survey: Survey) -> str:
    """What to know where flake8 would find the lines too long, and no formatter would break them; else nothing."""
    length = survey.config.flake8_length
    if length is None or length >= _OUR_LINE_LENGTH:
        return ""
    names = ",".join(_sources(project))
    ignored = f"per-file-ignores = {names}:E501"
    return f"flake8 takes lines of {length} columns here, and these have up to {_OUR_LINE_LENGTH}: {ignored}"


def _steps(project: Project, survey: Survey) -> Iterator[str]:
    yield f"cd {shell.quoted(shell.path_word(survey.root))}"
    length = survey.config.line_length
    if length is not None and length != _OUR_LINE_LENGTH:
        formatter = "ruff format" if "ruff" in survey.config.tools else "black"
        yield shell.command([*formatter.split(), *_sources(project)])
    source = project.answers["directory"]
    bare = survey.mark not in ("pyproject.toml", "setup.cfg", "setup.py") and survey.layout != "flat"
    path = f"PYTHONPATH={shell.quoted(survey.layout)} " if bare and source else ""
    yield f"{path}python -m pytest {shell.command(name for name in _sources(project) if _is_test(name))}"


def _sources(project: Project) -> list[str]:
    """The Python files that were written, the tests last."""
    names = [shell.path_word(path) for path in project.plan.files if path.suffix == ".py"]
    return sorted(names, key=lambda name: (_is_test(name), name))


def _is_test(name: str) -> bool:
    return PurePosixPath(name).name.startswith("test_")


def _packages(survey: Survey) -> str:
    names = [package.path for package in survey.packages]
    more = f" and {len(names) - _MOST_PACKAGES} more" if len(names) > _MOST_PACKAGES else ""
    return ", ".join(names[:_MOST_PACKAGES]) + more or "none"


def _tools(survey: Survey) -> Iterator[str]:
    length = survey.config.line_length
    for tool in survey.config.tools:
        formats = tool == "ruff" or (tool == "black" and "ruff" not in survey.config.tools)
        yield f"{tool} ({length} columns)" if formats else tool
