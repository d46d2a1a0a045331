"""What this scaffold is and can do, for programs and agents that have not met it before: as data and as text."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING, Any

from scaffold import __version__, pythons
from scaffold.errors import EXIT_CODES
from scaffold.life.history import history
from scaffold.template import bundled
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Iterable


def document(commands: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """All of it as data; docs/info.schema.json is its schema.

    Args:
        commands: Each command's words, such as `scaffold template new`, with what Typer made of it.
    """
    (python,) = (question for question in bundled().questions if question.name == "python")
    supported = [str(choice.value) for choice in python.choices]
    return {
        "versions": {"scaffold": __version__, "copier": _version_of("copier"), "python": platform.python_version()},
        "designs": [
            {"design": design.value, "family": design.family.value, "summary": design.summary} for design in Design
        ],
        "templates": {"newest": history().newest, "available": [*history().available]},
        "pythons": [
            {"version": version, "interpreter": interpreter}
            for version, interpreter in pythons.found(supported).items()
        ],
        "exit_codes": [{"code": code, "meaning": meaning} for code, meaning in EXIT_CODES.items()],
        "commands": [_command(words, command) for words, command in commands],
    }


def text(info: dict[str, Any]) -> str:
    """The same in lines; of the commands and flags, their names."""
    versions = (f"{name} {version or 'not installed'}" for name, version in info["versions"].items())
    lines = [", ".join(versions), f"Templates: {', '.join(info['templates']['available'])}", "", "Designs"]
    lines += [f"  {design['design']:<16} {design['summary']}" for design in info["designs"]]
    lines += ["", "Pythons"]
    lines += [f"  {python['version']:<6} {python['interpreter']}" for python in info["pythons"]]
    lines += ["", "Exit codes"]
    lines += [f"  {code['code']:<4} {code['meaning']}" for code in info["exit_codes"]]
    lines += ["", "Commands"]
    for command in info["commands"]:
        words = [command["command"], *(argument["name"] for argument in command["arguments"])]
        lines.append(f"  {' '.join([*words, *(flag['flags'][0] for flag in command['flags'])])}")
    return "\n".join(lines)


def _version_of(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)  # to import it would take longer than all of this
    except metadata.PackageNotFoundError:
        return None


def _command(words: str, command: Any) -> dict[str, Any]:  # noqa: ANN401  # Typer's types are private
    of_kind: dict[str, list[Any]] = {"argument": [], "option": []}
    for parameter in command.params:
        of_kind[parameter.param_type_name].append(parameter)
    return {
        "command": words,
        "help": command.help,
        "arguments": [_argument(argument) for argument in of_kind["argument"]],
        "flags": [_flag(option) for option in of_kind["option"]],
    }


def _argument(argument: Any) -> dict[str, Any]:  # noqa: ANN401  # as above
    return {
        "name": argument.metavar or argument.name.upper(),
        "help": argument.help,
        "required": argument.required,
        "repeats": argument.nargs == -1,
    }


def _flag(option: Any) -> dict[str, Any]:  # noqa: ANN401  # as above
    return {
        "flags": option.opts,
        "off": option.secondary_opts,
        "value": None if option.is_flag else option.metavar or option.name.upper(),
        "help": option.help,
        "repeats": option.multiple,
    }
