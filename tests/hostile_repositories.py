"""Repositories that start a program, hang or lead astray whoever runs git in them: a table of small named ways.

Each way changes a repository that has a commit; the tree that is checked out stays what that commit holds, wherever the
way allows it. `fires` is a command of plain git that starts the canary then; without one, the way starts nothing, but
traps those who read the repository themselves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Prepare = Callable[[Path, str], "Path | None"]
"""Is given the repository and the canary's path; returns the folder inside to start from, if it is another."""

ENVIRONMENT = {
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
    "GIT_CONFIG_KEY_1": "init.defaultBranch",
    "GIT_CONFIG_VALUE_1": "main",
    "GIT_TERMINAL_PROMPT": "0",
    **{f"GIT_{who}_{what}": "eve" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
_HUGE = 30 << 30  # bytes, of which none is on the disk


@dataclass(frozen=True)
class Way:
    """A way to prepare a repository."""

    name: str
    prepare: Prepare
    fires: tuple[str, ...] = ()
    stdin: str = ""
    readable: bool = True
    """Whether honest work in its tree goes through: a repository of which a part is missing or no file is refused."""
    names: bool = True
    """Whether its branches and tags can be read, too."""

    @property
    def whole(self) -> bool:
        """Whether all of it can be read."""
        return self.readable and self.names


@dataclass(frozen=True)
class Canary:
    """A program that leaves a sign when it is started, under several names on a path."""

    folder: Path

    @property
    def program(self) -> str:
        """Its path."""
        return str(self.folder / "canary")

    @property
    def path(self) -> str:
        """PATH with its other names."""
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    def make(self) -> Canary:
        """Write it."""
        self.folder.mkdir()
        sign = self.folder / "started"
        Path(self.program).write_text(f'#!/bin/sh\necho "$0 $*" >> {sign}\nexit 1\n', encoding="utf-8")
        Path(self.program).chmod(0o755)
        for name in ("git-remote-canary", "git-credential-canary", "credential-canary"):
            (self.folder / name).symlink_to(self.program)
        return self

    def sang(self) -> str:
        """How it was started since the last time; empty when it was not."""
        sign = self.folder / "started"
        said = sign.read_text(encoding="utf-8", errors="replace") if sign.exists() else ""
        sign.unlink(missing_ok=True)
        return said


def plain_git(
    where: Path, *arguments: str, stdin: str = "", path: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run git as one would who trusts the repository."""
    return subprocess.run(
        ["git", *arguments],
        cwd=where,
        env={**ENVIRONMENT, "PATH": path or os.environ["PATH"]},
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=check,
    )


def git(repo: Path, *arguments: str) -> str:
    """The same, for what it prints."""
    return plain_git(repo, *arguments).stdout


def config(repo: Path, *pairs: tuple[str, str]) -> None:
    """Set these in the repository."""
    for key, value in pairs:
        git(repo, "config", key, value)


def settings(*pairs: tuple[str, str], touched: bool = True) -> Prepare:
    """Settings of the repository; `@` stands for the canary."""

    def prepare(repo: Path, program: str) -> None:
        config(repo, *((key, value.replace("@", program)) for key, value in pairs))
        if touched:
            touch(repo)

    return prepare


def touch(repo: Path) -> None:
    """Let git look into every file."""
    for name in git(repo, "ls-files", "-z").split("\0"):
        if name and (repo / name).is_file():
            os.utime(repo / name, (1, 1))


def filtered(key: str, *, place: str) -> Prepare:
    """A filter for every file, named by the tree, the repository's own attributes or a file that a setting names."""

    def prepare(repo: Path, program: str) -> None:
        attributes = repo / {"tree": ".gitattributes", "info": ".git/info/attributes", "file": ".git/far"}[place]
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text("* filter=any diff=any merge=any\n", encoding="utf-8")
        if place == "tree":
            git(repo, "add", ".gitattributes")
            git(repo, "commit", "-qm", "attributes")
        if place == "file":
            config(repo, ("core.attributesFile", str(attributes)))
        config(repo, (key, program), ("filter.any.required", "false"))
        touch(repo)

    return prepare


def diffed(*pairs: tuple[str, str]) -> Prepare:
    """Two commits that differ, and settings."""

    def prepare(repo: Path, program: str) -> None:
        (repo / "another.txt").write_text("one\n", encoding="utf-8")
        git(repo, "add", "another.txt")
        git(repo, "commit", "-qm", "one")
        filtered("x.y", place="info")(repo, program)
        config(repo, *((key, value.replace("@", program)) for key, value in pairs))

    return prepare


def hook(name: str, folder: str = ".git/hooks", key: str = "") -> Prepare:
    """A hook, in its usual place or where a setting says."""

    def prepare(repo: Path, program: str) -> None:
        (repo / folder).mkdir(exist_ok=True, parents=True)
        (repo / folder / name).symlink_to(program)
        if key:
            config(repo, (key, str(repo / folder)))
        touch(repo)

    return prepare


def included(key: str) -> Prepare:
    """A setting in a file that another one includes."""

    def prepare(repo: Path, program: str) -> None:
        (repo / ".git" / "extra").write_text(f"[core]\nfsmonitor = {program}\n", encoding="utf-8")
        config(repo, (key, "extra"))

    return prepare


def worktree_config(repo: Path, program: str) -> None:
    """A setting of the one work tree."""
    config(repo, ("core.repositoryFormatVersion", "1"), ("extensions.worktreeConfig", "true"))
    git(repo, "config", "--worktree", "core.fsmonitor", program)


def promisor(*pairs: tuple[str, str], commit: bool = False) -> Prepare:
    """A tree is missing, or the commit; git fetches it as the settings say."""

    def prepare(repo: Path, program: str) -> None:
        names = ["HEAD^{tree}", *(["HEAD"] if commit else [])]
        for name in git(repo, "rev-parse", *names).split():
            (repo / ".git" / "objects" / name[:2] / name[2:]).unlink()
        (repo / ".git" / "index").unlink()
        usual = (
            ("core.repositoryFormatVersion", "1"),
            ("extensions.partialClone", "origin"),
            ("remote.origin.promisor", "true"),
            ("remote.origin.url", str(repo)),
        )
        config(repo, *usual, *((key.replace("@", program), value.replace("@", program)) for key, value in pairs))

    return prepare


def exclude(repo: Path, name: str) -> None:
    """Let git ignore a name, as nobody sees."""
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "exclude").write_text(f"{name}\n", encoding="utf-8")


def git_file(repo: Path, program: str) -> None:
    """The repository lies in a hidden folder of the tree."""
    config(repo, ("core.fsmonitor", program))
    exclude(repo, ".hidden")
    (repo / ".git").rename(repo / ".hidden")
    (repo / ".git").write_text("gitdir: .hidden\n", encoding="utf-8")


def bare_layout(repo: Path, program: str) -> Path:
    """Files of the tree are a repository without `.git`."""
    inner = repo / "inner"
    git(repo, "init", "-q", "--bare", "inner")
    config(inner, ("core.bare", "false"), ("core.worktree", "."), ("core.fsmonitor", program))
    exclude(repo, "inner")
    return inner


def submodule(*, absorbed: bool) -> Prepare:
    """A repository in the repository, which has settings of its own."""

    def prepare(repo: Path, program: str) -> None:
        inner = repo / "sub"
        git(repo, "init", "-q", "sub")
        git(inner, "commit", "-qm", "x", "--allow-empty")
        (repo / ".gitmodules").write_text('[submodule "sub"]\npath = sub\nurl = ./sub\n', encoding="utf-8")
        git(repo, "add", "sub", ".gitmodules")
        git(repo, "commit", "-qm", "sub")
        if absorbed:
            git(repo, "submodule", "absorbgitdirs")
        config(inner, ("core.fsmonitor", program))

    return prepare


def signature(repo: Path, program: str) -> None:
    """A signed commit, and the program that checks it."""
    raw = git(repo, "cat-file", "commit", "HEAD")
    head, _, body = raw.partition("\n\n")
    text = f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n{body}"
    made = plain_git(repo, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text).stdout.strip()
    git(repo, "update-ref", "HEAD", made)
    config(repo, ("log.showSignature", "true"), ("gpg.program", program))


def alternate_refs(repo: Path, program: str) -> None:
    """Objects of a third repository, and the program that says which of them are needed."""
    for name in ("third", "other"):
        folder = repo.parent / name
        git(repo.parent, "init", "-q", name)
        (folder / "file").write_text(name, encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", name)
    (repo / ".git/objects/info").mkdir(exist_ok=True)
    (repo / ".git/objects/info/alternates").write_text(f"{repo.parent}/third/.git/objects\n", encoding="utf-8")
    config(repo, ("core.alternateRefsCommand", program))


def merged(repo: Path, program: str) -> None:
    """Two branches that conflict, and the program that merges such files."""
    git(repo, "branch", "before")
    for branch, text in (("other", "two"), ("before", "one")):
        git(repo, "switch", "-q", *(["-c", branch, "before"] if branch == "other" else [branch]))
        (repo / "both.txt").write_text(text, encoding="utf-8")
        git(repo, "add", "both.txt")
        git(repo, "commit", "-qm", branch)
    filtered("merge.any.driver", place="info")(repo, program)


def lost_branch(repo: Path, program: str) -> None:
    """Two branches with differing files, of which a filter writes the other's."""
    git(repo, "branch", "other")
    filtered("filter.any.smudge", place="tree")(repo, program)
    git(repo, "config", "--unset", "filter.any.required")


MONITOR = ("core.fsmonitor", "@")
PARTIAL = {
    "lazy-uploadpack": promisor(("remote.origin.uploadpack", "@")),
    "lazy-uploadpack-for-a-commit": promisor(("remote.origin.uploadpack", "@"), commit=True),
    "lazy-ssh": promisor(("remote.origin.url", "ssh://localhost/x"), ("core.sshCommand", "@")),
    "lazy-ext": promisor(("remote.origin.url", "ext::@ x"), ("protocol.ext.allow", "always")),
    "lazy-helper": promisor(("remote.origin.vcs", "canary")),
    "lazy-proxy": promisor(("remote.origin.url", "git://localhost/x"), ("core.gitProxy", "@")),
    "lazy-instead-of": promisor(
        ("remote.origin.url", "x:y"), ("url.ext::@ .insteadOf", "x:"), ("protocol.ext.allow", "always")
    ),
}
ASKED = "protocol=https\nhost=example.invalid\n\n"

EXECUTING = (
    Way("fsmonitor", settings(MONITOR), ("status",)),
    Way("fsmonitor-included", included("include.path"), ("status",)),
    Way("fsmonitor-included-by-folder", included("includeIf.gitdir:**.path"), ("status",)),
    Way("fsmonitor-included-by-branch", included("includeIf.onbranch:**.path"), ("status",)),
    Way("fsmonitor-of-the-work-tree", worktree_config, ("status",)),
    Way("clean-by-tree", filtered("filter.any.clean", place="tree"), ("status",)),
    Way("clean-by-info", filtered("filter.any.clean", place="info"), ("status",)),
    Way("clean-by-attributes-file", filtered("filter.any.clean", place="file"), ("status",)),
    Way("process-by-tree", filtered("filter.any.process", place="tree"), ("status",)),
    Way("process-by-info", filtered("filter.any.process", place="info"), ("status",)),
    Way("smudge", lost_branch, ("archive", "HEAD")),
    Way("hook-index", hook("post-index-change"), ("status",)),
    Way("hooks-path", hook("post-index-change", ".git/far", "core.hooksPath"), ("status",)),
    Way("hook-reference-transaction", hook("reference-transaction"), ("update-ref", "refs/heads/new", "HEAD")),
    Way("hook-checkout", hook("post-checkout"), ("checkout", "-q", "HEAD")),
    Way("hook-commit", hook("pre-commit"), ("commit", "--allow-empty", "-m", "x")),
    Way("hook-push", hook("pre-push"), ("push", ".", "HEAD:refs/heads/new")),
    *(Way(name, way, ("status",), readable=False) for name, way in PARTIAL.items()),
    Way("ssh", settings(("remote.o.url", "ssh://localhost/x"), ("core.sshCommand", "@")), ("ls-remote", "o")),
    Way(
        "receive-pack",
        settings(("remote.o.url", "."), ("remote.o.receivepack", "@")),
        ("push", "o", "HEAD:refs/heads/n"),
    ),
    Way("credential-helper", settings(("credential.helper", "@")), ("credential", "fill"), stdin=ASKED),
    Way("ask-pass", settings(("core.askPass", "@")), ("credential", "fill"), stdin=ASKED),
    Way("editor", settings(("core.editor", "@")), ("commit", "--amend")),
    Way("sequence-editor", settings(("sequence.editor", "@"), touched=False), ("rebase", "-i", "--root")),
    Way("diff-external", diffed(("diff.external", "@")), ("diff", "HEAD~1")),
    Way("diff-command", diffed(("diff.any.command", "@")), ("diff", "HEAD~1")),
    Way("text-conversion", diffed(("diff.any.textconv", "@")), ("diff", "HEAD~1")),
    Way("diff-tool", diffed(("diff.tool", "any"), ("difftool.any.cmd", "@")), ("difftool", "-y", "HEAD~1")),
    Way("merge-driver", merged, ("merge", "other")),
    Way("signature", signature, ("log",)),
    Way("signing", settings(("commit.gpgSign", "true"), ("gpg.program", "@")), ("commit", "--allow-empty", "-m", "x")),
    Way("signing-tags", settings(("tag.gpgSign", "true"), ("gpg.program", "@")), ("tag", "-m", "x", "v999")),
    Way("alternate-refs", alternate_refs, ("fetch", "../other", "HEAD")),
    Way("alias", settings(("alias.st", "!@")), ("st",)),
    Way("trailer", settings(("trailer.x.cmd", "@")), ("interpret-trailers", "--trailer", "x=1")),
    Way("archive-format", settings(("tar.x.command", "@")), ("archive", "--format=x", "HEAD")),
    Way("git-file", git_file, ("status",)),
    Way("bare-layout", bare_layout, ("status",)),
    Way("submodule", submodule(absorbed=False), ("status",)),
    Way("submodule-absorbed", submodule(absorbed=True), ("status",)),
)
"""Each starts the canary with plain git."""


# --- traps ----------------------------------------------------------------------------------------------------------


def replaced(name: str, kind: str) -> Prepare:
    """A pipe, a device, a huge file or a link in a circle in the place of a file."""

    def prepare(repo: Path, _: str) -> None:
        place = repo / name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        if kind == "pipe":
            os.mkfifo(place)
        elif kind == "device":
            place.symlink_to("/dev/zero")
        elif kind == "circle":
            place.symlink_to(place.name)
        else:
            with place.open("wb") as file:
                file.truncate(_HUGE)

    return prepare


def special_object(pattern: str) -> Prepare:
    """A pipe in place of an object, or beside the packs."""

    def prepare(repo: Path, _: str) -> None:
        if pattern == "loose":
            name = git(repo, "rev-parse", "HEAD^{tree}").strip()
            place = repo / ".git" / "objects" / name[:2] / name[2:]
            place.unlink()
        else:
            place = repo / ".git" / "objects" / "pack" / pattern
            place.parent.mkdir(exist_ok=True)
        os.mkfifo(place)

    return prepare


def shallow_link(repo: Path, _: str) -> None:
    """The list of commits without parents is a file of the user's, of which git shows the first line."""
    (repo / ".git" / "shallow").symlink_to(repo.parent.parent / "outside" / "file")


def alternates_in_a_circle(repo: Path, _: str) -> None:
    """A repository that borrows from itself, and from one that borrows from it."""
    other = repo.parent / "other"
    git(repo.parent, "init", "-q", "--bare", "other")
    for place, target in ((repo / ".git", other), (other, repo / ".git")):
        (place / "objects" / "info").mkdir(exist_ok=True)
        text = f"{target}/objects\n{place}/objects\n/dev\n/proc/self/fd\n"
        (place / "objects" / "info" / "alternates").write_text(text, encoding="utf-8")


def common_in_a_circle(repo: Path, _: str) -> None:
    """It says that its objects lie in itself, by another name."""
    (repo / ".git" / "commondir").write_text("../.git\n", encoding="utf-8")


def ref_out_of_it(repo: Path, _: str) -> None:
    """A ref that names a file elsewhere."""
    (repo / ".git" / "refs" / "heads" / "far").write_text("ref: refs/../../../outside/file\n", encoding="utf-8")
    (repo / ".git" / "refs" / "heads" / "pipe").symlink_to("/dev/zero/none")


def work_tree_elsewhere(repo: Path, _: str) -> None:
    """It says that its files are elsewhere."""
    config(repo, ("core.worktree", str(repo.parent / "outside")))


def traced(repo: Path, _: str) -> None:
    """It says that git shall write what it does into a file."""
    target = str(repo.parent / "outside" / "file")
    config(repo, ("trace2.eventTarget", target), ("trace2.normalTarget", target), ("trace2.perfTarget", target))


def pipe_named_by(key: str) -> Prepare:
    """A setting that names a pipe."""

    def prepare(repo: Path, _: str) -> None:
        os.mkfifo(repo / ".git" / "pipe")
        config(repo, (key, str(repo / ".git" / "pipe")))

    return prepare


def templates_elsewhere(repo: Path, program: str) -> None:
    """A pager, and hooks for new repositories."""
    hook("post-index-change", ".git/templates/hooks")(repo, program)
    config(repo, ("init.templateDir", str(repo / ".git" / "templates")), ("core.pager", program))


TRAPS = (
    *(
        Way(f"{name.removeprefix('.git/').replace('/', '-')}-{kind}", replaced(name, kind), readable=False)
        for name in (".git/index", ".git/HEAD", ".git/config", ".git/commondir")
        for kind in ("pipe", "device", "huge", "circle")
    ),
    *(
        Way(f"packed-refs-{kind}", replaced(".git/packed-refs", kind), names=False)
        for kind in ("pipe", "device", "huge", "circle")
    ),
    *(
        Way(f"{name.removeprefix('.git/').replace('/', '-')}-pipe", replaced(name, "pipe"), readable=False)
        for name in (".git/info/exclude", ".git/info/attributes", ".git/objects/info/alternates", ".git/shallow")
    ),
    *(Way(f"dot-git-{kind}", replaced(".git", kind), readable=False) for kind in ("pipe", "device", "huge", "circle")),
    Way("shallow-link", shallow_link, readable=False),
    Way("branch-pipe", replaced(".git/refs/heads/main", "pipe"), readable=False),
    Way("tag-pipe", replaced(".git/refs/tags/v9.9.9", "pipe"), names=False),
    Way("object-pipe", special_object("loose"), readable=False),
    Way("pack-pipe", special_object("pack-0123456789012345678901234567890123456789.idx"), readable=False),
    Way("alternates-in-a-circle", alternates_in_a_circle),
    Way("common-in-a-circle", common_in_a_circle),
    Way("ref-out-of-it", ref_out_of_it),
    Way("work-tree-elsewhere", work_tree_elsewhere),
    Way("traced", traced),
    Way("excludes-file-pipe", pipe_named_by("core.excludesFile")),
    Way("attributes-file-pipe", pipe_named_by("core.attributesFile")),
    Way("include-pipe", pipe_named_by("include.path")),
    Way("pager-and-templates", templates_elsewhere),
)
"""They start nothing with plain git, but make it hang, or read and write elsewhere."""

WAYS = (*EXECUTING, *TRAPS)
