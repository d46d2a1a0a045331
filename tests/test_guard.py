"""The fence around a rendering holds for Python code that got out of Jinja's sandbox."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harness import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import ctypes, json, os, pathlib, shutil, socket, subprocess, sys
from scaffold.foreign.guard import Blocked, Guard
Guard(pathlib.Path.cwd(), files=3, total_size=10).stand()
try:
    {attempt}
except Blocked as blocked:
    print(blocked)
"""
BLOCKED = {
    "read": "open('/etc/passwd').read()",
    "read-with-os": "os.open('/etc/passwd', os.O_RDONLY)",
    "write": "open('../outside/new', 'w')",
    "append": "open('../outside/file', 'a')",
    "make-folder": "os.mkdir('../outside/folder')",
    "remove": "os.remove('../outside/file')",
    "remove-tree": "shutil.rmtree('../outside')",
    "rename": "os.rename('../outside/file', 'file')",
    "rename-there": "(pathlib.Path('a').write_text('a'), os.rename('a', '../outside/a'))",
    "link": "os.symlink('/etc', '../outside/etc')",
    "hard-link": "os.link('../outside/file', 'file')",
    "mode": "os.chmod('../outside/file', 0o777)",
    "truncate": "os.truncate('../outside/file', 0)",
    "list": "os.listdir('../outside')",
    "through-a-link": "(os.symlink('../outside', 'link'), open('link/new', 'w'))",
    "program": "subprocess.run(['touch', '../outside/new'])",
    "shell": "os.system('touch ../outside/new')",
    "exec": "os.execv('/bin/sh', ['sh', '-c', 'touch ../outside/new'])",
    "spawn": "os.posix_spawn('/bin/sh', ['sh'], {{}})",
    "fork": "os.fork()",
    "network": "socket.create_connection(('127.0.0.1', 9))",
    "library": "ctypes.CDLL(None)",
    "program-on-windows": "sys.audit('_winapi.CreateProcess', 'cmd', None, None)",
    "file-on-windows": "sys.audit('_winapi.CreateFile', 'C:/new', 0, 0, 0, 0)",
    "registry": "sys.audit('winreg.SetValue', 0, '', 1, '')",
    "too-many-files": "[open(str(number), 'w') for number in range(9)]",
    "too-much": "[open(str(number), 'w').write('x' * 9) for number in range(3)]",
}
ALLOWED = {
    "write-inside": "pathlib.Path('a').write_text('a')",
    "read-inside": "pathlib.Path('there').read_text()",
    "import": "import sqlite3",
    "tree-inside": "(os.makedirs('a/b'), shutil.rmtree('a'))",
}


def run(attempt: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Try it in a process that is guarded to a folder, with another one beside it."""
    for name in ("workplace", "outside"):
        (folder / name).mkdir()
    (folder / "outside" / "file").write_text("untouched", encoding="utf-8")
    (folder / "workplace" / "there").write_text("text", encoding="utf-8")
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})" + PROGRAM.format(attempt=attempt.replace("{{}}", "{}"))
    command = [sys.executable, "-I", "-c", program]
    return subprocess.run(command, cwd=folder / "workplace", capture_output=True, text=True, check=False)


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="POSIX's calls")
@pytest.mark.parametrize("name", BLOCKED)
def test_nothing_outside_is_touched(tmp_path: Path, name: str) -> None:
    """Neither read nor changed, and nothing is started."""
    done = run(BLOCKED[name], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["file"]
    assert (tmp_path / "outside" / "file").read_text(encoding="utf-8") == "untouched"


@pytest.mark.parametrize("name", ALLOWED)
def test_what_a_rendering_needs_is_allowed(tmp_path: Path, name: str) -> None:
    """Files in the workplace, and Python's own modules."""
    done = run(ALLOWED[name], tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
