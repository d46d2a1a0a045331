"""Why and where Copier failed, without its advice: that is about flags and functions of its own."""

from __future__ import annotations

import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FEATURES: Final = re.compile(r"unsafe features?: (.*?)\.\n")


@dataclass(frozen=True)
class Place:
    """Where in a template something is wrong, as far as that is known."""

    file: str | None = None
    line: int | None = None
    question: str | None = None

    @property
    def text(self) -> str:
        """For people; empty where nothing is known."""
        file = f"{self.file}:{self.line}" if self.line else self.file
        question = f"copier.yml, question {self.question}" if self.question else ""
        return file or question


def place(error: BaseException, root: Path | None = None) -> Place:
    """Where it is, by the traceback: Jinja puts its templates there, and Copier's own variables say what it was at.

    Args:
        error: What Copier raised.
        root: The template's folder, where it is known.
    """
    frames = [(frame.f_code, number, frame.f_locals) for frame, number in traceback.walk_tb(error.__traceback__)]
    if _is_loading(error):
        return Place("copier.yml")
    rendered = next((names.get("src_relpath") for code, _, names in frames if code.co_name == "_render_file"), None)
    file, line = _last_place(error, [(code.co_filename, number) for code, number, _ in frames], root, rendered)
    names = next((names for code, _, names in frames if code.co_name == "_ask"), {})
    return Place(file or (None if rendered is None else str(rendered)), line, names.get("var_name"))


def _last_place(
    error: BaseException, frames: list[tuple[str, int]], root: Path | None, rendered: object
) -> tuple[str | None, int | None]:
    name = getattr(error, "filename", None)  # a syntax error's, or that of a file which is no text
    places = [*reversed(frames), *([(name, getattr(error, "lineno", None))] if isinstance(name, str) else [])]
    for filename, line in places:
        path = Path(filename)
        if root is not None and path.is_absolute() and path.is_relative_to(root):
            return path.relative_to(root).as_posix(), line
        if root is None and rendered is not None and path.as_posix().endswith(f"/{rendered}"):
            return str(rendered), line
    return None, None


def _is_loading(error: BaseException) -> bool:
    """Whether an extension of the template's cannot be loaded: Copier does that at the first question."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_name in ("load_extensions", "jinja_env") for frame, _ in frames)


def said(error: BaseException) -> str:
    """The error's text; where Copier would be told to trust, what scaffold needs in place of that."""
    kind, text = type(error).__name__, str(error)
    if isinstance(error, (KeyError, SystemExit)):  # whose text is nothing but the key, or the exit code
        text = f"{kind}: {text}"
    if kind == "UnsafeTemplateError":
        found = _FEATURES.search(text)
        return f"it would run what has to be trusted ({found[1] if found else 'code'}): read it, then give --trust"
    if kind == "ForbiddenPathError":
        return f"{text.partition(chr(10))[0]}: it leads out of the project"
    if kind == "ExtensionNotFoundError":
        missing = getattr(error.__context__, "name", None) or "the extension"
        return f"_jinja_extensions: {error.__context__ or text}; install it beside scaffold: {_installing(missing)}"
    if _is_loading(error) and kind != "ConfigFileError":
        return f"_jinja_extensions: {text or kind}"
    return text


def _installing(module: str) -> str:
    """The command that most likely installs a module for the Python that runs this, however scaffold came there."""
    package = module.partition(".")[0].replace("_", "-")
    parts = Path(sys.prefix).parts
    if "pipx" in parts:
        return f"pipx inject scaffold-threads {package}"
    if "uv" in parts and "tools" in parts:
        return f"uv tool install --with {package} scaffold-threads"
    return f"{sys.executable} -m pip install {package}"


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
