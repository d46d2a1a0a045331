"""Hostile templates, each a small named case, and the playground that shows what they reached.

`@PLAY@` in a name or a content becomes the playground's path. What no dict of files can say is in `prepare`, and what
is done to the repository that holds it, in `disturb`.
"""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import platformdirs
from repositories import SSH

from scaffold import places
from scaffold.foreign.checkout import Limits

SECRET = "sesame-opens-nothing"  # noqa: S105  # bait
QUICK = Limits(wall=30, cpu=3, memory=640 << 20, file_size=1 << 20, total_size=3 << 20, files=300, depth=20)
PLAIN = "name:\n  type: str\n  default: demo\n"
Prepare = Callable[[Path, Path], None]
Kind = Literal["folder", "repository", "bundle", "remote"]
BOTH: Sequence[Kind] = ("folder", "repository")
FOLDER: Sequence[Kind] = ("folder",)
REPOSITORY: Sequence[Kind] = ("repository",)


@dataclass(frozen=True)
class Attack:
    """A template that tries something, and how that has to end."""

    name: str
    says: str
    """Part of the one line on stderr; empty where the template renders and what it tried came to nothing."""
    code: int = field(default=1, kw_only=True)
    files: Mapping[str, str | bytes] = field(default_factory=dict, kw_only=True)
    config: str | bytes | None = field(default=PLAIN, kw_only=True)
    """Of copier.yml; None leaves it out."""
    prepare: Prepare | None = field(default=None, kw_only=True)
    disturb: Prepare | None = field(default=None, kw_only=True)
    kinds: Sequence[Kind] = field(default=BOTH, kw_only=True)
    """What the template is reached as."""
    data: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    quick: bool = field(default=False, kw_only=True)


def text(name: str, says: str, jinja: str, *, code: int = 1, kinds: Sequence[Kind] = FOLDER) -> Attack:
    """In the text of a file, which is the same however it came here."""
    return Attack(name, says, files={"file.txt.jinja": jinja}, code=code, kinds=kinds)


def named(name: str, says: str, path: str, value: str) -> Attack:
    """In the name of a file, by an answer."""
    return Attack(name, says, files={path: "x"}, data={"name": value})


def kept(  # noqa: PLR0913  # a row of a table
    name: str,
    says: str,
    targets: Mapping[str, str],
    files: Mapping[str, str] | None = None,
    *,
    code: int = 1,
    answer: str = "demo",
) -> Attack:
    """By symbolic links that stay links."""
    return Attack(
        name,
        says,
        files=files or {},
        config=PLAIN + "_preserve_symlinks: true\n",
        code=code,
        data={"name": answer},
        prepare=links(**targets),
        kinds=FOLDER,
    )


def config(  # noqa: PLR0913  # a row of a table
    name: str,
    says: str,
    yaml: str | bytes | None,
    *,
    code: int = 1,
    quick: bool = False,
    kinds: Sequence[Kind] = BOTH,
) -> Attack:
    """In copier.yml."""
    return Attack(name, says, config=yaml, files={"a": "a"}, code=code, quick=quick, kinds=kinds)


def build(attack: Attack, template: Path, play: Path, kind: Kind = "folder") -> str:
    """Write the template; the source that it is reached as."""
    files = dict(attack.files) | ({} if attack.config is None else {"copier.yml": attack.config})
    for name, content in files.items():
        file = template / name.replace("@PLAY@", str(play))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.replace("@PLAY@", str(play)).encode())
    if attack.prepare is not None:
        attack.prepare(template, play)
    if kind == "folder":
        return str(template)
    git(template, "init", "--quiet", "--initial-branch=main")
    git(template, "add", "--all", "--force")
    git(template, "commit", "--quiet", "--allow-empty", "--message=all")
    if attack.disturb is not None:
        attack.disturb(template, play)
    if kind == "remote":
        return f"git+ssh://git@templates.example{template}"
    if kind == "repository":
        return str(template)
    git(template, "bundle", "create", "--quiet", str(play / "template.bundle"), "--all", "HEAD")
    return str(play / "template.bundle")


def git(where: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git on the attacker's machine, where nothing of the playground's is set."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {f"GIT_{who}_{what}": "eve" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env |= {"GIT_CONFIG_GLOBAL": "/nowhere/nothing", "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", *arguments]
    return os.fsdecode(subprocess.run(command, cwd=where, env=env, input=stdin, capture_output=True, check=True).stdout)


def flags(attack: Attack, play: Path) -> list[str]:
    """Its answers for the command line; what no argument of a process can hold goes through a file."""
    data = {name: value.replace("@PLAY@", str(play)) for name, value in attack.data.items()}
    if not any("\0" in value for value in data.values()):
        return [word for name, value in data.items() for word in ("--data", f"{name}={value}")]
    (play / "cwd" / "answers.json").write_text(json.dumps(data), encoding="utf-8")
    return ["--answers", "answers.json"]


def playground(play: Path) -> dict[str, str]:
    """A home with secrets, a user's repository with hooks, neighbours of the destination; the environment for it."""
    secrets = {
        "home/.ssh/id": SECRET,
        "home/.config/copier/settings.yml": f"defaults:\n  name: {SECRET}\ntrust: [/]\n",
        "home/.gitconfig": "[user]\n\tname = Ada\n",
        "outside/secret.yml": f"secret: {SECRET}\n",
        "outside/folder/file": SECRET,
        "parent/neighbour": "untouched",
        "repository/.git/config": "[core]\n\trepositoryformatversion = 0\n",
        "repository/.git/hooks/pre-commit": "#!/bin/sh\n",
        "cwd/mine": "untouched",
        "ssh.sh": SSH,
    }
    for name, content in secrets.items():
        (play / name).parent.mkdir(parents=True, exist_ok=True)
        (play / name).write_text(content, encoding="utf-8")
    for name in ("tmp", "template"):
        (play / name).mkdir()
    (play / "ssh.sh").chmod(0o755)
    home = str(play / "home")
    own = {"HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "TMPDIR": str(play / "tmp"), "PASSWORD": SECRET}
    own |= {"XDG_DATA_HOME": f"{home}/.local/share", "XDG_STATE_HOME": f"{home}/.local/state"}
    own |= {"GIT_SSH_COMMAND": str(play / "ssh.sh")}
    return own | {"GIT_DIR": str(play / "repository" / ".git"), "GIT_WORK_TREE": str(play / "repository")}


def picture(play: Path) -> dict[str, tuple[object, ...]]:
    """All that can be seen of the surroundings: kinds, modes, times of change, contents; without the destination."""
    seen: dict[str, tuple[object, ...]] = {}
    for folder, folders, names in os.walk(play):
        if Path(folder) == play / "parent" and "dest" in folders:
            folders.remove("dest")
        for name in (*folders, *names):
            path = Path(folder, name)
            status = path.lstat()
            changed = 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns
            content: object = None
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)  # noqa: PTH115  # as it is written
            elif stat.S_ISREG(status.st_mode) and status.st_size < 1 << 20:
                content = path.read_bytes()
            seen[str(path.relative_to(play))] = (status.st_mode, changed, content)
    return seen


def changed(play: Path, before: Mapping[str, tuple[object, ...]], *own: Path) -> set[str]:
    """What is not as it was, without what scaffold notes for itself, `own`, and the folders that it makes for that."""
    after = picture(play)
    different = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    noted = "|".join((_noted(play), *(re.escape(str(path.relative_to(play))) for path in own)))
    notes = {path for path in different if path not in before and re.fullmatch(noted, path)}
    folders = {str(folder) for path in notes for folder in Path(path).parents}
    return {path for path in different - notes if path in before or path not in folders}


def _noted(play: Path) -> str:
    """All that may appear outside of DEST, by hashes: what `undo` needs with the files before, and what a tag was."""
    state = Path(platformdirs.user_state_dir("scaffold", appauthor=False)).relative_to(play)
    data = places.data_folder().relative_to(play)
    journal = rf"{re.escape(str(state))}/journal/[0-9a-f]{{32}}/(lock|holder|[0-9]{{8}}/(record\.json|[0-9]+))"
    return rf"{journal}|{re.escape(str(data))}/tags/[0-9a-f]{{64}}"


def links(**targets: str) -> Prepare:
    """Symbolic links, by their names."""

    def prepare(template: Path, play: Path) -> None:
        for name, target in targets.items():
            file = template / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.symlink_to(target.replace("@PLAY@", str(play)))

    return prepare


def fifo(template: Path, _: Path) -> None:
    """A named pipe, which nobody writes to."""
    os.mkfifo(template / "pipe")


def unix_socket(template: Path, _: Path) -> None:
    """A socket's file."""
    here = Path.cwd()
    os.chdir(template)  # a socket's name may be no longer than a hundred bytes
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
    finally:
        os.chdir(here)


def device(template: Path, _: Path) -> None:
    """A device."""
    try:
        os.mknod(template / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:  # only root may; a pipe is refused in the same place
        os.mkfifo(template / "null")


def huge_file(template: Path, _: Path) -> None:
    """Ten gigabytes, of which none is on the disk."""
    with (template / "huge.txt").open("wb") as file:
        file.truncate(10 << 30)  # sparse


def many_files(template: Path, _: Path) -> None:
    """A thousand files."""
    for number in range(1_000):
        (template / f"{number}.txt").touch()


def deep_folders(template: Path, _: Path) -> None:
    """Forty folders in one another."""
    (template / "/".join("d" * 40)).mkdir(parents=True)
    (template / "/".join("d" * 40) / "file").touch()


def raw_name(name: bytes) -> Prepare:
    """A file whose name no text says."""

    def prepare(template: Path, _: Path) -> None:
        Path(os.fsdecode(os.fsencode(template) + b"/" + name)).write_text("text", encoding="utf-8")

    return prepare


def config_folder(template: Path, _: Path) -> None:
    """A folder in place of the configuration."""
    (template / "copier.yml").mkdir()


def hostile_repository(template: Path, play: Path) -> None:
    """Settings and hooks of the repository's own, which run something as soon as git looks at it."""
    program = template / ".git" / "run"
    for file in (program, template / ".git" / "hooks" / "post-checkout", template / ".git" / "hooks" / "pre-commit"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {play}/canary\n", encoding="utf-8")
        file.chmod(0o755)
    (template / ".git" / "config").write_text(
        f"[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {program}\n\tsshCommand = {program}\n"
        f'[filter "x"]\n\tclean = {program}\n\tsmudge = {program}\n'
        f'[url "https://user:{SECRET}@example.org"]\n\tinsteadOf = x\n',
        encoding="utf-8",
    )
