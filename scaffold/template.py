"""The bundled templates: their questions, and their files rendered with a set of answers.

Rendered with Jinja itself: importing Copier takes longer than all else that `scaffold new` does (docs/adr/0002). The
templates are a Copier template all the same; a test holds that Copier writes the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import yaml
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, meta
from jinja2 import Template as JinjaTemplate
from jinja2.sandbox import SandboxedEnvironment

from scaffold.copierfmt.answers import choices_of
from scaffold.errors import BadAnswer, TemplateFault
from scaffold.questions import ADVICE_QUESTIONS, DESIGN_QUESTION, SCOPE, Answers, Choice, Question, Value, is_relevant

ANSWERS_FILE = ".copier-answers.yml"
_SUFFIX = ".jinja"
_ADVICE = {question.name: question for question in (*ADVICE_QUESTIONS, DESIGN_QUESTION)}


@cache
def bundled() -> Template:
    """The templates that come with scaffold: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "templates"
    return Template(inside if inside.is_dir() else package.parent / "templates")


@dataclass(frozen=True)
class Template:
    """A folder of templates with copier.yml at its root."""

    root: Path

    @property
    def version(self) -> str:
        """The version that is stamped into what it generates."""
        return str(self._hidden["template_version"])

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All that it asks, as its own copier.yml has it: those about the work first."""
        return tuple(
            _question(name, spec)
            for name, spec in self._config.items()
            if isinstance(spec, Mapping) and "type" in spec and spec.get("when") is not False
        )

    @property
    def project_questions(self) -> tuple[Question, ...]:
        """Those that are not about the work."""
        return tuple(question for question in self.questions if question.name not in {*_ADVICE, SCOPE})

    @property
    def all_questions(self) -> tuple[Question, ...]:
        """Those about the work, the design, and these."""
        return (*ADVICE_QUESTIONS, DESIGN_QUESTION, *self.project_questions)

    def questions_of(self, scope: str) -> tuple[Question, ...]:
        """Those of them that can make sense for a project, or for a module."""
        return tuple(q for q in self.project_questions if self._can_be_relevant(q, {SCOPE: scope}))

    def fill(self, answers: Answers, defaults: Answers) -> dict[str, Value]:
        """Answers to all questions: those given, then `defaults`, then the template's own."""
        full: dict[str, Value] = dict(answers)
        for question in self.questions:
            if question.name not in full:
                full[question.name] = defaults.get(question.name, self.default(question, full))
        return full

    def complete(self, answers: Answers, defaults: Answers) -> dict[str, Value]:
        """As `fill`, and every answer has passed its validator.

        Raises:
            BadAnswer: The template refuses an answer.
        """
        full = self.fill(answers, defaults)
        for question in self.questions:
            if self.is_relevant(question, full):
                self.validate(question, full)
        return full

    def default(self, question: Question, answers: Answers) -> Value:
        """The answer that the template recommends beside the answers before it."""
        if isinstance(question.default, str):
            return self.evaluate(question.default, answers)
        return question.default

    def default_needs(self, question: Question) -> set[str]:
        """The names that the question's default is computed from."""
        if not isinstance(question.default, str):
            return set()
        return meta.find_undeclared_variables(self._environment.parse(question.default))

    def is_relevant(self, question: Question, answers: Answers) -> bool:
        """Whether the question makes sense beside these answers."""
        if isinstance(question.when, str):
            return self.evaluate(question.when, answers) == "True"
        return is_relevant(question, answers)

    def _can_be_relevant(self, question: Question, known: Answers) -> bool:
        try:
            return self.is_relevant(question, known)
        except TemplateFault:  # it depends on what is still unknown
            return True

    def validate(self, question: Question, answers: Answers) -> None:
        """Raise BadAnswer where the question's validator has something to say."""
        if reason := self.evaluate(question.validator, answers):
            raise BadAnswer(question.flag, answers[question.name], reason)

    def evaluate(self, expression: str, answers: Mapping[str, object]) -> str:
        """A Jinja expression of copier.yml with these answers.

        Raises:
            TemplateFault: It does not render.
        """
        try:
            return self._compiled(expression).render({**self._hidden, **answers})
        except TemplateError as error:
            _blame("copier.yml", error)

    def answers_file(self, answers: Answers) -> str:
        """The name of the file that records the answers: of a project, or of a module in one."""
        return self.evaluate(self._config.get("_answers_file", ANSWERS_FILE), answers)

    def render(self, answers: Answers, answers_file: str | None = None) -> dict[PurePosixPath, bytes]:
        """Every file of the subproject, in memory; the answers stand in the one that the template names, or in another.

        Raises:
            OSError: The template is gone.
            TemplateFault: A template does not render.
        """
        context = self._context(answers, answers_file)
        return {
            target: self._rendered_text(source, context).encode() for target, source in self._sources(context).items()
        }

    def sources(self, answers: Answers, answers_file: str | None = None) -> dict[PurePosixPath, str]:
        """Which of the template's files each file of the subproject comes from."""
        return self._sources(self._context(answers, answers_file))

    def _sources(self, context: Mapping[str, object]) -> dict[PurePosixPath, str]:
        tree = self.root / self.evaluate(self._config["_subdirectory"], context)
        found: dict[PurePosixPath, str] = {}
        # Without this, a template that somebody cleared away would seem to have dropped every file.
        tree.stat()
        for source in sorted(path for path in tree.rglob("*") if path.is_file()):
            target = self._rendered_name(source.relative_to(tree), context)
            if target is not None:
                found[target] = source.relative_to(self.root).as_posix()
        return found

    def owned(self, answers: Answers) -> set[PurePosixPath]:
        """The files of the subproject that belong to whoever had them generated; none before version 2.0.0."""
        return {target for target, source in self.sources(answers).items() if source in self._owners}

    def _context(self, answers: Answers, answers_file: str | None) -> dict[str, object]:
        recorded = {name: answers[name] for name in sorted(answers) if self._is_recorded(name, answers)}
        return {
            **self._hidden,
            **answers,
            "_copier_answers": recorded,
            "_copier_conf": {"answers_file": answers_file or self.answers_file(answers)},
        }

    @cached_property
    def _config(self) -> dict[str, Any]:
        return self._load("copier.yml")

    def _load(self, name: str) -> dict[str, Any]:
        class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # a base chosen at run time
            """YAML in which `!include` names another file of questions."""

        Loader.add_constructor("!include", lambda loader, node: self._load(loader.construct_scalar(node)))
        merged: dict[str, Any] = {}
        for document in yaml.load_all((self.root / name).read_text(encoding="utf-8"), Loader=Loader):  # safe
            merged |= document
        return merged

    @cached_property
    def _owners(self) -> frozenset[str]:
        """Those of the template's files that render the owner's."""
        path = self.root / "owners.yml"
        return frozenset(yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else ())

    @cached_property
    def _hidden(self) -> dict[str, Value]:
        """Values that the template names without asking for them."""
        return {
            name: spec["default"]
            for name, spec in self._config.items()
            if isinstance(spec, Mapping) and spec.get("when") is False
        }

    @cached_property
    def _environment(self) -> SandboxedEnvironment:
        # What is read once is kept: Jinja would look after each file's date whenever one includes it.
        kept = {"auto_reload": False, "cache_size": -1}
        options = self._config["_envops"] | {"undefined": StrictUndefined} | kept
        environment = SandboxedEnvironment(loader=FileSystemLoader(self.root), autoescape=False, **options)
        environment.filters["to_nice_yaml"] = _to_nice_yaml
        return environment

    def _is_recorded(self, name: str, answers: Answers) -> bool:
        question = self._by_name.get(name)
        return question is not None and self.is_relevant(question, answers)

    @cached_property
    def _by_name(self) -> dict[str, Question]:
        return {question.name: question for question in self.questions}

    def _compiled(self, expression: str) -> JinjaTemplate:
        """The compiled form, kept: conditions and names are looked at many times."""
        if expression not in self._expressions:
            self._expressions[expression] = self._environment.from_string(expression)
        return self._expressions[expression]

    @cached_property
    def _expressions(self) -> dict[str, JinjaTemplate]:
        return {}

    def _rendered_name(self, source: Path, context: Mapping[str, object]) -> PurePosixPath | None:
        parts = (*source.parts[:-1], source.name.removesuffix(_SUFFIX))
        rendered = [self._compiled(part).render(context) if self._is_template(part) else part for part in parts]
        return PurePosixPath(*rendered) if all(rendered) else None

    def _is_template(self, text: str) -> bool:
        """Whether it can render as anything but itself."""
        jinja = self._environment
        starts = (jinja.variable_start_string, jinja.block_start_string, jinja.comment_start_string)
        return any(start in text for start in starts)

    def _rendered_text(self, source: str, context: Mapping[str, object]) -> str:
        try:
            return self._environment.get_template(source).render(context)
        except TemplateError as error:
            _blame(source, error)


def _question(name: str, spec: Mapping[str, Any]) -> Question:
    choices = spec.get("choices", {"yes": True, "no": False} if spec["type"] == "bool" else ())
    return Question(
        name=name,
        type=spec["type"],
        help=spec["help"],
        default=spec["default"],
        choices=tuple(Choice(choice.value, choice.label) for choice in choices_of(choices)),
        asked=False,
        required=name not in _ADVICE or _ADVICE[name].required,
        when=spec.get("when", True),
        validator=spec.get("validator", ""),
    )


def _to_nice_yaml(data: object) -> str:
    """As the filter of that name does, which Copier brings along."""
    dumped: str = yaml.dump(data, indent=4, allow_unicode=True, default_flow_style=False)
    return dumped


def _blame(name: str, error: TemplateError) -> NoReturn:
    """Say where a template is wrong: Jinja's own message names no file."""
    where = getattr(error, "name", None) or name
    raise TemplateFault(where, error.message or type(error).__name__, getattr(error, "lineno", None)) from error
