"""The environment of what the user trusts a template to run: their own, as if they ran it themselves."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from scaffold import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Copier reads what git prints, and these change it.
_CHANGES_DIFFS = ("GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF")


def environment(private: Path) -> dict[str, str]:
    """The user's environment and git configuration, for commands that start in a folder below `private`.

    Only what points git at another repository is left out: the variables that name one, and whatever repository the
    private folder happens to lie in.
    """
    own = {name: value for name, value in git.surroundings().items() if name not in _CHANGES_DIFFS}
    ceilings = [str(private), *filter(None, [own.get("GIT_CEILING_DIRECTORIES")])]
    return own | {"GIT_CEILING_DIRECTORIES": os.pathsep.join(ceilings)}


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
