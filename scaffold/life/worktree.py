"""What the user's own version control knows: whether it could take a change back, and which conflicts there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.errors import GitFailed, NoRepository, NotUndoable, RepositoryFault
from scaffold.life.merge import REJECTED
from scaffold.repositories.found import find, owner_note
from scaffold.repositories.looking import looking
from scaffold.repositories.unmerged import Conflict, Side, mark, settle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path, PurePosixPath

    from scaffold.life.merge import Blob, Change

_SAFE = "or --allow-dirty; scaffold undo can take it back then"


def check_clean(root: Path, touched: Iterable[PurePosixPath]) -> None:
    """Make sure that all is committed, or at least what will be touched.

    Args:
        root: A project in a git repository.
        touched: The files that will be changed, relative to it.

    Raises:
        NotUndoable: There is no repository, it cannot be read, or changes are not committed.
    """
    try:
        found = find(root)
        with looking(found) as look:
            entries = look.status(root)
            changed = [path for code, path in entries if code == " M"]
            filters = look.undefined_filters(changed, root) if changed else []
    except NoRepository as error:
        raise NotUndoable(root, f"is in no git repository: run git init and commit it first, {_SAFE}") from error
    except (RepositoryFault, GitFailed) as error:
        raise NotUndoable(root, f"is in a repository that cannot be read ({error}): fix that, {_SAFE}") from error
    wanted = set(touched)
    dirty = [str(path) for code, path in entries if code != "??" or path in wanted]
    is_unmerged = any("U" in code or code in ("AA", "DD") for code, _ in entries)
    if dirty:
        shown = ", ".join(dirty[:3]) + (f" and {len(dirty) - 3} more" if len(dirty) > 3 else "")
        if filters:  # as git-crypt and nbstripout set it up
            which, them = ", ".join(filters), f"run git status, which notes which files are unchanged, {_SAFE}"
            why = f"the repository's own filter {which!a} is not run, so that files touched since count as changed"
            raise NotUndoable(root, f"has changes that are not committed ({shown!a}), or seems to: {why}: {them}")
        note = owner_note(found)
        settled = "resolve the conflicts, git add and commit them" if is_unmerged else "commit or stash them"
        remedy = f"{settled}, {_SAFE}" + (f" ({note})" if note else "")
        raise NotUndoable(root, f"has changes that are not committed ({shown!a}): {remedy}")


def tracked(root: Path) -> list[PurePosixPath]:
    """The files below `root` that the repository knows, relative to it.

    Raises:
        NotUndoable: There is no repository that can be read.
    """
    try:
        with looking(find(root)) as look:
            return look.tracked(root)
    except (NoRepository, RepositoryFault, GitFailed) as error:
        raise NotUndoable(root, f"is in no repository that can be read ({error}): run git init and commit") from error


def mark_unmerged(root: Path, changes: Iterable[Change]) -> str:
    """Have the conflicts among these changes unmerged in the repository's index; why not, where that is not done."""
    conflicts = {
        change.path: Conflict(change.was or change.path, _side(change.sides.base), theirs)
        for change in changes
        if change.sides is not None and (theirs := _side(change.sides.theirs)) is not None
    }
    if not conflicts:
        return ""
    try:
        mark(root, conflicts)
    except NoRepository:
        return ""
    except (RepositoryFault, GitFailed) as error:
        return f"the conflicts are not marked as unmerged in git's index: {error}"
    return ""


def settle_unmerged(root: Path, *, restored: Collection[PurePosixPath], deleted: Collection[PurePosixPath]) -> str:
    """Take the marks back from files that an update is taken back of; why not, where that is not done."""
    # A file that no text is merged into stays as it was, and only what the template has is put beside it.
    beside = {path.with_name(path.name.removesuffix(REJECTED)) for path in deleted if path.name.endswith(REJECTED)}
    try:
        settle(root, restored=beside.union(restored).difference(deleted), deleted=deleted)
    except NoRepository:
        return ""
    except (RepositoryFault, GitFailed) as error:
        return f"git's index is as it was left, with any conflicts still unmerged: {error}"
    return ""


def _side(blob: Blob | None) -> Side | None:
    return None if blob is None else Side(blob.kind.value, blob.content)
