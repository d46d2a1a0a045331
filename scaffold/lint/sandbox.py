"""Evaluating a template's expressions in a process of its own, whose time and memory are limited."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.copierfmt.syntax import SYNTAX
from scaffold.errors import Refused
from scaffold.lint.evaluation import READY, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from jinja2 import Environment

    from scaffold.lint.question import Question

_SECONDS = 20  # for all; the process itself allows each question one second of computing
_START = "import sys; sys.path += sys.argv[1:]; from scaffold.lint.evaluation import main; main()"
_LONGEST = 300  # characters of a message


def outcomes(
    questions: Sequence[Question], environment: Environment, secrets: Collection[str]
) -> tuple[Mapping[str, Outcome], str | None]:
    """What came of every question, and the one that exceeded the limits, after which there are no more."""
    asked = [_as_json(question, is_secret=question.name in secrets) for question in questions]
    if not asked:
        return {}, None
    request = json.dumps({"envops": _envops(environment), "questions": asked}, default=str)
    lines = _run(request)
    found = [Outcome(**_shortened(json.loads(line))) for line in lines]
    by_name = {outcome.name: outcome for outcome in found}
    stopped = next((str(question["name"]) for question in asked if question["name"] not in by_name), None)
    return by_name, stopped


def _run(request: str) -> Sequence[str]:
    """The lines that the process printed before it ended, or was ended."""
    # Isolated (-I, -S): only where we are from ourselves is searched for modules, never the template's folder.
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        _START,
        *_where("scaffold", "jinja2", "jinja2_ansible_filters", "markupsafe", "yaml"),
    ]
    try:
        done = subprocess.run(command, input=request.encode(), capture_output=True, timeout=_SECONDS, check=False)
        output = done.stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    first, *lines = output.decode().split("\n")[:-1] or [""]
    if first.strip() != READY:
        reason = "this Python does not run as `python -I -S`"
        raise Refused("the defaults could not be evaluated:", reason)
    return lines


def _where(*packages: str) -> list[str]:
    """The folders that these are imported from."""
    origins = [spec.origin for package in packages if (spec := find_spec(package)) and spec.origin]
    return list(dict.fromkeys(str(Path(origin).resolve().parent.parent) for origin in origins))


def _envops(environment: Environment) -> dict[str, object]:
    """The delimiters and the like, as the environment of this process has taken them."""
    return {name: getattr(environment, name) for name in SYNTAX}


def _as_json(question: Question, *, is_secret: bool) -> dict[str, object]:
    def said(key: str, otherwise: object = "") -> object:
        value = question.get(key)
        return otherwise if value is None else value.data

    default = question.get("default")
    return {
        "name": question.name,
        "type": question.type,
        "choices": said("choices", []),
        "multiselect": said("multiselect", otherwise=False) is True,
        "validator": said("validator") if isinstance(said("validator"), str) else "",
        "when": said("when", otherwise=True),
        "secret": is_secret,
        "is_text": question.type == "str" and question.get("choices") is None and not question.is_hidden,
        **({} if default is None else {"default": default.data}),
    }


def _shortened(outcome: dict[str, Any]) -> dict[str, Any]:
    return {key: value[:_LONGEST] if isinstance(value, str) else value for key, value in outcome.items()}
