"""The user's file of names: what `scaffold template add` and `remove` leave of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold import tomlfile
from scaffold.sources.names_edit import edited

FILE = """\
# mine
[defaults]   # of all
author = 'me'  # as in git


[templates.kept]
description = "d"  # before the source
source = "gh:a/b"

[templates.gone]  # soon
source = "gh:a/c"

[catalogues]
team = { source = "gh:a/d", commit = "5b" } # inline
"""
ENTRY = {"source": "gh:x/y", "ref": 'v"1'}


def lines_kept(old: str, new: str) -> bool:
    """Whether all lines are there still, in their order."""
    rest = iter(new.splitlines(keepends=True))
    return all(line in rest for line in old.splitlines(keepends=True))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_comments_and_layout_stay(newline: str) -> None:
    """Order, empty lines, quotes, inline tables and the ends of lines too."""
    text = FILE.replace("\n", newline)
    added = edited(text, "templates", "new", ENTRY)
    assert lines_kept(text, added)
    assert tomlfile.parse(added)["templates"]["new"] == ENTRY
    removed = edited(text, "templates", "gone", None)
    assert removed == text.replace(f'[templates.gone]  # soon{newline}source = "gh:a/c"{newline}{newline}', "")
    moved = edited(text, "catalogues", "team", {"source": "gh:a/d", "commit": "77"})
    assert moved == text.replace("5b", "77")


SOURCES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8)
NAMES = st.text("abc-", min_size=1, max_size=2).filter(lambda name: name[0] != "-")


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(
    tables=st.dictionaries(NAMES, SOURCES, max_size=4),
    form=st.sampled_from(["tables", "inline", "dotted", "super"]),
    comment=st.sampled_from(["", "# a comment", "\n\n# 'one \"of two\n"]),
    name=NAMES,
    crlf=st.booleans(),
)
def test_whatever_form_it_has(tables: dict[str, str], form: str, comment: str, name: str, *, crlf: bool) -> None:
    """It says what was wanted, and every comment is there; what is added and removed leaves the data as they were."""
    quoted = {key: tomlfile.dump({"x": value}).partition(" = ")[2].strip() for key, value in tables.items()}
    if form == "inline":
        body = "templates = { " + ", ".join(f"{key} = {{ source = {value} }}" for key, value in quoted.items()) + " }"
    elif form == "dotted":
        body = "\n".join(f"templates.{key}.source = {value}" for key, value in quoted.items())
    else:
        head = "[templates]\n" if form == "super" else ""
        body = head + "\n".join(f"[templates.{key}]\nsource = {value}" for key, value in quoted.items())
    text = f"{comment}\n{body}\n# the end\n"
    text = text.replace("\n", "\r\n") if crlf else text
    before = tomlfile.parse(text).get("templates", {})
    added = edited(text, "templates", name, ENTRY)
    assert tomlfile.parse(added)["templates"] == {**before, name: ENTRY}
    if form != "dotted":  # for which tomlkit has no place: it is written anew
        assert all(line.strip() in added for line in [*comment.splitlines(), "# the end"])
    removed = edited(added, "templates", name, None)
    assert tomlfile.parse(removed).get("templates", {}) == {key: value for key, value in before.items() if key != name}


@pytest.mark.slow
def test_what_is_too_large_is_written_anew() -> None:
    """In the time that it took before, without comments."""
    rows = "".join(f"[templates.t{n}]\nsource = 'gh:a/b{n}'\n" for n in range(8_000))
    added = edited(f"# mine\n{rows}", "templates", "new", ENTRY)
    assert "# mine" not in added
    assert len(tomlfile.parse(added)["templates"]) == 8_001
