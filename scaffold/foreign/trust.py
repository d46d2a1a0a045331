"""What a foreign template would run on this machine, and what fixes exactly that."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from scaffold.errors import NotTrusted
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.foreign.config import Config


@dataclass(frozen=True)
class Actions:
    """What a template could run on this machine, and what fixes exactly that."""

    tasks: tuple[str, ...]
    migrations: tuple[str, ...]
    extensions: tuple[str, ...]
    digest: str
    """SHA-256, in hexadecimal, of these commands and of every file of the version."""

    def listed(self) -> list[tuple[str, str]]:
        """Each with what it is, as the template writes it; empty when it runs nothing."""
        return [
            *(("task", text) for text in self.tasks),
            *(("migration", text) for text in self.migrations),
            *(("Jinja extension", text) for text in self.extensions),
        ]

    def without_commands(self) -> Actions:
        """What is left to run where only files are rendered: no task, no migration."""
        return replace(self, tasks=(), migrations=())


class TemplateNotTrusted(NotTrusted):
    """A template that would run commands or load code, which the user has not agreed to for exactly this version."""

    def __init__(self, actions: Actions, given: str | None) -> None:
        self.actions = actions
        commands = "; ".join(one_line(f"{kind} {text}") for kind, text in actions.listed())
        changed = "is not what you trusted with --trust, and " if given else ""
        super().__init__(
            f"the template {changed}would run: {commands}; "
            f"read its files, and if you trust them add --trust {actions.digest}"
        )


def actions_of(config: Config, files_digest: str) -> Actions:
    """What the configuration says is run. The files count too: a task may start any of them."""
    raw = {name: config.values.get(f"_{name}", []) for name in ("tasks", "migrations", "jinja_extensions")}
    canonical = json.dumps([_canonical(raw), files_digest])
    return Actions(
        tasks=tuple(_command(task) for task in raw["tasks"]),
        migrations=tuple(command for migration in raw["migrations"] for command in _of_migration(migration)),
        extensions=tuple(str(name) for name in raw["jinja_extensions"]),
        digest=sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def require_trust(actions: Actions, digest: str | None) -> bool:
    """Whether there is something to run, and the user trusts exactly that.

    Raises:
        TemplateNotTrusted: There is, and the user does not.
    """
    if not actions.listed():
        return False
    if digest != actions.digest:
        raise TemplateNotTrusted(actions, digest)
    return True


def joined(old: Actions, new: Actions) -> Actions:
    """What an update runs: it renders both versions."""
    if not old.listed():
        return new
    digest = sha256(f"{old.digest} {new.digest}".encode()).hexdigest()
    return Actions(_both(old.tasks, new.tasks), new.migrations, _both(old.extensions, new.extensions), digest)


def _canonical(value: Any) -> Any:  # noqa: ANN401  # whatever YAML makes
    """One form for each value, whatever order its keys were written in and of whatever type they are."""
    if isinstance(value, dict):
        return sorted(([_canonical(key), _canonical(item)] for key, item in value.items()), key=json.dumps)
    if isinstance(value, list):
        return ["list", *map(_canonical, value)]
    return f"{type(value).__name__} {value!r}"


def _both(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def _command(task: Any) -> str:  # noqa: ANN401  # whatever copier.yml holds
    if isinstance(task, dict):
        rest = [f"{name}: {task[name]}" for name in ("when", "working_directory") if name in task]
        return " ".join([_command(task.get("command", "")), *(f"({part})" for part in rest)])
    return shlex.join(str(word) for word in task) if isinstance(task, list) else str(task)


def _of_migration(migration: Any) -> Iterator[str]:  # noqa: ANN401  # as above
    if isinstance(migration, dict) and migration.keys() & {"before", "after"}:
        for stage in ("before", "after"):
            yield from (
                f"{_command(command)} ({stage} {migration.get('version')})" for command in _listed(migration, stage)
            )
    else:
        yield _command(migration)


def _listed(migration: Mapping[str, Any], stage: str) -> list[Any]:
    value = migration.get(stage, [])
    return value if isinstance(value, list) else [value]
