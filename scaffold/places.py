"""Where scaffold keeps what outlives a run: the user's names for templates, and what they trust."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_XDG = sys.platform == "linux"


def config_folder() -> Path:
    """What the user wrote or had written for them."""
    return _folder("XDG_CONFIG_HOME", ".config", "user_config_path")


def names_file() -> Path:
    """The names that the user gave to templates; it need not exist."""
    return config_folder() / "templates.toml"


def data_folder() -> Path:
    """What scaffold noted: approvals, tags that it saw, copies of catalogues."""
    return _folder("XDG_DATA_HOME", ".local/share", "user_data_path")


def state_folder() -> Path:
    """What scaffold needs to take back what it wrote: records of runs, with the former contents of files."""
    return _folder("XDG_STATE_HOME", ".local/state", "user_state_path")


def _folder(variable: str, usual: str, elsewhere: str) -> Path:
    # Every `new` and `advise` looks here; where the rule is a line, platformdirs is not worth the time of its import.
    if _XDG:
        named = Path(os.environ.get(variable, ""))
        return (named if named.is_absolute() else Path("~", usual).expanduser()) / "scaffold"
    import platformdirs

    found: Path = getattr(platformdirs, elsewhere)("scaffold", appauthor=False)
    return found
