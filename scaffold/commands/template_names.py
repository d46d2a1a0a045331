"""`scaffold template add`, `list`, `show` and `remove`: names for templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.app import JsonFlag
from scaffold.commands import completion
from scaffold.commands.template import template
from scaffold.errors import UsageError
from scaffold.flags import PlainCommand
from scaffold.reports import output
from scaffold.text import one_line

if TYPE_CHECKING:
    from scaffold.foreign.checkout import Checkout


@template.command(cls=PlainCommand)
def add(
    name: Annotated[Optional[str], typer.Argument(metavar="NAME", help="How you will call it.")] = None,
    source: Annotated[
        Optional[str],
        typer.Argument(
            metavar="SOURCE", help="A folder, a git URL, a bundle, gh:OWNER/REPOSITORY, gl:GROUP/REPOSITORY."
        ),
    ] = None,
    *,
    ref: Annotated[
        Optional[str], typer.Option("--ref", metavar="REF", help="Always this tag, branch or commit; else the newest.")
    ] = None,
    catalogue: Annotated[
        Optional[str],
        typer.Option(
            "--catalogue", metavar="SOURCE", help="Add all names of your team's catalogue, or its newest ones."
        ),
    ] = None,
    accept_moved: Annotated[
        Optional[str], typer.Option("--accept-moved", metavar="COMMIT", help="A tag may mean this other commit now.")
    ] = None,
) -> None:
    """Give a template a name, or add a team's catalogue of names."""
    from scaffold.foreign.template import opened
    from scaffold.sources import names, resolve, tags
    from scaffold.sources.catalogue import check_name

    if catalogue is not None:
        if name is not None or ref is not None:
            raise UsageError("--catalogue SOURCE[@REF] stands alone: a catalogue brings its names along")
        wanted = resolve.parse(catalogue)
        with resolve.opened(wanted, accept_moved=accept_moved, with_submodules=False) as checkout:
            _say_note(checkout)
            added = names.add_catalogue(checkout)
            tags.remember(checkout)
        output.say_plain(f"{added.name}: {', '.join(added.templates) or 'no templates'}")
        return
    if name is None or source is None:
        raise UsageError("give NAME and SOURCE, or --catalogue SOURCE")
    check_name(name)
    wanted = resolve.parse(source)
    if ref is not None and wanted.ref is not None:
        raise UsageError(f"the version is given twice: --ref {ref} and @{wanted.ref}")
    wanted = wanted if ref is None else resolve.parse(f"{source}@{ref}")
    with resolve.opened(wanted, accept_moved=accept_moved) as checkout, opened(checkout):  # refuses what is no template
        _say_note(checkout)
        names.add(name, checkout, wanted.ref)
        tags.remember(checkout)
    version = f" at {one_line(checkout.ref)}" if checkout.ref else ""
    output.say_plain(f"{name}: {checkout.source}{version}")


@template.command("list", cls=PlainCommand)
def list_(
    word: Annotated[
        Optional[str], typer.Argument(metavar="WORD", help="Only those with this word in their name or description.")
    ] = None,
    *,
    tag: Annotated[Optional[str], typer.Option("--tag", metavar="TAG", help="Only those with this tag.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List the templates: those of scaffold, your own, and your team's."""
    from scaffold.reports import templates
    from scaffold.sources import names

    found = templates.matching(names.load().entries, word, tag)
    if as_json:
        output.print_json(templates.list_json(found))
    else:
        output.say_plain(templates.list_text(found))


@template.command(cls=PlainCommand)
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A name, a design of scaffold's, or a source.",
            autocompletion=completion.templates_and_designs,
        ),
    ],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show what a template asks, what it is for, its versions, and what it would run."""
    from scaffold.reports import templates
    from scaffold.sources.overview import overview

    found = overview(name)
    if found.checkout is not None:
        _say_note(found.checkout)
    if as_json:
        output.print_json(templates.overview_json(found))
    else:
        output.say_plain(templates.overview_text(found))


@template.command(cls=PlainCommand)
def remove(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A template's name, or a catalogue's.",
            autocompletion=completion.templates_and_catalogues,
        ),
    ],
) -> None:
    """Forget a template's name, or a catalogue with all its names."""
    from scaffold.sources import names

    output.say_plain(f"removed the {names.remove(name)} {name}")


def _say_note(checkout: Checkout) -> None:
    if checkout.note:
        output.say_note(checkout.note)
