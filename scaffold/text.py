"""Somebody else's text on a terminal: nothing that does more than show, on one line, and never too long."""

from __future__ import annotations


def escaped(text: str) -> str:
    """The text, without a character that could do more to a terminal than show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shortened(text: str, longest: int) -> str:
    """At most so many characters of it."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def clipped(text: str, longest: int = 300) -> str:
    """As `escaped`, and never too long."""
    return shortened(escaped(text), longest)


def one_line(text: str, longest: int = 300) -> str:
    """The same on one line."""
    return clipped(" ".join(text[: longest * 10].split()), longest)


def counted(number: int, word: str) -> str:
    """So many of something, whose plural ends in s."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def visible(text: str) -> str:
    """The text as it is; in quotes and escaped, where a terminal would not show all of it."""
    return text if text.isprintable() else ascii(text)


def shown(value: object, longest: int = 80) -> str:
    """A value as Python writes it, in one line, safe for a terminal, and never too long."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= longest else f"{text[: longest - 20]}… ({len(str(value))} characters)"
