"""A project or a module by way of a conversation, where somebody is there to have it; else by flags and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold import project
from scaffold.conversation.dialogue import Conversation
from scaffold.conversation.review import Review
from scaffold.errors import Cancelled
from scaffold.ui import BACK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scaffold.project import Project, Target
    from scaffold.questions import Answers
    from scaffold.sources.names import Names
    from scaffold.template import Template
    from scaffold.ui import Ui


def prepare(  # noqa: PLR0913  # each says something else about the one project
    template: Template,
    target: Target,
    given: Answers,
    ui: Ui,
    *,
    use_defaults: bool,
    team: Names | None = None,
    flags: Sequence[str] = (),
    offer_git: Callable[[], bool] = bool,
) -> Project:
    """Collect the missing answers and render.

    Args:
        template: What is rendered.
        target: What is made, and where.
        given: The answers that are known.
        ui: Who is asked, if they can be.
        use_defaults: Ask nothing.
        team: Has templates to offer for the work.
        flags: What was on the command line beside answers, for the command that goes on.
        offer_git: Whether the user can choose a git repository, too: looked at when it is offered.

    Raises:
        TeamTemplatePreferred: The user takes a template of their team's.
        Cancelled: With the command that goes on.
        ScaffoldError: An answer is missing or refused, or the target cannot be made.
    """
    if use_defaults or not ui.can_ask:
        return project.prepare(template, target, given, use_defaults=use_defaults)
    talk = Conversation(
        ui,
        (*target.words, *flags),
        given,
        place=target.headline,
        team=team,
        questions=template.questions_of(target.scope),
    )
    review = Review(talk, template, target, offer_git=offer_git)
    try:
        while True:
            talk.run()
            reply = review.run()
            if reply is BACK:
                talk.walk.back()
            elif reply is not None:
                made: Project = reply
                return made
    except Cancelled as error:
        raise talk.cancelled(error) from error


def ask_work(ui: Ui, command: Sequence[str], given: Answers, *, with_design: bool, follow_ups: bool = True) -> Answers:
    """The answers about the work alone, all of them, and a design.

    Args:
        ui: Who is asked.
        command: The words that begin the command that goes on.
        given: The answers that are known.
        with_design: Show the recommendation, and let another design be taken.
        follow_ups: Ask what shapes the code of the design.

    Raises:
        Cancelled: With the command that goes on.
    """
    talk = Conversation(ui, command, given, with_design=with_design, follow_ups=follow_ups)
    try:
        talk.run()
    except Cancelled as error:
        raise talk.cancelled(error) from error
    return talk.workload()
