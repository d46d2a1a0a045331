"""A limit on the memory that this process may still take."""

from __future__ import annotations

import sysconfig
from contextlib import suppress
from pathlib import Path

_RESERVED = 1 << 30  # bytes of addresses that a free-threaded interpreter takes at its start, and fills later


def limit(allowance: int) -> None:
    """Let this process map so many bytes more than it has by now, where the system knows such a limit.

    A free-threaded interpreter may fill what it has reserved beside that.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(ValueError, OSError, AttributeError):  # macOS knows but refuses it
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = _mapped() + allowance
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _mapped() -> int:
    """The bytes of addresses that are taken, which is what the limit counts; a guess where there is no /proc."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmSize:")).split()[1]) << 10  # from kB
    return _RESERVED if sysconfig.get_config_var("Py_GIL_DISABLED") else 0
