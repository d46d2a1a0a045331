"""Functions of packages on the index, to be probed: their class is not known beforehand, brute force says what is best.

`pip install beautifulsoup4 pillow requests openpyxl zstandard`; PROBE_PORT is that of tests/corpus/server.py.
"""

from __future__ import annotations

import functools
import io
import os
import random
import threading

import bs4
import openpyxl
import requests
import zstandard
from PIL import Image, ImageFilter

KINDS = dict.fromkeys(("html_parser", "image_filter", "http_client", "spreadsheet", "compression"), "")
_own = threading.local()


@functools.cache
def _html() -> str:
    rows = "".join(f"<tr><td>{n}</td><td><a href='/item/{n}'>item {n}</a></td></tr>" for n in range(300))
    return f"<html><body><table>{rows}</table></body></html>"


def html_parser() -> int:
    """Links of a page, by BeautifulSoup."""
    return len(bs4.BeautifulSoup(_html(), "html.parser").find_all("a"))


@functools.cache
def _image() -> Image.Image:
    return Image.frombytes("RGB", (900, 600), random.Random(1).randbytes(900 * 600 * 3))


def image_filter() -> None:
    """A blur, by Pillow."""
    _image().filter(ImageFilter.GaussianBlur(8))


def http_client() -> int:
    """A page of a server that serves eight at once, by requests."""
    if not hasattr(_own, "session"):
        _own.session = requests.Session()
    return len(_own.session.get(f"http://127.0.0.1:{os.environ['PROBE_PORT']}/eight", timeout=20).content)


@functools.cache
def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in range(300):
        book.active.append([row, f"name {row}", row / 7, row % 2 == 0])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def spreadsheet() -> int:
    """Rows of a sheet, by openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(_workbook()), read_only=True)
    return sum(1 for _ in book.active.iter_rows(values_only=True))


@functools.cache
def _text() -> bytes:
    dice = random.Random(1)
    return " ".join(f"{dice.randrange(1000)} words" for _ in range(100_000)).encode()


def compression() -> int:
    """A megabyte, by Zstandard."""
    return len(zstandard.ZstdCompressor(level=6).compress(_text()))
