"""The environment of what the user trusts a template to run: their own, as if they ran it themselves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scaffold import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Copier reads what git prints, and these change it.
_CHANGES_DIFFS = ("GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF")


def environment(private: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """The user's environment and git configuration, for commands that start in a folder below `private`.

    Only what points git at another repository is left out: the variables that name one, and whatever repository the
    private folder happens to lie in. `settings` of git's are added.
    """
    own = {name: value for name, value in git.surroundings().items() if name not in _CHANGES_DIFFS}
    ceilings = [str(private), *filter(None, [own.get("GIT_CEILING_DIRECTORIES")])]
    own |= {"GIT_CEILING_DIRECTORIES": os.pathsep.join(ceilings)}
    return git.with_settings(own, settings) if settings else own
