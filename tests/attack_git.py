"""What git would run, read or write: repositories that hold what git itself would not make, and names like its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attacks import FOLDER, PLAIN, REPOSITORY, Attack, git, hostile_repository, named

if TYPE_CHECKING:
    from pathlib import Path

    from attacks import Prepare


def tree(name: str, says: str, *entries: tuple[str, str], code: int = 1, quick: bool = False) -> Attack:
    """In a commit whose tree git itself would refuse to make: modes with names, of which a link leads outside."""

    def disturb(template: Path, play: Path) -> None:
        blob = git(template, "hash-object", "-w", "--stdin", stdin=f"{play}/outside".encode()).strip()
        folder, settings = (git(template, "rev-parse", f"HEAD{at}").strip() for at in ("^{tree}", ":copier.yml"))
        lines = [(mode, name, folder if mode == "40000" else blob) for mode, name in entries]
        raw = b"".join(
            f"{mode} {name}\0".encode() + bytes.fromhex(hash_)
            for mode, name, hash_ in [*lines, ("100644", "copier.yml", settings)]
        )
        made = git(template, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw).strip()
        commit = git(template, "commit-tree", "-m", "odd", made).strip()
        git(template, "update-ref", "refs/heads/main", commit)
        git(template, "tag", "v1", commit)

    return Attack(name, says, files={"f": "f"}, disturb=disturb, kinds=REPOSITORY, code=code, quick=quick)


def tree_bomb(innermost: str | None) -> Prepare:
    """Ten folders with ten folders each, ten times: a few hundred bytes that are ten thousand million files or none."""

    def disturb(template: Path, _: Path) -> None:
        inner = git(template, "rev-parse", innermost).strip() if innermost else git(template, "mktree").strip()
        for _level in range(10):
            lines = "".join(f"040000 tree {inner}\t{n}\n" for n in range(10))
            inner = git(template, "mktree", stdin=lines.encode()).strip()
        git(template, "update-ref", "refs/heads/main", git(template, "commit-tree", "-m", "bomb", inner).strip())
        git(template, "tag", "v1", "main")

    return disturb


def odd_tag(template: Path, _: Path) -> None:
    """A name that git allows, and that a terminal shows backwards."""
    git(template, "tag", "one\u202etwo")


GIT = (
    named("git-hook", "renders no file", "{{ name }}/hooks/pre-commit", ".git"),
    Attack(
        "git-hook-not-excluded",
        "",
        files={"{{ name }}/hooks/pre-commit": "x"},
        config=PLAIN + "_exclude: ['!.git']\n",
        data={"name": ".git"},
        code=0,
    ),
    Attack("git-config-below", "", files={"a/{{ name }}/config": "x", "b": "b"}, data={"name": ".git"}, code=0),
    Attack("git-other-case", "", files={"{{ name }}/config": "x", "b": "b"}, data={"name": ".GIT"}, code=0),
    named("git-dots", "git keeps its own", "{{ name }}/config", ".git. ."),
    Attack("git-short-name", "", files={"{{ name }}/config": "x", "b": "b"}, data={"name": "GIT~1"}, code=0),
    named("git-invisible", "git keeps its own files", "{{ name }}/config", ".g\u200cit"),
    named("git-stream", "on Windows", "{{ name }}", ".git::$INDEX_ALLOCATION"),
    Attack("git-nested-in-template", "git keeps its own", files={"sub/.git/config": "x"}, kinds=FOLDER, quick=True),
    Attack(
        "git-repository-with-hooks",
        "",
        files={"a": "a", ".gitattributes": "* filter=x\n"},
        disturb=hostile_repository,
        kinds=REPOSITORY,
        code=0,
    ),
    Attack(
        "git-credentials",
        "is not there",
        files={"file.txt.jinja": "{% include '.git/config' %}"},
        disturb=hostile_repository,
        kinds=REPOSITORY,
    ),
    Attack("tag-that-turns-the-writing", "", files={"a": "a"}, disturb=odd_tag, kinds=REPOSITORY, code=0),
    tree("tree-dotdot", "invalid path '../", ("40000", "..")),
    tree("tree-dot-git", "invalid path '.git/", ("40000", ".git"), quick=True),
    tree("tree-other-case", "invalid path '.GIT/", ("40000", ".GIT")),
    tree("tree-short-name", "invalid path 'git~1/", ("40000", "git~1")),
    tree("tree-slash", "invalid path '../../canary'", ("100644", "../../canary")),
    tree("tree-backslash", "another path on Windows", ("100644", "..\\canary")),
    tree("tree-escape", "31m\\u202e/../", ("40000", "\x1b[31m\u202e/..")),
    tree("tree-link-and-folder", "", ("120000", "a"), ("40000", "a"), code=0),
    Attack("tree-bomb", "too many files", disturb=tree_bomb("HEAD^{tree}"), kinds=("repository", "bundle")),
    Attack("tree-bomb-of-nothing", "too many files", disturb=tree_bomb(None), kinds=REPOSITORY),
)
