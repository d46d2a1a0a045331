"""Which names of files mean the same on every system, in a shell, and to a reader.

What a template renders, and the folder of a new project, go into a repository that others check out elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_RESERVED: Final = {
    ":": "a colon",  # names another stream of a file
    "\\": "a backslash",  # separates folders
    "<": "a less-than sign",
    ">": "a greater-than sign",
    '"': "a quotation mark",
    "|": "a vertical bar",
    "?": "a question mark",
    "*": "an asterisk",
}
"""What no name on Windows holds."""
_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9¹²³])[ ]*(\..*)?", re.IGNORECASE | re.DOTALL
)
# What joins the letters of some scripts and the parts of one emoji: between two characters of those it shows.
_JOINER: Final = re.compile("(?<=[^\0-\x7f])[\u200c\u200d](?=[^\0-\x7f])")
_HIDDEN: Final = {
    "Cs": "bytes that are not UTF-8",
    "Cc": "control characters",
    "Cf": "invisible characters",
    "Zl": "line breaks",
    "Zp": "line breaks",
}
# What Git for Windows and for macOS treats as `.git`: other case, trailing dots and blanks, the DOS short name.
_GIT: Final = re.compile(r"(\.git|git~[0-9]+)[. ]*", re.IGNORECASE)
OURS: Final = ".scaffold-"
"""How the names of what a run has not finished begin."""


def hidden_problem(name: str) -> str | None:
    """What a name holds that no terminal shows as it is, or None.

    Letters and emoji that this Python does not know yet, and those for private use, are no problem: they are shown
    escaped. A zero-width joiner is one only where there is nothing to join.
    """
    kinds = (_HIDDEN.get(unicodedata.category(character)) for character in _JOINER.sub("", name))
    kind = next(filter(None, kinds), None)
    return f"has {kind} in its name, which no terminal shows" if kind else None


def is_git(name: str) -> bool:
    """Whether some file system takes this name for `.git`."""
    # HFS+ ignores characters that format text, such as a zero-width joiner.
    seen = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")
    return _GIT.fullmatch(seen) is not None


def name_problem(name: str) -> str | None:
    """Why a name cannot be used on every system, or None."""
    if problem := hidden_problem(name):
        return problem
    if character := next((character for character in name if character in _RESERVED), None):
        what = "which is another path on Windows" if character in ":\\" else "which no name on Windows may hold"
        return f"has {_RESERVED[character]} in its name, {what}"
    if name.endswith((".", " ")):
        return f"ends in a {'dot' if name.endswith('.') else 'space'}, which Windows drops"
    if _DEVICE.fullmatch(name):
        return "is the name of a device on Windows"
    if name.casefold().startswith(OURS):
        return f"begins with {OURS}, as what scaffold leaves when it is interrupted does"
    return None


def shell_problem(name: str) -> str | None:
    """Why a name that a stranger chose is not safe to type or to match by `*`, or None."""
    if name.startswith("-"):
        return "begins with a dash, which commands take for a flag"
    if name.startswith("~"):
        return "begins with a tilde, which shells take for a home directory"
    return None


def folded(path: str) -> str:
    """A path as the least careful of file systems sees it: two that are alike here are one file somewhere."""
    return unicodedata.normalize("NFKC", _JOINER.sub("", path)).casefold()
