"""Templates of other people, each opened once: what they ask, what they would run, and their files in memory.

Nothing here trusts a template. It is copied (foreign/snapshot.py), and that one copy is what is read, judged and
rendered: by Copier, in a process of its own with limits (foreign/confined.py, foreign/worker.py). What came out is read
back with the same care. What a template could run is run only with the digest of exactly that version (docs/trust.md).
"""

from __future__ import annotations

import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold.errors import TemplateFault
from scaffold.foreign import made, tree
from scaffold.foreign.checkout import Limits
from scaffold.foreign.config import load
from scaffold.foreign.confined import Job, run
from scaffold.foreign.external import lent
from scaffold.foreign.links import check_followed, check_kept
from scaffold.foreign.questions import Ask, ForeignQuestion, asking, questions_of, refuse_unknown
from scaffold.foreign.snapshot import take
from scaffold.foreign.trust import Actions, actions_of, require_trust
from scaffold.foreign.workplace import workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.workplace import Workplace

LIMITS = Limits()
"""What every template may use, where a caller does not say otherwise."""


@dataclass(frozen=True)
class Rendered:
    """What a template became."""

    files: dict[PurePosixPath, bytes]
    """With symbolic links, whose content is what they name."""
    modes: dict[PurePosixPath, int]
    """As git has them: S_IFLNK for a link, and of a file its permissions."""
    folders: tuple[PurePosixPath, ...]
    """Those with nothing in them."""
    answers: dict[str, object]
    """Of all questions that were relevant and are no secret."""
    message: str = ""
    """What the template says to its user once all is written: untrusted."""
    repository: tuple[tree.Entry, ...] = ()
    """What is in the `.git` that a task made."""
    left: frozenset[PurePosixPath] = frozenset()
    """Those that are not written where something is there already (`_skip_if_exists`)."""

    @classmethod
    def of(cls, entries: Iterable[tree.Entry]) -> Rendered:
        """What was read back, without answers."""
        found = list(entries)
        files = [entry for entry in found if not entry.is_folder]
        return cls(
            {entry.path: entry.content for entry in files},
            {entry.path: entry.mode for entry in files},
            tuple(entry.path for entry in found if entry.is_folder),
            {},
        )

    @property
    def executable(self) -> frozenset[PurePosixPath]:
        """The files that are programs."""
        return frozenset(path for path, mode in self.modes.items() if mode & stat.S_IXUSR)

    @property
    def links(self) -> frozenset[PurePosixPath]:
        """The symbolic links."""
        return frozenset(path for path, mode in self.modes.items() if mode == stat.S_IFLNK)


class UntrustedTemplate:
    """A template at one version, as it was when it was opened."""

    def __init__(
        self, checkout: Checkout, place: Workplace, *, name: str = "template", limits: Limits | None = None
    ) -> None:
        """Copy the template and read its configuration.

        Args:
            checkout: Where it lies, and which version it is.
            place: Where it is copied to, and may be rendered once.
            name: What the copy is called in there.
            limits: What it may use; by default LIMITS.

        Raises:
            TemplateFault: It is no Copier template, holds what no template should, or cannot be read.
        """
        self.checkout = checkout
        self.limits = limits or LIMITS
        self.place = place
        self._snapshot = take(checkout.root, place.root / name, self.limits)
        self.config = load(self.root)
        if not self.config.keeps_links:
            folder = self.config.rendered_folder
            check_followed(self.root, [link for link in self._snapshot.links if link.is_relative_to(folder)])

    @property
    def root(self) -> Path:
        """The copy."""
        return self._snapshot.root

    @cached_property
    def questions(self) -> tuple[ForeignQuestion, ...]:
        """What it asks, in its order."""
        return questions_of(self.config)

    @cached_property
    def actions(self) -> Actions:
        """What it would run, and the digest that `--trust` takes."""
        return actions_of(self.config, self._snapshot.digest)

    @property
    def version(self) -> dict[str, Any]:
        """The version as foreign/worker.py serves it to Copier."""
        return {
            "root": str(self.root),
            "ref": self.checkout.ref or self.checkout.commit,
            "commit": self.checkout.commit,
            # For git these are no programs, whatever they lead to, and so they are not where Copier follows them.
            "links": [str(link) for link in self._snapshot.links] if self.checkout.commit else [],
        }

    def render(  # noqa: PLR0913  # each says something else about the one rendering
        self,
        data: Mapping[str, object],
        *,
        defaults: bool,
        ask: Ask | None,
        trusted_digest: str | None,
        suggested: Mapping[str, object] | None = None,
        folder_name: str = "project",
        say: Callable[[str], None] | None = None,
        answers_file: str | None = None,
        with_tasks: bool = True,
        as_update: bool = False,
        project: Path | None = None,
    ) -> Rendered:
        """Render it, with `data` as answers. Once: the process that does it may write to the copy.

        Args:
            data: Answers by the name of their question; text is converted as the question's type says.
            defaults: Take the template's default for every other question; else `ask`.
            ask: How to ask a person (scaffold/conversation/custom.py), or None where nobody can be asked.
            trusted_digest: What the user trusts, or None.
            suggested: Defaults that win over the template's own, by the name of their question; others are ignored.
            folder_name: What the destination is called; templates may use it.
            say: Shows what it says before it asks, and what its commands print, as they do; None: nobody wants that.
            answers_file: Where the answers are recorded, a path in the destination; None where the template says so.
            with_tasks: Run the template's tasks; else only its extensions need trust.
            as_update: Tell the template that it is an update, for which it may leave files out.
            project: The destination itself, of which the template may read what `_external_data` names.

        Raises:
            TemplateNotTrusted: It would run things, and `trusted_digest` is not its digest.
            TemplateFault: It does not render, or not within the limits, or writes what no project should hold.
            Refused: An answer is missing, and there is no default for it or it may not be taken.
            UsageError: An answer is wrong or for no question of the template.
            Cancelled: Ctrl-C at a question.
        """
        actions = self.actions if with_tasks else self.actions.without_commands()
        trusted = require_trust(actions, trusted_digest)
        refuse_unknown(data, self.questions)
        out = output_folder(self.place, folder_name)
        order = {
            "update": False,
            "versions": [self.version],
            "source": self.checkout.recorded,
            "out": str(out),
            "data": dict(data),
            "suggested": {q.name: suggested[q.name] for q in self.questions if suggested and q.name in suggested},
            "defaults": defaults,
            "asking": ask is not None,
            "messages": say is not None,
            "answers_file": answers_file,
            "tasks": with_tasks,
            "operation": "update" if as_update else "copy",
            "external": lent(self.config, project),
            "questions": [question.name for question in self.questions if not question.secret],
        }
        job = Job(
            place=self.place, order=order, trusted=trusted, limits=self.limits, places=self.config.places, say=say
        )
        outcome = run(job, asking(ask))
        repository = made.take(out, self.limits, say or (lambda _: None)) if trusted else ()
        entries = read_result(out, self.limits, without=(made.GIT,) if trusted else (), submodules=trusted)
        rendered = Rendered.of(entries)
        if not rendered.files:
            raise TemplateFault(self.config.file, "renders no file with these answers")
        return replace(
            rendered,
            answers=dict(outcome.get("answers", {})),
            message=str(outcome.get("message", "")),
            repository=repository,
            left=frozenset(map(PurePosixPath, outcome.get("left", ()))),
        )


@contextmanager
def opened(checkout: Checkout) -> Iterator[UntrustedTemplate]:
    """The template while it is looked at; where it will be rendered, too, `workplace` and the class do the same.

    Raises:
        TemplateFault: As for the class.
    """
    with workplace() as place:
        yield UntrustedTemplate(checkout, place)


def output_folder(place: Workplace, folder_name: str) -> Path:
    """Where a rendering goes; its name is that of the destination."""
    out = place.root / "out" / (Path(folder_name).name or "project")
    assert not out.exists(), "a template is rendered once in its place"
    return out


def read_result(
    out: Path,
    limits: Limits,
    *,
    without: Iterable[str] = (),
    known: Collection[PurePosixPath] = (),
    submodules: bool = False,
) -> list[tree.Entry]:
    """The files, links and empty folders that came out.

    Args:
        out: The folder.
        limits: How much there may be.
        without: Names in the folder itself that are passed over.
        known: The user's own files, whose names are none of our business.
        submodules: The `.git` files of submodules are part of it.

    Raises:
        TemplateFault: There is what no project should hold.
    """
    if not out.exists():
        return []
    if out.resolve() != out:  # the process could have put it there
        raise TemplateFault(out.name, "is a symbolic link where the project's folder has to be")
    entries = list(tree.read(out, limits, rendered=True, without=without, submodules=submodules))
    tree.refuse_collisions((entry.path for entry in entries), known=known)
    links = {entry.path: entry.content for entry in entries if entry.is_link}
    check_kept(links, (entry.path for entry in entries if not entry.is_link))
    return entries
