"""Where scaffold keeps what outlives a run: the user's names for templates, and what they trust."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scaffold.machine import NoHome

_XDG = sys.platform == "linux"


def config_folder() -> Path:
    """What the user wrote or had written for them: names of templates, and copies of catalogues."""
    return _folder("XDG_CONFIG_HOME", ".config", "user_config_path")


def names_file() -> Path:
    """The names that the user gave to templates; it need not exist."""
    return config_folder() / "templates.toml"


def data_folder() -> Path:
    """What scaffold noted: approvals, and tags that it saw."""
    return _folder("XDG_DATA_HOME", ".local/share", "user_data_path")


def state_folder() -> Path:
    """What scaffold needs to take back what it wrote: records of runs, with the former contents of files."""
    return _folder("XDG_STATE_HOME", ".local/state", "user_state_path")


def home() -> Path:
    """The user's home directory.

    Raises:
        NoHome: There is none, or HOME is relative: what is kept there would be another file in each directory.
    """
    try:
        found = Path.home()
    except RuntimeError as error:
        raise NoHome("HOME is not set, and the system knows no home directory for this user") from error
    if not found.is_absolute():
        raise NoHome(f"HOME is {str(found)!a}, which is not an absolute path")
    return found


def note(place: Path, text: str) -> None:
    """Write a small file of scaffold's own: whole, or not at all, so that what it said before is not lost.

    Raises:
        OSError: It cannot be written.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{os.urandom(8).hex()}.new")
    try:
        new.write_text(text, encoding="utf-8", errors="surrogateescape")
        new.replace(place)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _folder(variable: str, usual: str, elsewhere: str) -> Path:
    # Every `new` and `advise` looks here; where the rule is a line, platformdirs is not worth the time of its import.
    named = Path(os.environ.get(variable, ""))
    if named.is_absolute():
        return named / "scaffold"
    if _XDG:
        return home() / usual / "scaffold"
    if os.name != "nt":
        home()  # platformdirs would take a relative one
    import platformdirs

    found: Path = getattr(platformdirs, elsewhere)("scaffold", appauthor=False)
    return found
