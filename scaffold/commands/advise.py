"""`scaffold advise`."""

from __future__ import annotations

from scaffold.answers import Unasked
from scaffold.app import AnswersFile, DefaultsFlag, JsonFlag, asking
from scaffold.commands.given import advice_questions, note_answers, team_names, with_file
from scaffold.commands.probed import Probed, ProbeFlag
from scaffold.questions import Answers, complete_follow_ups, complete_workload
from scaffold.reports import advice, output
from scaffold.terminal import Terminal


@asking(advice_questions)
def advise(
    *,
    answers: AnswersFile = None,
    defaults: DefaultsFlag = False,
    probe: ProbeFlag = None,
    as_json: JsonFlag = False,
    given: Answers,
) -> None:
    """Recommend a design for a task, and say why. Writes nothing."""
    from scaffold.project import recommendation_for

    given = with_file(answers, given, advice_questions())
    probed = Probed.of(probe)
    known = given if probed is None else probed.answers(given, advice_questions())
    ui = Terminal.for_command(as_json=as_json)
    if ui.can_ask and not defaults:
        from scaffold.conversation.making import ask_work

        words = ("scaffold", "advise", *(() if probed is None else ("--probe", probed.path)))
        complete = {**ask_work(ui, words, known, with_design=False, follow_ups=False)}
    else:
        unasked = Unasked()
        complete = complete_workload(known, unasked)
        if not defaults:
            unasked.refuse_missing()
    complete = complete_follow_ups(complete, lambda question, known: question.recommended(known))
    note_answers(given, complete, None, measured=known, asked=False)
    recommendation = recommendation_for(complete)
    team = team_names()
    entries = team.serving(recommendation) if team else []
    if as_json:
        found = {"team_templates": [advice.team_template_json(entry) for entry in entries]} if entries else {}
        computing = advice.computing_json(complete)
        measured = {} if probed is None else {"measured": probed.json()}
        output.print_json({**advice.recommendation_json(recommendation), "computing": computing, **found, **measured})
        return
    if ui.can_ask and not defaults:
        from scaffold.conversation.summary import three_lines

        output.say_plain(f"{three_lines(recommendation, complete)}\n")
    output.say(advice.recommendation_text(recommendation))
    if probed is not None:
        output.say(probed.text())
    for entry in entries:
        output.say_note(advice.team_template_text(entry))
