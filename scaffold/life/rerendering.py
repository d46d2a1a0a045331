"""The version of a team's template that made a project, rendered once more with the answers on record.

Tasks are not run for that: they may take minutes, need the network, or do what cannot be compared. And a secret is on
no record: it is read back from the files that the template wrote it to, where it stands there as it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold.answers import load_recorded_types
from scaffold.errors import Refused, UsageError
from scaffold.foreign import approvals
from scaffold.foreign.questions import refuse_unknown
from scaffold.foreign.template import UntrustedTemplate
from scaffold.foreign.workplace import workplace
from scaffold.life.present import present
from scaffold.life.secrets import probes, read_back

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.template import Rendered
    from scaffold.life.comparison import Permission
    from scaffold.life.generated import Piece
    from scaffold.life.merge import Tree

_OPERATION = "_copier_operation"  # by which a template excludes files from updates


@dataclass(frozen=True)
class Secrets:
    """Answers to secret questions that nobody gave: what can be known of them."""

    known: Mapping[str, object]
    """Those that stand in the project's files."""
    lost: tuple[str, ...]
    """The names of the others."""
    probed: Tree
    """What is rendered with words of ours in their places; nothing where the template refuses these."""


class Rerendering:
    """One version, rendered with the answers on record as often as it takes."""

    def __init__(self, piece: Piece, checkout: Checkout, permission: Permission) -> None:
        self._piece = piece
        self._checkout = checkout
        self._permission = permission
        self._answers: dict[str, object] = {}
        self._recorded = load_recorded_types(piece.path)
        self.has_tasks = False
        self.once: frozenset[PurePosixPath] = frozenset()
        """Of what was rendered: files that no update touches."""

    def render(self) -> tuple[Rendered, Secrets | None]:
        """What the template makes of the answers, and what is known of its secrets, if it has any.

        Raises:
            UsageError: An answer that was given is on record, or for no question of the template.
            ScaffoldError: It is not trusted, or does not render.
        """
        with workplace(renders=True) as place:
            template = UntrustedTemplate(self._checkout, place)
            self.has_tasks = bool(template.actions.tasks)
            missing = self._read_answers(template)
            secrets = self._secrets(template, missing) if missing else None
            rendered = None if missing else self._render(template, {})
        known = secrets.known if secrets else {}
        rendered = rendered or self._once_more(known)
        self.once = rendered.left
        if _OPERATION in str(template.config.values.get("_exclude", "")):
            self.once |= rendered.files.keys() - self._once_more(known, as_update=True).files.keys()
        return rendered, secrets

    def _once_more(self, secrets: Mapping[str, object], *, as_update: bool = False) -> Rendered:
        with workplace(renders=True) as place:
            return self._render(UntrustedTemplate(self._checkout, place), secrets, as_update=as_update)

    def secrets(self) -> Secrets | None:
        """Only what is known of its secrets.

        Raises:
            ScaffoldError: As for `render`.
        """
        with workplace(renders=True) as place:
            template = UntrustedTemplate(self._checkout, place)
            missing = self._read_answers(template)
            return self._secrets(template, missing) if missing else None

    def _secrets(self, template: UntrustedTemplate, missing: list[str]) -> Secrets:
        probe = probes(template.questions, missing)
        try:
            probed = self._render(template, probe).files
        except Refused:  # by a validator
            probe, probed = {}, {}
        found = read_back(probed, present(self._piece.root, probed).files, probe)
        return Secrets(found, tuple(name for name in missing if name not in found), probed)

    def _read_answers(self, template: UntrustedTemplate) -> list[str]:
        """Note all that are known; the names of secret questions without one."""
        asked = {question.name for question in template.questions}
        known = {name: value for name, value in self._recorded.items() if name in asked}
        refuse_unknown(self._permission.data, template.questions)
        if again := sorted(known.keys() & self._permission.data.keys()):
            raise UsageError(f"--data: {', '.join(again)} is on record: scaffold reanswer changes it")
        self._answers = {**known, **self._permission.data}
        return [q.name for q in template.questions if q.secret and q.name not in self._answers]

    def _render(
        self, template: UntrustedTemplate, secrets: Mapping[str, object], *, as_update: bool = False
    ) -> Rendered:
        needed = template.actions.without_commands()
        digest = self._permission.trust
        if needed.listed() and digest != needed.digest and approvals.is_approved(needed):
            digest = needed.digest
        try:
            return template.render(
                {**self._answers, **secrets},
                defaults=True,
                ask=None,
                trusted_digest=digest,
                folder_name=self._piece.root.absolute().name,
                answers_file=self._piece.answers_file,
                with_tasks=False,
                as_update=as_update,
                project=self._piece.root,
            )
        except UsageError as error:
            raise Refused(self._piece.path, f"holds an answer that the template does not take: {error}") from error
