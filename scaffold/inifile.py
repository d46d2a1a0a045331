"""INI files of others, such as setup.cfg, read with bounds.

configparser is a quick reader of what people write. Of what they might write, it takes time with the square of the
blanks in a line and of the lines without a name, and copies every default into every section.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping

from scaffold import reading

Sections = Mapping[str, Mapping[str, "str | None"]]

_MOST_NAMELESS = 1_000  # lines that begin with `=` or `:`; setup.cfg has one, `= src`
_MOST_DEFAULTS = 100_000  # settings of [DEFAULT], in all sections together
_NAMELESS = re.compile(r"^[^\S\n]*[=:]", re.MULTILINE)
_BLANKS = re.compile(r"(?<=\S)[^\S\n]{10,}(?=\S)")


class IniFault(reading.Malformed):
    """Text that is not INI, or not INI that is read."""


def parse(text: str) -> Sections:
    """The sections with their settings; many blanks within a line count as one.

    Raises:
        IniFault: It cannot be read.
    """
    for number, found in enumerate(_NAMELESS.finditer(text)):
        if number == _MOST_NAMELESS:
            line = text.count("\n", 0, found.start()) + 1
            raise IniFault(f"has more than {_MOST_NAMELESS:,} lines that begin with = or :", line)
    parser = configparser.RawConfigParser(allow_no_value=True, strict=False)
    try:
        parser.read_string(_BLANKS.sub(" ", text))
    except configparser.MissingSectionHeaderError as error:
        raise IniFault("a section in brackets must come first", error.lineno) from error
    except configparser.ParsingError as error:
        first: int | None = error.errors[0][0] if getattr(error, "errors", ()) else getattr(error, "lineno", None)
        raise IniFault("is neither a section nor a setting", first) from error
    except AttributeError as error:  # until Python 3.12; since then it is a ParsingError
        raise IniFault("a setting without a value goes on in an indented line") from error
    if len(parser.defaults()) * len(parser.sections()) > _MOST_DEFAULTS:
        raise IniFault("has too many settings in [DEFAULT], which hold for every section")
    return {section: dict(parser.items(section)) for section in parser.sections()}
