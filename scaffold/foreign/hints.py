"""What Copier says where it fails, without its advice: that is about flags and functions of its own."""

from __future__ import annotations

import re
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
