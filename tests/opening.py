"""An untrusted template opened for one thing, as the commands open it for several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.foreign import updating
from scaffold.foreign.template import Rendered, UntrustedTemplate, opened
from scaffold.foreign.workplace import workplace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.foreign.checkout import Checkout, Limits
    from scaffold.foreign.questions import ForeignQuestion
    from scaffold.foreign.trust import Actions


def questions(checkout: Checkout) -> tuple[ForeignQuestion, ...]:
    """What it asks."""
    with opened(checkout) as template:
        return template.questions


def actions(checkout: Checkout) -> Actions:
    """What it would run."""
    with opened(checkout) as template:
        return template.actions


def render(
    checkout: Checkout,
    data: Mapping[str, object],
    *,
    limits: Limits | None = None,
    **options: Any,  # noqa: ANN401  # as UntrustedTemplate.render has them
) -> Rendered:
    """Render it."""
    with workplace(renders=True) as place:
        return UntrustedTemplate(checkout, place, limits=limits).render(data, **options)


def update(
    old: Checkout,
    new: Checkout,
    *project: Any,  # noqa: ANN401  # as scaffold.foreign.updating.update has them
    limits: Limits | None = None,
    **options: Any,  # noqa: ANN401
) -> updating.Updated:
    """Update from one to the other."""
    with workplace(renders=True, with_git=True) as place:
        before = UntrustedTemplate(old, place, name="old", limits=limits)
        return updating.update(before, UntrustedTemplate(new, place, limits=limits), *project, **options)
