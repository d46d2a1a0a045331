"""Add the templates as they are to the history that ships with scaffold, under the version that copier.yml states.

`nox -s release -- "what changed"`. The history is a git bundle: a commit and a tag for each version. It is built anew
from the old one, so that what was released keeps its commit. releases/versions.toml lists every version with its tree;
tests/test_history.py holds that neither changes any more.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from scaffold.git import git, own_environment
from scaffold.life.history import History, history
from scaffold.template import Template

ROOT = Path(__file__).parent.parent
_VERSIONS = ROOT / "releases" / "versions.toml"


def tree_of(templates: Path, repository: Path) -> str:
    """The hash of a folder as git stores it."""
    git("--work-tree", templates.absolute(), "add", "--all", "--force", ".", cwd=repository)
    _, tree = git("write-tree", cwd=repository)
    return tree.decode().strip()


def add_version(templates: Path, bundle: Path, what_changed: str, now: datetime) -> tuple[str, str]:
    """Write the bundle with one more version; the version and its tree.

    Raises:
        SystemExit: It is released already.
    """
    version = Template(templates).version
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder)
        git("init", "--quiet", "--bare", cwd=repository)
        released: list[str] = []
        if bundle.exists():
            git("fetch", "--quiet", bundle.absolute(), "refs/tags/*:refs/tags/*", cwd=repository)
            released = list(History(bundle).commits)
        if version in released:
            raise SystemExit(f"{version} is released already: raise template_version in copier.yml")
        tree = tree_of(templates, repository)
        parent = ("-p", f"refs/tags/{released[-1]}") if released else ()
        date = {"GIT_AUTHOR_DATE": now.isoformat(), "GIT_COMMITTER_DATE": now.isoformat()}
        message = f"{version}: {what_changed}"
        _, commit = git("commit-tree", tree, *parent, "-m", message, cwd=repository, env=own_environment() | date)
        git("tag", version, commit.decode().strip(), cwd=repository)
        git("bundle", "create", "--quiet", bundle.absolute(), "--tags", cwd=repository)
    return version, tree


def main(what_changed: str) -> None:
    """Release templates/."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    version, tree = add_version(ROOT / "templates", history().bundle, what_changed, now)
    with _VERSIONS.open("a", encoding="utf-8") as file:
        file.write(f'\n["{version}"]\ndate = {now.date()}\ntree = "{tree}"\nchanged = """{what_changed}"""\n')
    print(f"released {version}")


if __name__ == "__main__":
    main(sys.argv[1])
