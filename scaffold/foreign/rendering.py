"""Templates of other people: what they ask, what they would run, and their files rendered in memory.

Nothing here trusts a template. It is copied and looked through first (foreign/snapshot.py), rendered by Copier in a
process of its own with limits (foreign/confined.py, foreign/worker.py), and what came out is read back with the same
care. What a template could run is run only with the digest of exactly that version (docs/trust.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from scaffold.errors import TemplateFault
from scaffold.foreign import tree
from scaffold.foreign.checkout import Checkout, Limits
from scaffold.foreign.config import Config, load
from scaffold.foreign.confined import Job, run, workplace
from scaffold.foreign.questions import Ask, ForeignQuestion, asking, questions_of, refuse_unknown
from scaffold.foreign.repository import make_repository
from scaffold.foreign.snapshot import take
from scaffold.foreign.trust import Actions, actions_of, joined, require_trust

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


@dataclass(frozen=True)
class Rendered:
    """What a template became."""

    files: dict[PurePosixPath, bytes]
    executable: frozenset[PurePosixPath]
    answers: dict[str, object]
    """Of all questions that were relevant and are no secret."""


@dataclass(frozen=True)
class Updated:
    """A project's files after an update."""

    files: dict[PurePosixPath, bytes]
    executable: frozenset[PurePosixPath]
    conflicts: tuple[PurePosixPath, ...]
    """Files with conflict markers, or the `.rej` files."""


LIMITS = Limits()
"""What every template may use, where a caller does not say otherwise."""


def questions(checkout: Checkout) -> tuple[ForeignQuestion, ...]:
    """What the template asks, in its order.

    Raises:
        TemplateFault: It is no Copier template, or its questions cannot be read.
    """
    with workplace() as place:
        take(checkout.root, place.template, LIMITS)
        return questions_of(load(place.template))


def actions(checkout: Checkout) -> Actions:
    """What the template would run, and the digest that `--trust` takes.

    Raises:
        TemplateFault: It is no Copier template, or cannot be read.
    """
    with workplace() as place:
        return _read(checkout, place.template, LIMITS)[1]


def render(  # noqa: PLR0913  # each says something else about the one rendering
    checkout: Checkout,
    data: Mapping[str, object],
    *,
    defaults: bool,
    ask: Ask | None,
    trusted_digest: str | None,
    suggested: Mapping[str, object] | None = None,
    folder_name: str = "project",
    limits: Limits | None = None,
) -> Rendered:
    """Render the template, with `data` as answers.

    Args:
        checkout: The template.
        data: Answers by the name of their question; text is converted as the question's type says.
        defaults: Take the template's default for every other question; else `ask`.
        ask: How to ask a person (`foreign.questions.asked_by`), or None where nobody can be asked.
        trusted_digest: What the user trusts, or None.
        suggested: Defaults that win over the template's own, by the name of their question; others are ignored.
        folder_name: What the destination is called; templates may use it.
        limits: What it may use; by default LIMITS.

    Raises:
        TemplateNotTrusted: It would run things, and `trusted_digest` is not its digest.
        TemplateFault: It does not render, or not within the limits, or writes what no project should hold.
        Refused: An answer is missing, or there is no default for it either.
        UsageError: An answer is wrong or for no question of the template.
        Cancelled: Ctrl-C at a question.
    """
    limits = limits or LIMITS
    with workplace() as place:
        config, actions = _read(checkout, place.template, limits)
        trusted = require_trust(actions, trusted_digest)
        asked = questions_of(config)
        refuse_unknown(data, asked)
        out = place.root / "out" / (Path(folder_name).name or "project")
        order = {
            "update": False,
            "versions": [_version(checkout, place.template)],
            "source": checkout.source,
            "out": str(out),
            "data": dict(data),
            "suggested": {q.name: suggested[q.name] for q in asked if suggested and q.name in suggested},
            "defaults": defaults,
            "asking": ask is not None,
            "questions": [question.name for question in asked if not question.secret],
        }
        outcome = run(Job(place=place, order=order, trusted=trusted, needs_git=False, limits=limits), asking(ask))
        # A task may make a repository, which cannot be moved from here file by file.
        files, executable = _result(out, limits, without=(".git",) if trusted else ())
        if not files:
            raise TemplateFault(config.file, "renders no file with these answers")
        return Rendered(files, executable, dict(outcome.get("answers", {})))


def update(  # noqa: PLR0913  # each says something else about the one update
    old: Checkout,
    new: Checkout,
    project_files: Mapping[PurePosixPath, bytes],
    answers_file: PurePosixPath,
    *,
    conflict: Literal["inline", "rej"],
    trusted_digest: str | None,
    data: Mapping[str, object] | None = None,
    ask: Ask | None = None,
    executable: frozenset[PurePosixPath] = frozenset(),
    folder_name: str = "project",
    limits: Limits | None = None,
) -> Updated:
    """Merge what changed in the template since the project's version into the project's files.

    Args:
        old: The version that the project records; its `ref` is the recorded `_commit`.
        new: The version to update to.
        project_files: The project's tracked files.
        answers_file: Which of them holds the answers.
        conflict: Conflict markers in the file, or a `.rej` file beside it.
        trusted_digest: What the user trusts, or None; where both versions run things it is that of both.
        data: Answers that change.
        ask: How to ask for answers to new questions; None takes their defaults.
        executable: Those of `project_files` that are programs.
        folder_name: What the project's folder is called; templates may use it.
        limits: What it may use; by default LIMITS.

    Raises:
        TemplateNotTrusted: One of the two versions would run things, and `trusted_digest` is not their digest.
        TemplateFault: One of them does not render, or they cannot be merged.
    """
    limits = limits or LIMITS
    if new.ref == old.ref and new.commit != old.commit:  # a branch that has moved on
        new = replace(new, ref=new.commit)
    with workplace() as place:
        old_actions = _read(old, place.old_template, limits)[1]
        config, new_actions = _read(new, place.template, limits)
        trusted = require_trust(joined(old_actions, new_actions), trusted_digest)
        refuse_unknown(data or {}, questions_of(config))
        project = place.root / "out" / (Path(folder_name).name or "project")
        # What no template can render is left as it is: names that are refused below.
        ours = {p: c for p, c in project_files.items() if not tree.path_problem(p, depth=limits.depth, rendered=True)}
        roomy = _with_room_for(ours, limits)
        make_repository(project, ours, executable)
        order = {
            "update": True,
            "versions": [_version(old, place.old_template), _version(new, place.template)],
            "source": new.source,
            "out": str(project),
            "data": dict(data or {}),
            "answers_file": str(answers_file),
            "defaults": ask is None,
            "asking": ask is not None,
            "conflict": conflict,
        }
        outcome = run(Job(place=place, order=order, trusted=trusted, needs_git=True, limits=roomy), asking(ask))
        files, programs = _result(project, roomy, known=ours.keys())
        others = {path: content for path, content in project_files.items() if path not in ours}
        rejected = [path for path in files if path.suffix == ".rej" and path not in project_files]
        conflicts = {path for path in files if str(path) in outcome.get("conflicts", ())} | {*rejected}
        return Updated(files | others, programs | (executable & others.keys()), tuple(sorted(conflicts)))


def _read(checkout: Checkout, target: Path, limits: Limits) -> tuple[Config, Actions]:
    snapshot = take(checkout.root, target, limits)
    config = load(target)
    return config, actions_of(config, snapshot.digest)


def _version(checkout: Checkout, root: Path) -> dict[str, Any]:
    return {"root": str(root), "ref": checkout.ref or checkout.commit, "commit": checkout.commit}


def _result(
    out: Path, limits: Limits, *, without: Iterable[str] = (), known: Collection[PurePosixPath] = ()
) -> tuple[dict[PurePosixPath, bytes], frozenset[PurePosixPath]]:
    if not out.exists():
        return {}, frozenset()
    if out.resolve() != out:  # the process could have put it there
        raise TemplateFault(out.name, "is a symbolic link; only plain files are written")
    entries = list(tree.read(out, limits, rendered=True, without=without))
    tree.refuse_collisions((entry.path for entry in entries), known=known)
    programs = frozenset(entry.path for entry in entries if entry.executable)
    return {entry.path: entry.content for entry in entries}, programs


def _with_room_for(files: Mapping[PurePosixPath, bytes], limits: Limits) -> Limits:
    """The limits are for what a template makes, not for what is the user's already.

    Copier writes the difference to the old version into one file, in which all other files of the user's are additions.
    """
    size = 2 * sum(map(len, files.values()))
    return replace(
        limits,
        files=limits.files + len(files),
        total_size=limits.total_size + size,
        file_size=limits.file_size + size,
    )
