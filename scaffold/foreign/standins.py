"""Importing Copier without the libraries that it asks a person with, who is asked by the parent of its process.

Questionary, prompt_toolkit and Pygments take a quarter of the time in which Copier is imported. Of them it needs seven
names, for which others stand here. A Copier that wants more gets the real ones.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Prompt = Callable[..., Any]


class Choice:
    """One possible answer, as `questionary.Choice` holds it."""

    def __init__(self, title: Any, value: Any = None, disabled: str | None = None) -> None:  # noqa: ANN401
        self.title = title
        self.value = title if value is None else value
        self.disabled = disabled
        self.checked = False


def import_copier(prompt: Prompt) -> Any:  # noqa: ANN401  # a module
    """Copier, which asks by calling `prompt` in place of `questionary.unsafe_prompt`."""
    try:
        with _in_place(_standins(prompt)):
            import copier
    except (ImportError, AttributeError):
        for name in [name for name in sys.modules if name.partition(".")[0] == "copier"]:
            del sys.modules[name]
        return import_whole_copier(prompt)
    return copier


def import_whole_copier(prompt: Prompt) -> Any:  # noqa: ANN401  # a module
    """The same with all that it imports, for what a trusted template may want of it."""
    import questionary

    questionary.unsafe_prompt = prompt  # before Copier looks for it
    import copier

    return copier


def _standins(prompt: Prompt) -> dict[str, ModuleType]:
    names: dict[str, dict[str, Any]] = {
        "prompt_toolkit": {},
        "prompt_toolkit.lexers": {"PygmentsLexer": lambda _: None},
        "pygments": {},
        "pygments.lexers": {},
        "pygments.lexers.data": {"JsonLexer": None, "YamlLexer": None},
        "questionary": {"confirm": prompt, "unsafe_prompt": prompt},
        "questionary.prompts": {},
        "questionary.prompts.common": {"Choice": Choice},
    }
    modules = {}
    for name, members in names.items():
        modules[name] = ModuleType(name)
        vars(modules[name]).update(members)
    return modules


@contextmanager
def _in_place(modules: dict[str, ModuleType]) -> Iterator[None]:
    """Let an import find these; afterwards nothing does."""
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            sys.modules.pop(name, None)
