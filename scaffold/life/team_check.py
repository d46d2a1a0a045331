"""What a team's template made of a project's answers, to compare it with what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.life import origin
from scaffold.life.comparison import Generated
from scaffold.life.rerendering import Rerendering
from scaffold.life.secrets import unsure_files
from scaffold.team import with_commit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.life.comparison import Permission
    from scaffold.life.generated import Piece
    from scaffold.life.rerendering import Secrets


def generated(piece: Piece, permission: Permission) -> Generated:
    """What the template made of the recorded answers, once more.

    Raises:
        TemplateNotTrusted: It cannot be rendered without its extensions, which the user does not trust.
        UsageError: An answer that was given is on record, or for no question of the template.
        ScaffoldError: The version cannot be had, or does not render.
    """
    with origin.opened(piece) as checkout:
        rerendering = Rerendering(piece, checkout, permission)
        rendered, secrets = rerendering.render()
    files = piece.but_for_kept(with_commit(rendered.files, checkout))
    probed = secrets.probed if secrets else {}
    absent = rendered.files.keys() - probed.keys() if probed else ()
    return Generated(
        files={path: content for path, content in files.items() if path not in absent},
        links=rendered.links,
        executable=rendered.executable,
        owned=rerendering.once,
        unsure=unsure_files(probed, rendered.files),
        has_tasks=rerendering.has_tasks,
        remarks=tuple(_remarks(piece, rerendering, secrets)),
    )


def _remarks(piece: Piece, rerendering: Rerendering, secrets: Secrets | None) -> Iterator[str]:
    if text := origin.remark(piece):
        yield text
    if rerendering.has_tasks:
        yield "its tasks are not run to compare: what they changed or removed is listed, too"
    if secrets and secrets.lost:
        flags = " ".join(f"--data {name}=…" for name in secrets.lost)
        yield f"{', '.join(secrets.lost)}: a secret, on no record: {flags} compares what is made of it"
