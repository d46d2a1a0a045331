"""The Pythons of this machine, each with an environment that can run a generated project's tests."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

_PROBE = "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_config_var('Py_GIL_DISABLED') or 0)"
_VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


@functools.cache
def found() -> dict[str, str]:
    """Each supported version with its interpreter: this one, those on PATH, and those of pyenv where there is one."""
    interpreters: dict[str, str] = {}
    names = [f"python{version}{build}" for version in _VERSIONS for build in ("", "t")]
    for candidate in (sys.executable, *filter(None, map(shutil.which, names)), *_from_pyenv()):
        version = _version_of(candidate)
        if version is not None:
            interpreters.setdefault(version, candidate)
    return dict(sorted(interpreters.items()))


def _from_pyenv() -> list[str]:
    if shutil.which("pyenv") is None:
        return []
    root = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False).stdout.strip()
    return [str(path) for path in sorted(Path(root, "versions").glob("3.*/bin/python"))]


def _version_of(interpreter: str) -> str | None:
    done = subprocess.run([interpreter, "-c", _PROBE], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    major, minor, free_threaded = done.stdout.split()
    version = f"{major}.{minor}"
    return version + ("t" if free_threaded == "1" else "") if version in _VERSIONS else None


@functools.cache
def with_pytest(version: str) -> str:
    """The interpreter of an environment with all that a generated project's tests need, dask.distributed included.

    It is kept between runs and shared by workers.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scaffold-tests" / version
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = home / "ready.json"
    wanted = [found()[version], "distributed"]
    if not (ready.exists() and json.loads(ready.read_text(encoding="utf-8")) == wanted):
        scratch = home.with_name(f"{version}-{os.getpid()}")
        shutil.rmtree(scratch, ignore_errors=True)
        subprocess.run([found()[version], "-m", "venv", str(scratch)], check=True)
        install = [
            str(scratch / python.relative_to(home)),
            "-m",
            "pip",
            "install",
            "--quiet",
            "pytest",
            "pytest-timeout",
            "distributed",
        ]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        (scratch / "ready.json").write_text(json.dumps(wanted), encoding="utf-8")
        if ready.exists() and json.loads(ready.read_text(encoding="utf-8")) != wanted:
            shutil.rmtree(home, ignore_errors=True)  # it is of an older test suite
        try:
            scratch.rename(home)
        except OSError:  # another worker was faster
            shutil.rmtree(scratch, ignore_errors=True)
    return str(python)
