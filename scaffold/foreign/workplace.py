"""The private folder of one rendering, and the process in it, which may have been started ahead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import git
from scaffold.errors import ScaffoldError
from scaffold.foreign import commands
from scaffold.removal import room_is_needed, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Nothing that holds a secret: what programs need to start, and where they find their own settings of the machine.
_KEPT = ("LANG", "PATH", "PATHEXT", "SYSTEMROOT", "TERM", "TZ")


class Workplace:  # no dataclass: those take a tenth of the time until its process is started
    """A private folder for one rendering; it goes away with all that is in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git_settings: Mapping[str, str] = {}
        """Settings of git's that hold for what is trusted, beside those that the user's configuration has in there."""
        self._process: subprocess.Popen[str] | None = None
        self._started_as: tuple[bool, Mapping[str, str]] | None = None
        """Whether for what is trusted, and in which environment."""

    @property
    def output(self) -> Path:
        """What the process and its tasks printed."""
        return self.root / "output"

    @property
    def temporary(self) -> Path:
        """For what Copier makes for itself."""
        return self.root / "tmpdir"

    @property
    def programs(self) -> Path:
        """The only folder in which programs are found, and there are none: Copier works without git."""
        folder = self.root / "programs"
        folder.mkdir(exist_ok=True)
        return folder

    def start(self, *, trusted: bool) -> subprocess.Popen[str]:
        """The process that waits for a job; it may have been started before.

        What is trusted has the user's environment, so it never gets a process that was started without, and nothing
        else gets one that was started with it.
        """
        environment = commands.environment(self.root, self.git_settings) if trusted else self._environment()
        if self._process is not None and self._started_as == (trusted, environment):
            return self._process
        self.end()
        self.temporary.mkdir(exist_ok=True)
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-IB" if sys.dont_write_bytecode else "-I", "-c", _start(trusted=trusted)],
                cwd=self.root,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches us, and we end it; tasks' children end with it
                encoding="utf-8",
            )
        self._started_as = trusted, environment
        return self._process

    def end(self) -> None:
        """End the process, if there is one, and what it started."""
        if self._process is not None:
            _end(self._process)
            self._process = None

    def _environment(self) -> dict[str, str]:
        """For a template that is not trusted: its own home, and only our programs to be found."""
        kept = {name: value for name, value in git.own_environment().items() if name in _KEPT or is_git_setting(name)}
        folders = [str(self.root / "home"), str(self.root / "xdg"), str(self.temporary)]
        for folder in folders:
            Path(folder).mkdir(exist_ok=True)
        home, xdg, temporary = folders
        own = dict.fromkeys(("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), xdg)
        own |= {"HOME": home, "USERPROFILE": home, "APPDATA": xdg, "LOCALAPPDATA": xdg, "COPIER_CACHE_DIR": xdg}
        own |= {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary, "PYTHONUTF8": "1"}
        own |= {"PYDANTIC_DISABLE_PLUGINS": "__all__"}  # it would look for some in every package that is installed
        return kept | own | {"PATH": str(self.programs)}


def is_git_setting(name: str) -> bool:
    """Whether a variable of the environment sets how git works for us."""
    return name.startswith("GIT_CONFIG") or name in ("GIT_OPTIONAL_LOCKS", "GIT_TERMINAL_PROMPT")


_ahead: list[Workplace] = []
"""One whose process was started before it was known what for."""


@contextmanager
def workplace(*, renders: bool = False) -> Iterator[Workplace]:
    """A private folder, as long as it is needed.

    Args:
        renders: A template will be rendered there. The process for that starts at once: it imports Copier while the
            template is fetched and read.
    """
    if _ahead and renders:
        place = _ahead.pop()  # which is cleared away by whoever made it
        with room_is_needed(place.root):
            yield place
        return
    with _made() as place:
        if renders:
            place.start(trusted=False)
        yield place


@contextmanager
def started_ahead(*, trusted: bool) -> Iterator[None]:
    """Start the process for the first template that will be rendered, in a run that is likely to render one.

    It does nothing before it is given its job, and one that is `trusted` gets none that is not. Where starting it fails
    that is left to `workplace`, which can say so.
    """
    with ExitStack() as stack:
        with suppress(OSError, ScaffoldError, MemoryError):
            place = stack.enter_context(_made())
            place.start(trusted=trusted)
            _ahead.append(place)
        try:
            yield
        finally:
            _ahead.clear()


@contextmanager
def _made() -> Iterator[Workplace]:
    with temporary_folder("scaffold-") as root:
        place = Workplace(root)
        try:
            yield place
        finally:
            place.end()


def _start(*, trusted: bool) -> str:
    """A program that finds the modules that we find, but none in the current folder, which may be a template."""
    package = str(Path(__file__).parent.parent.parent)
    path = [entry for entry in sys.path if entry and Path(entry).exists()]
    with suppress(FileNotFoundError):  # a current folder that is gone
        path = [entry for entry in path if Path(entry).resolve() != Path.cwd()]
    path = list(dict.fromkeys([package, *path]))
    start = f"from scaffold.foreign.worker import main; main(trusted={trusted})"
    return f"import gc, sys; gc.disable(); sys.path[:] = {path!r}; {start}"


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.close()
