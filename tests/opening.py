"""An untrusted template opened for one thing, as the commands open it for several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
