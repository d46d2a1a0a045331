"""Why Copier failed, without its advice: that is about flags and functions of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_FEATURES: Final = re.compile(r"unsafe features?: (.*?)\.\n")


def said(error: BaseException) -> str:
    """The error's text; where Copier would be told to trust, what scaffold needs in place of that."""
    kind, text = type(error).__name__, str(error)
    if kind == "UnsafeTemplateError":
        found = _FEATURES.search(text)
        return f"it would run what has to be trusted ({found[1] if found else 'code'}): read it, then give --trust"
    if kind == "ForbiddenPathError":
        return f"{text.partition(chr(10))[0]}: it leads out of the project"
    return text


def reason(error: BaseException) -> str:
    """What went wrong, as a part of a sentence about the template."""
    if isinstance(error, RecursionError):
        return "it calls itself without end"
    if isinstance(error, AssertionError):
        return "a file stands where a folder has to go, or a path leads elsewhere"
    if type(error).__name__ == "TemplateNotFound":
        return f"it includes {getattr(error, 'name', 'a file')}, which is not there"
    if type(error).__name__ == "UnsupportedVersionError":
        return f"{error} Upgrade it: python -m pip install --upgrade copier"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}{f': {Path(str(error.filename)).name}' if error.filename else ''}"
    return said(error) or type(error).__name__
