"""Functions of which it is known what their time goes to: what `scaffold probe` is measured by (docs/probe.md).

Standard library only, but for one that wants numpy. PROBE_PORT is that of server.py, PROBE_DIR a directory with what
benchmarks/probes.py puts there.
"""

from __future__ import annotations

import base64
import bz2
import csv
import difflib
import functools
import gzip
import hashlib
import html.parser
import http.client
import io
import json
import lzma
import os
import pickle
import random
import re
import sqlite3
import subprocess
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree as ET

PORT, FOLDER = int(os.environ.get("PROBE_PORT", "0")), Path(os.environ.get("PROBE_DIR", "."))
KINDS: dict[str, str] = {}
"""The class of each function by name, on an interpreter with a GIL."""
_own = threading.local()
_F = TypeVar("_F", bound=Callable[..., object])


def _known(kind: str) -> Callable[[_F], _F]:
    def register(function: _F) -> _F:
        KINDS[function.__name__] = kind
        return function

    return register


# --- it waits -------------------------------------------------------------------------------------------------------


@_known("waiting")
def sleep() -> None:
    """As any wait for something else."""
    time.sleep(0.02)


@_known("waiting")
def uneven() -> None:
    """A wait that is mostly short, and sometimes long."""
    time.sleep(random.expovariate(1 / 0.03))


@_known("waiting")
def long_wait() -> None:
    """Longer than a level of the measurement."""
    time.sleep(1.5)


@_known("waiting")
def slow_first() -> None:
    """The first call sets something up."""
    if "first" not in _ONCE:
        _ONCE.add("first")
        time.sleep(0.8)
    time.sleep(0.02)


_ONCE: set[str] = set()


@_known("waiting")
def flaky() -> None:
    """A fifth of the calls fails, however many there are at once."""
    time.sleep(0.01)
    if random.random() < 0.2:
        raise ValueError("now and then")


@_known("waiting")
def own_connection() -> None:
    """Each thread connects in its first call."""
    if not hasattr(_own, "connected"):
        time.sleep(0.3)
        _own.connected = True
    time.sleep(0.01)


@_known("waiting")
def web() -> None:
    """A server without a limit."""
    _get("/plain")


@_known("waiting")
def web_of_eight() -> None:
    """A server that serves eight at once, and lets the others wait."""
    _get("/eight")


@_known("waiting")
def web_refuses() -> None:
    """A server that serves eight at once, and refuses the others."""
    _get("/refuses")


def _get(path: str) -> None:
    if not hasattr(_own, "connection"):
        _own.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
    try:
        _own.connection.request("GET", path)
        response = _own.connection.getresponse()
        response.read()
    except OSError:
        del _own.connection
        raise
    if response.status != 200:
        raise RuntimeError(response.status)


@_known("waiting")
def pipe() -> None:
    """Another program that takes its time."""
    subprocess.run(["sleep", "0.03"], check=True)


# --- it waits for one that serves one at a time ---------------------------------------------------------------------

_LOCK = threading.Lock()


@_known("contended")
def locked() -> None:
    """A lock around the wait."""
    with _LOCK:
        time.sleep(0.005)


_ACTIVE: list[None] = []


@_known("contended")
def growing() -> None:
    """Twice as many take twice as long."""
    _ACTIVE.append(None)
    try:
        time.sleep(0.005 * len(_ACTIVE))
    finally:
        _ACTIVE.pop()


# --- it computes, and holds the GIL ---------------------------------------------------------------------------------


def _spin(count: int) -> int:
    total = 0
    for number in range(count):
        total += number * number
    return total


@_known("computing-gil")
def loop() -> None:
    """Arithmetic."""
    _spin(300_000)


@_known("computing-gil")
def long_loop() -> None:
    """Longer than a level of the measurement."""
    _spin(12_000_000)


@_known("computing-gil")
def recursion() -> int:
    """Calls of calls."""

    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    return fibonacci(20)


@_known("computing-gil")
def tiny() -> None:
    """Nothing at all."""


@functools.cache
def _squared(number: int) -> int:
    time.sleep(0.05)
    return number * number


@_known("computing-gil")
def cached() -> int:
    """Only the first call does anything."""
    return _squared(3)


@functools.cache
def _records() -> dict[str, object]:
    return {"rows": [{f"k{n}": [n, str(n), None, n / 3]} for n in range(5000)]}


@functools.cache
def _json_text() -> str:
    return json.dumps(_records())


@functools.cache
def _pickled() -> bytes:
    return pickle.dumps(_records())


@functools.cache
def _prose() -> str:
    return "foo bar 123-456 baz@x.org " * 8000


@functools.cache
def _table() -> str:
    return "\n".join(f'{n},abc {n},"q, {n}",{n / 7}' for n in range(8000))


@functools.cache
def _xml() -> str:
    return "<r>" + "".join(f"<e id='{n}'><n>name {n}</n><v>{n}</v></e>" for n in range(4000)) + "</r>"


@functools.cache
def _numbers() -> list[float]:
    dice = random.Random(1)
    return [dice.random() for _ in range(60_000)]


@_known("computing-gil")
def json_dumps() -> None:
    """C code that holds the GIL."""
    json.dumps(_records())


@_known("computing-gil")
def json_loads() -> None:
    """The other way."""
    json.loads(_json_text())


@_known("computing-gil")
def unpickle() -> None:
    """Many small objects."""
    pickle.loads(_pickled())


@_known("computing-gil")
def regex() -> None:
    """A pattern over 200 kB."""
    re.findall(r"[a-z]+@[a-z]+\.\w+|\d{3}-\d{3}", _prose())


@_known("computing-gil")
def csv_rows() -> int:
    """A table of 8,000 rows."""
    return sum(len(row) for row in csv.reader(io.StringIO(_table())))


@_known("computing-gil")
def xml_tree() -> int:
    """A document of 4,000 elements."""
    return len(ET.fromstring(_xml()))


@_known("computing-gil")
def html_pages() -> None:
    """A parser in Python."""
    html.parser.HTMLParser().feed(_xml()[:60_000])


@_known("computing-gil")
def differences() -> None:
    """A comparison in Python."""
    left, right = _table().splitlines()[:120], _table().splitlines()[60:180]
    difflib.SequenceMatcher(None, left, right).ratio()
    _spin(50_000)


@_known("computing-gil")
def sorting() -> None:
    """A list of 60,000 numbers."""
    sorted(_numbers())


@_known("computing-gil")
def base64_text() -> None:
    """C code over megabytes that holds the GIL."""
    base64.b64encode(_megabytes())


@_known("computing-gil")
def unpicklable() -> threading.Lock:
    """What it returns cannot be handed to another process."""
    _spin(300_000)
    return threading.Lock()


# --- it computes, and lets go of the GIL ----------------------------------------------------------------------------


@functools.cache
def _megabytes() -> bytes:
    return os.urandom(8 << 20)


@functools.cache
def _half_random() -> bytes:
    return (b"abcdefghij%d" * 30_000) + os.urandom(200_000)


@_known("computing-free")
def sha256() -> None:
    """Eight megabytes."""
    hashlib.sha256(_megabytes()).digest()


@_known("computing-free")
def passwords() -> None:
    """A hash that is slow on purpose."""
    hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 20_000)


@_known("computing-free")
def zlib_bytes() -> None:
    """Half a megabyte."""
    zlib.compress(_half_random(), 6)


@_known("computing-free")
def gunzip() -> None:
    """The other way."""
    gzip.decompress(_gzipped())


@functools.cache
def _gzipped() -> bytes:
    return gzip.compress(_half_random() * 4)


@_known("computing-free")
def bz2_bytes() -> None:
    """300 kB."""
    bz2.compress(_half_random()[:300_000])


@_known("computing-free")
def lzma_bytes() -> None:
    """100 kB."""
    lzma.compress(_half_random()[:100_000], preset=1)


@_known("computing-free")
def file() -> None:
    """Four megabytes that the system has in memory: copying them is computing."""
    (FOLDER / "file").read_bytes()


@_known("computing-free")
def sqlite() -> None:
    """A query that reads a table."""
    if not hasattr(_own, "database"):
        _own.database = sqlite3.connect(FOLDER / "database")
    _own.database.execute("select count(*) from numbers where text like '%77%'").fetchall()


# --- it does both, or lets others compute ---------------------------------------------------------------------------


@_known("mixed")
def half() -> None:
    """A wait, and as much computing in Python."""
    time.sleep(0.01)
    begun = time.thread_time()
    while time.thread_time() - begun < 0.01:
        _spin(500)


@_known("mixed")
def half_free() -> None:
    """A wait, and about as much computing that lets go of the GIL."""
    time.sleep(0.01)
    begun = time.thread_time()
    while time.thread_time() - begun < 0.01:
        hashlib.sha256(_megabytes()[: 1 << 18]).digest()


@_known("child-processes")
def child() -> None:
    """A program that computes."""
    subprocess.run(["sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"], check=True)


try:
    import numpy as np
except ImportError:
    pass
else:

    @functools.cache
    def _matrix() -> Any:  # noqa: ANN401  # mypy knows no numpy
        return np.random.default_rng(1).random((500, 500))

    @_known("own-threads")
    def matrices() -> None:
        """A library that has threads of its own, on two CPUs or more."""
        _matrix() @ _matrix()
