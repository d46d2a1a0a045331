"""A module in an existing project: where it goes, and all that can stand in its way."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from scaffold import naming, shell
from scaffold.errors import BadAnswer, Refused, SeveralPackages, Taken, did_you_mean
from scaffold.plan import is_blocked
from scaffold.text import one_line

if TYPE_CHECKING:
    from scaffold.existing.survey import Package, Survey
    from scaffold.questions import Answers, Value
    from scaffold.template import Template

_MAKE_ONE: Final = "make a directory with an __init__.py in it first, or a whole project with scaffold new"


def with_plain_paths(given: Answers) -> Answers:
    """The answers as they were meant: a shell's completion ends a directory with a slash."""
    paths = {name: given[name] for name in ("directory", "tests") if given.get(name)}
    return {**given, **{name: PurePosixPath(str(path)).as_posix() for name, path in paths.items()}}


@dataclass(frozen=True)
class NewModule:
    """One module and its tests, in a project that is there already."""

    template: Template
    survey: Survey
    scope: str = "module"
    command: str = "add"

    def place(self, _: Answers) -> Path:
        """The project's root."""
        return self.survey.root

    @property
    def words(self) -> tuple[str, ...]:
        """With the project's root."""
        return ("scaffold", self.command, shell.path_word(self.survey.root))

    @property
    def headline(self) -> str:
        """With the project's root."""
        return f"New module in {self.survey.root.absolute()}"

    def title(self, answers: Answers) -> str:
        """With the two files that matter."""
        module = answers["module"]
        return f"Write {answers['directory']}/{module}.py and {answers['tests']}/test_{module}.py?"

    def suggested(self, given: Answers) -> Answers:
        """Where the package and the tests are, and the oldest Python."""
        found: dict[str, Value] = {"tests": str(self.survey.tests)}
        if package := self._package(given):
            found |= {"package": package.path, "directory": str(package.directory)}
        if python := self.python:
            found["python"] = python
        return found

    def assumed(self, given: Answers) -> Answers:
        """The same, seen from the project's root."""
        beside = self.suggested({"package": given["package"]})
        from_root = replace(self, survey=replace(self.survey, start=self.survey.root)).suggested({})
        return {**beside, "package": from_root.get("package", "")}

    def check_package(self, given: Answers) -> None:
        """Make sure that there is one package, or that one is named.

        Raises:
            Refused: There is none.
            SeveralPackages: There are several, and none is likelier than the others.
            BadAnswer: The directory does not tell how it is imported.
        """
        if "directory" in given and "package" not in given:
            path = str(given["directory"])
            if self.survey.package_at(PurePosixPath(path)) is None:
                raise BadAnswer(
                    "--directory", path, "is no package of this project: name the import path with --package"
                )
            return
        if "package" in given or self.survey.package() is not None:
            return
        if not self.survey.packages:
            raise self._no_package()
        raise SeveralPackages([package.path for package in self.survey.packages])

    def _no_package(self) -> Refused:
        projects = self.survey.projects_below()
        remedy = f"give one of its projects as PROJECT ({', '.join(projects)})" if projects else _MAKE_ONE
        return Refused(self.survey.root, f"has no package that a module could go into: {remedy}")

    def check(self, answers: Answers) -> None:
        """Refuse what cannot be written, and every name that is taken.

        Raises:
            BadAnswer: Another answer would do.
            Taken: A file of this name is there.
            Refused: A directory may not be written.
        """
        self._check_directories(answers)
        root, directory, name = self.survey.root, PurePosixPath(str(answers["directory"])), str(answers["module"])
        naming.check_portable(answers, ["--module"])
        naming.check_imports(answers)
        files = self.template.sources(answers)
        for path in (*files, directory / name):
            if os.path.lexists(root / path):
                raise Taken("--module", name, f"would need {path}, which is there already: take another name")
        for path in files:
            nearest = next(parent for parent in (root / path).parents if parent.is_dir())
            if not os.access(nearest, os.W_OK | os.X_OK):
                raise Refused(nearest, "may not be written: change its permissions")

    @property
    def python(self) -> str | None:
        """The oldest Python that the project is for, or the nearest one known; None where it does not say."""
        oldest = self.survey.config.oldest_python
        if oldest is None:
            return None
        questions = [question for question in self.template.questions if question.name == "python"]
        known = [str(choice.value) for question in questions for choice in question.choices]
        return next((python for python in known if int(python.partition(".")[2]) >= oldest), known[-1])

    def optional_dependency(self, answers: Answers) -> str:
        """An extra's name and a requirement, for what the module imports beside the standard library; or nothing."""
        source = '{% include "designs/" ~ design ~ "/optional.jinja" ignore missing %}'
        return self.template.evaluate(source, answers).strip()

    def _check_directories(self, answers: Answers) -> None:
        root, package = self.survey.root, str(answers["package"])
        directory, tests = (PurePosixPath(str(answers[name])) for name in ("directory", "tests"))
        found = self.survey.find(package)
        if not (root / directory).is_dir():
            if not found:
                raise BadAnswer("--package", package, f"is no package of this project{self._instead_of(package)}")
            raise BadAnswer("--directory", str(directory), "is no directory of this project")
        if found and directory not in [part.directory for part in found]:
            raise BadAnswer("--directory", str(directory), f"is not where {package} is: that is {found[0].directory}")
        for flag, path in (("--directory", directory), ("--tests", tests)):
            if is_blocked(root, path / "file"):
                raise BadAnswer(flag, str(path), "is a file or leads through a symbolic link: give another directory")

    def _instead_of(self, package: str) -> str:
        """The package that was meant, or all that there are, or how to get one."""
        known = [known.path for known in self.survey.packages]
        if not known:
            return f": {_MAKE_ONE}"
        return did_you_mean(package, known) or f": take {one_line('|'.join(known))}, or a package in it"

    def _package(self, given: Answers) -> Package | None:
        if "package" in given:
            return next(iter(self.survey.find(str(given["package"]))), None)
        if "directory" in given:
            return self.survey.package_at(PurePosixPath(str(given["directory"]))) or self.survey.package()
        return self.survey.package()
