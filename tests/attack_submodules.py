"""Templates whose submodules are hostile, or named so that git would do more than fetch them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attacks import REPOSITORY, SECRET, Attack, Kind, git, hostile_repository

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from attacks import Prepare

REMOTE: Sequence[Kind] = ("remote",)
EVERY: Sequence[Kind] = ("repository", "bundle", "remote")


def module(play: Path) -> str:
    """A repository beside the template, whose settings, hooks and filters run something; its commit."""
    place = play / "module"
    if not place.exists():
        place.mkdir()
        for name, content in ((".gitattributes", "* filter=x\n"), ("file", "of the module")):
            (place / name).write_text(content, encoding="utf-8")
        git(place, "init", "--quiet", "--initial-branch=main")
        git(place, "add", "--all")
        git(place, "commit", "--quiet", "--message=all")
        hostile_repository(place, play)
    return git(place, "rev-parse", "HEAD").strip()


def linked(*paths: str) -> Prepare:
    """Link the paths to the commit of the module."""

    def disturb(template: Path, play: Path) -> None:
        for path in paths:
            git(template, "update-index", "--add", "--cacheinfo", f"160000,{module(play)},{path}")
        git(template, "commit", "--quiet", "--allow-empty", "--message=submodules")
        git(template, "tag", "v1")

    return disturb


def submodule(  # noqa: PLR0913  # a row of a table
    name: str,
    says: str,
    *,
    url: str = "@PLAY@/module",
    path: str = "lib",
    more: str = "",
    code: int = 1,
    kinds: Sequence[Kind] = REPOSITORY,
    disturb: Prepare | None = None,
) -> Attack:
    """A template with one submodule at `lib`, of which `.gitmodules` says this."""
    text = f'[submodule "lib"]\n\tpath = "{path}"\n\turl = "{url}"\n{more}'
    files = {".gitmodules": text, "f": "f"}
    return Attack(name, says, files=files, disturb=disturb or linked("lib"), code=code, kinds=kinds)


def nested(template: Path, play: Path) -> None:
    """Ten commits of the template itself, each with the one before it as its submodule."""
    for _ in range(10):
        link = f"160000,{git(template, 'rev-parse', 'HEAD').strip()},lib"
        git(template, "update-index", "--add", "--cacheinfo", link)
        git(template, "commit", "--quiet", "--message=more")
    linked()(template, play)


def link_in_the_way(*, first: bool) -> Prepare:
    """A tree in which `lib` is a link to the outside, and also a folder with the submodule in it."""

    def disturb(template: Path, play: Path) -> None:
        inner = git(template, "mktree", stdin=f"160000 commit {module(play)}\tsub\n".encode()).strip()
        blob = git(template, "hash-object", "-w", "--stdin", stdin=f"{play}/outside".encode()).strip()
        both = [("120000", "lib", blob), ("40000", "lib", inner)]
        others = [
            ("100644", name, git(template, "rev-parse", f"HEAD:{name}").strip())
            for name in (".gitmodules", "copier.yml", "f")
        ]
        entries = [*(both if first else reversed(both)), *others]
        raw = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(hash_) for mode, name, hash_ in entries)
        made = git(template, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw).strip()
        git(template, "update-ref", "refs/heads/main", git(template, "commit-tree", "-m", "odd", made).strip())
        git(template, "tag", "v1", "main")

    return disturb


def outside_settings(template: Path, play: Path) -> None:
    """A file of settings outside of the template, which `.gitmodules` includes; its url is a secret."""
    (play / "outside" / "settings").write_text(f'[submodule "lib"]\n\turl = https://{SECRET}/x\n', encoding="utf-8")
    linked("lib")(template, play)


SUBMODULES = (
    submodule("submodule-hooks-and-filters", "", code=0),
    submodule("submodule-update-command", "", more="\tupdate = !touch @PLAY@/canary\n", code=0),
    submodule("submodule-branch-option", "", more="\tbranch = --upload-pack=touch @PLAY@/canary\n", code=0),
    submodule(
        "submodule-settings",
        "",
        more="[core]\n\tsshCommand = touch @PLAY@/canary\n[alias]\n\tread-tree = !touch @PLAY@/canary\n",
        code=0,
    ),
    submodule(
        "submodule-include", "", more="[include]\n\tpath = @PLAY@/outside/settings\n", disturb=outside_settings, code=0
    ),
    submodule("submodule-ext", "no address that git is asked for", url="ext::sh -c touch% @PLAY@/canary", kinds=EVERY),
    submodule(
        "submodule-option", "no address that git is asked for", url="--upload-pack=touch @PLAY@/canary", kinds=EVERY
    ),
    submodule(
        "submodule-ssh-option", "no address that git is asked for", url="ssh://-oProxyCommand=touch/x", kinds=EVERY
    ),
    submodule("submodule-file-from-elsewhere", "a path on this disk", url="file://@PLAY@/module", kinds=REMOTE),
    submodule("submodule-path-from-elsewhere", "a path on this disk", kinds=REMOTE),
    submodule("submodule-no-repository", "is no repository", url="@PLAY@/outside/folder"),
    submodule("submodule-within-a-repository", "is no repository", url="@PLAY@/module/.git/hooks"),
    submodule("submodule-upwards", "no path inside the template", path="../x"),
    submodule("submodule-absolute", "no path inside the template", path="@PLAY@/x"),
    submodule("submodule-in-git", "no path inside the template", path=".git/modules"),
    submodule("submodule-in-git-below", "no path inside the template", path="a/.GIT/x"),
    submodule("submodule-unnamed", "has no url in .gitmodules", path="other"),
    submodule("submodule-escapes", "\\x1b[31m", url="\\\\x\x1b[31m\u202e"),
    submodule("submodule-bad-settings", ".gitmodules of", more="[[[\n"),
    submodule("submodule-of-itself", "in more than 5 levels", url="./", disturb=nested, kinds=EVERY),
    submodule(
        "submodules-without-end",
        "too many submodules",
        more="".join(f'[submodule "{n}"]\n\tpath = m{n}\n\turl = @PLAY@/module\n' for n in range(60)),
        disturb=linked("lib", *(f"m{n}" for n in range(60))),
    ),
    submodule("submodule-over-a-link", "", path="lib/sub", disturb=link_in_the_way(first=True), code=0),
    submodule(
        "submodule-through-a-link",
        "submodule lib/sub of",
        path="lib/sub",
        disturb=link_in_the_way(first=False),
    ),
)
