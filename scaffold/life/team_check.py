"""What a team's template made of a project's answers, once more, to compare it with what is there.

Tasks are not run for that: they may take minutes, need the network, or do what cannot be compared. And a secret is on
no record: it is read back from the files that the template wrote it to, where it stands there as it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.answers import load_recorded_types
from scaffold.errors import Refused, UsageError
from scaffold.foreign import approvals
from scaffold.foreign.questions import refuse_unknown
from scaffold.foreign.template import UntrustedTemplate
from scaffold.foreign.workplace import workplace
from scaffold.life import origin
from scaffold.life.comparison import Generated
from scaffold.life.secrets import probes, read_back, unsure_files
from scaffold.life.update import read_tree
from scaffold.team import with_commit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from scaffold.foreign.checkout import Checkout
    from scaffold.foreign.template import Rendered
    from scaffold.life.comparison import Permission
    from scaffold.life.generated import Piece
    from scaffold.life.secrets import Unsure


def generated(piece: Piece, permission: Permission) -> Generated:
    """What the template made of the recorded answers, once more.

    Raises:
        TemplateNotTrusted: It cannot be rendered without its extensions, which the user does not trust.
        UsageError: An answer that was given is on record, or for no question of the template.
        ScaffoldError: The version cannot be had, or does not render.
    """
    with origin.opened(piece) as checkout:
        rendering = _Rendering(piece, checkout, permission)
        rendered, unsure, absent = rendering.with_secrets()
    files = piece.but_for_kept(with_commit(rendered.files, checkout))
    return Generated(
        files={path: content for path, content in files.items() if path not in absent},
        links=rendered.links,
        executable=rendered.executable,
        unsure=unsure,
        has_tasks=rendering.has_tasks,
        remarks=tuple(rendering.remarks),
    )


class _Rendering:
    """One version rendered with the answers on record, as often as it takes."""

    def __init__(self, piece: Piece, checkout: Checkout, permission: Permission) -> None:
        self._piece = piece
        self._checkout = checkout
        self._permission = permission
        self._recorded = load_recorded_types(piece.path)
        self.has_tasks = False
        self.remarks = [text for text in (origin.remark(piece),) if text]

    def with_secrets(self) -> tuple[Rendered, dict[PurePosixPath, Unsure], frozenset[PurePosixPath]]:
        """The rendering; what of it depends on secrets that are not known: files, and names of files."""
        with workplace(renders=True) as place:
            template = UntrustedTemplate(self._checkout, place)
            answers, missing = self._answers(template)
            self.has_tasks = bool(template.actions.tasks)
            if self.has_tasks:
                self.remarks.append("its tasks are not run to compare: what they changed or removed is listed, too")
            if not missing:
                return self._render(template, answers), {}, frozenset()
            probe = probes(template.questions, missing)
            try:
                probed = self._render(template, {**answers, **probe}).files
            except Refused:  # by a validator
                probe, probed = {}, {}
        found = read_back(probed, read_tree(self._piece.root, probed), probe)
        with workplace(renders=True) as place:
            known = self._render(UntrustedTemplate(self._checkout, place), {**answers, **found})
        if lost := [name for name in missing if name not in found]:
            flags = " ".join(f"--data {name}=…" for name in lost)
            self.remarks.append(f"{', '.join(lost)}: a secret, on no record: {flags} compares what is made of it")
        absent = known.files.keys() - probed.keys() if probe else ()
        return known, unsure_files(probed, known.files), frozenset(absent)

    def _answers(self, template: UntrustedTemplate) -> tuple[dict[str, object], list[str]]:
        """All that are known, and the secret questions without one."""
        asked = {question.name for question in template.questions}
        known = {name: value for name, value in self._recorded.items() if name in asked}
        refuse_unknown(self._permission.data, template.questions)
        if again := sorted(known.keys() & self._permission.data.keys()):
            raise UsageError(f"--data: {', '.join(again)} is on record: scaffold reanswer changes it")
        known |= self._permission.data
        return known, [q.name for q in template.questions if q.secret and q.name not in known]

    def _render(self, template: UntrustedTemplate, data: Mapping[str, object]) -> Rendered:
        needed = template.actions.without_commands()
        digest = self._permission.trust
        if needed.listed() and digest != needed.digest and approvals.is_approved(needed):
            digest = needed.digest
        try:
            return template.render(
                data,
                defaults=True,
                ask=None,
                trusted_digest=digest,
                folder_name=self._piece.root.absolute().name,
                answers_file=self._piece.answers_file,
                with_tasks=False,
            )
        except UsageError as error:
            raise Refused(self._piece.path, f"holds an answer that the template does not take: {error}") from error
