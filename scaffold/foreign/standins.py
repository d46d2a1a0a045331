"""Copier with other things in place of some that it imports.

A person is asked by the parent of its process, so it does without the libraries for that: Questionary, prompt_toolkit
and Pygments take a quarter of the time in which Copier is imported. Of them it needs six names, for which others stand
here. A Copier that wants more gets the real ones. What it imports and never uses here is imported when it is used.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from pathlib import PurePosixPath
from types import ModuleType
from typing import TYPE_CHECKING, Any

from scaffold import yamlfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Prompt = Callable[..., Any]


class Choice:
    """One possible answer, as `questionary.Choice` holds it."""

    def __init__(self, title: Any, value: Any = None, disabled: str | None = None) -> None:  # noqa: ANN401
        self.title = title
        self.value = title if value is None else value
        self.disabled = disabled
        self.checked = False


class _Later(ModuleType):
    """A module that is imported when the first of its names is asked for."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever it holds
        if name.startswith("__"):  # asked for by the import itself
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


_UNUSED = (
    "dunamai",  # names commits after a release; the versions are known
    "urllib.request",  # makes URLs of paths; it brings HTTP and TLS along
)


def import_copier(prompt: Prompt) -> Any:  # noqa: ANN401  # a module
    """Copier, which asks by calling `prompt` in place of `questionary.unsafe_prompt`."""
    try:
        unused = {name: _Later(name) for name in _UNUSED if name not in sys.modules}
        with _in_place({**_standins(prompt), **unused}):
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


def shield_git_of_copier(settings: Mapping[str, str]) -> None:
    """Give `settings` to the git that Copier runs for itself, and to nothing else.

    It compares and commits in folders of its own, where the user's hooks, signatures and ways to print a difference
    would only be in its way. Tasks and extensions start git themselves, and see the user's configuration.
    """
    from copier._vcs import get_git

    def get_shielded_git(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401  # Copier's own
        return get_git(*arguments, **options).with_env(**settings)

    for name, module in list(sys.modules.items()):
        if name.startswith("copier.") and getattr(module, "get_git", None) is get_git:
            module.get_git = get_shielded_git  # type: ignore[attr-defined]


def lend(files: Mapping[str, str]) -> None:
    """Let `_external_data` find these files of the project, by their paths, beside what is rendered."""
    main: Any = sys.modules["copier._main"]
    load = main.load_answersfile_data

    def load_lent(folder: Any, path: Any = ".copier-answers.yml", **options: Any) -> Any:  # noqa: ANN401  # Copier's own
        name = PurePosixPath(path).as_posix()
        is_external = "warn_on_missing" in options  # else it is the project's own record
        return yamlfile.value(files[name]) if is_external and name in files else load(folder, path, **options)

    main.load_answersfile_data = load_lent


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
