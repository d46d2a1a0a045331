"""The Pythons of this machine, by what they are called: none is started, which could take as long as it likes."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BUILDS = ("", "t")  # the second has no GIL


def found(versions: Iterable[str]) -> dict[str, str]:
    """The interpreter of each version: this one first, then those on PATH under the name that POSIX systems give them.

    Args:
        versions: Those to look for, such as `3.12`; their builds without the GIL are looked for too, as `3.14t`.
    """
    own = _BUILDS[1 if sysconfig.get_config_var("Py_GIL_DISABLED") else 0]
    interpreters = {f"{sys.version_info[0]}.{sys.version_info[1]}{own}": sys.executable}
    for version in versions:
        for build in _BUILDS:
            interpreter = shutil.which(f"python{version}{build}")
            if interpreter is not None:
                interpreters.setdefault(f"{version}{build}", interpreter)
    return interpreters
