"""Every design with every combination of the options that shape its code."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from scaffold.questions import complete_follow_ups, complete_workload
from scaffold.template import bundled

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from scaffold.questions import Answers, Value
    from scaffold.template import Template

LONG = "a_name_of_just_the_forty_characters_here"
_YES_NO = (True, False)
_KINDS = ("thread", "process", "cluster")
"""Two questions in one: where `scale` is cluster, `workers_kind` is not asked."""
_OPTIONS: dict[str, dict[str, tuple[Value, ...]]] = {
    "threadpool/map": {"order": ("finished", "input"), "on_error": ("collect", "stop"), "kind": _KINDS},
    "threadpool/jobs": {"react": ("as-completed", "first-result", "first-error")},
    "threadpool/task": {},
    "thread/task": {"state": _YES_NO, "results": _YES_NO},
    "thread/batch": {"state": _YES_NO, "python": ("3.10", "3.11")},
    "thread/service": {"work": ("inbox", "periodic", "both"), "results": _YES_NO},
}
_SHAPES = {
    "threadpool/map": "many-similar",
    "threadpool/jobs": "heterogeneous",
    "threadpool/task": "one-off",
    "thread/task": "one-off",
    "thread/batch": "many-similar",
    "thread/service": "service",
}


@dataclass(frozen=True)
class Variant:
    """A design with its options."""

    design: str
    options: Answers = field(hash=False)

    @property
    def name(self) -> str:
        """Short, and good for a directory."""
        words = [f"{name}-{str(value).lower()}" for name, value in self.options.items()]
        return "_".join([self.design.replace("/", "-"), *words])

    @cached_property
    def is_default(self) -> bool:
        """Whether its options are those that `--defaults` takes, but for the kind of workers."""
        kinds = {"kind": self.options["kind"]} if "kind" in self.options else {}
        template = bundled()
        return self.answers(template) == Variant(self.design, kinds).answers(template)

    def answers(self, template: Template, **more: Value) -> dict[str, Value]:
        """Complete answers, with all else by default."""
        given = {"shape": _SHAPES[self.design], "design": self.design, **self.options, **more}
        kind = given.pop("kind", "thread")
        if kind == "cluster":
            given["scale"] = kind
        elif kind == "process":
            given["workers_kind"] = kind
        workload = complete_workload(given, lambda question, _: question.default)
        return template.complete(complete_follow_ups(workload, lambda question, _: question.default), {"name": "demo"})

    def module_answers(self, template: Template, **more: Value) -> dict[str, Value]:
        """The same, for a module in an existing project."""
        return template.complete(self.answers(template, scope="module", **more), {})

    def render(self, template: Template, **more: Value) -> dict[PurePosixPath, bytes]:
        """The files of a project."""
        return template.render(self.answers(template, **more))


VARIANTS = [
    Variant(design, dict(zip(options, values, strict=True)))
    for design, options in _OPTIONS.items()
    for values in product(*options.values())
]
DEFAULTS = [
    *(Variant(design, {}) for design in _OPTIONS),
    *(Variant("threadpool/map", {"kind": kind}) for kind in _KINDS[1:]),
]
