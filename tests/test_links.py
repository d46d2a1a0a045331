"""Where the links of a rendered tree may lead: anywhere in it, and nowhere else."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from scaffold.errors import TemplateFault
from scaffold.foreign.links import check_kept

OUTSIDE = "leaves the project"


def check(links: dict[str, str], *others: str) -> None:
    """As of a tree with these links, and others."""
    check_kept({PurePosixPath(path): target.encode() for path, target in links.items()}, map(PurePosixPath, others))


@pytest.mark.parametrize(
    ("links", "says"),
    [
        ({"a": "/etc"}, OUTSIDE),
        ({"a": ".."}, OUTSIDE),
        ({"x/a": "../../y"}, OUTSIDE),
        ({"a": "x/../../y"}, OUTSIDE),
        ({"a": "nothing/../../y"}, OUTSIDE),
        ({"x/up": "..", "a": "x/up/../y"}, OUTSIDE),
        ({"x/up": "..", "a": "x/UP/../y"}, OUTSIDE),
        ({"x/\u00e9": "..", "a": "x/e\u0301/../y"}, OUTSIDE),
        ({"x/y/up": "../..", "a": "x/y/up/z", "b": "a/../../w"}, OUTSIDE),
        ({"a": "C:/Users"}, OUTSIDE),
        ({"a": "//host/share"}, OUTSIDE),
        ({"a": "\\\\host\\share"}, OUTSIDE),
        ({"a": "x\\..\\..\\y"}, "another path on Windows"),
        ({"a": "a"}, "in a circle"),
        ({"a": "a/b"}, "in a circle"),
        ({"a": "b", "b": "a"}, "in a circle"),
        ({"a": ".git/hooks"}, "what git keeps"),
        ({"a": "x/.GIT"}, "what git keeps"),
        ({"a": "GIT~1"}, "what git keeps"),
        ({"a": "b\x1b[31m"}, "no terminal shows"),
    ],
)
def test_a_link_that_leads_elsewhere_is_refused(links: dict[str, str], says: str) -> None:
    """By itself, through another link, in any spelling that some system takes for one."""
    with pytest.raises(TemplateFault, match=re.escape(says)):
        check(links, "x/y/z")


def test_a_link_has_no_files_below_it() -> None:
    """A task could have made it after the files; on another system they would come to lie elsewhere."""
    with pytest.raises(TemplateFault, match="where the folder of A/f has to go"):
        check({"a": "b"}, "A/f")


@pytest.mark.parametrize(
    "links",
    [
        {"make": "make.py"},
        {"x/up": "../make.py"},
        {"folder": "x"},
        {"self": "."},
        {"x/root": "..", "x/more": "root/x/root/make.py"},
        {"later": "build/not-there-yet"},
        {"x/y/z": "../../x/./y//w"},
    ],
)
def test_a_link_within_the_tree_is_kept(links: dict[str, str]) -> None:
    """Whether what it names is there yet or not."""
    check(links, "make.py")
