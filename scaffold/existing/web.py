"""What a project's web framework means for threads that live as long as the program: where to start and end them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scaffold.existing.additions import is_stated
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.existing.config import Config
    from scaffold.questions import Answers


@dataclass(frozen=True)
class Framework:
    """A web framework, and what it has for the start and the end of a server process."""

    name: str
    requirements: tuple[str, ...]
    """Any of them in the project's requirements shows that it is used."""
    start: str
    """Where to start; `{make}`, `{name}` and `{end}` stand for the object's code, its name and what ends it."""


_FORKED: Final = (
    "Not before the server forks (gunicorn --preload): threads do not survive that."
    " Start it in the hook post_fork then."
)
_FRAMEWORKS: Final = (
    Framework(
        "Django",
        ("django",),
        "In AppConfig.ready() of one of your apps: {name} = {make}, then atexit.register({name}.{end})."
        " Every manage.py command calls ready(), and runserver has two processes (the one with RUN_MAIN serves):"
        " start it where requests are served, and nowhere else.",
    ),
    Framework(
        "FastAPI",
        ("fastapi",),
        "In the lifespan of the application: `with {code} as {name}:` around its `yield`, kept as app.state.{name}.",
    ),
    Framework(
        "Starlette",
        ("starlette",),
        "In the lifespan of the application: `with {code} as {name}:` around its `yield`, kept as app.state.{name}.",
    ),
    Framework(
        "Flask",
        ("flask",),
        "In create_app(), or where the application is made: {name} = {make}, then atexit.register({name}.{end})."
        " Under the reloader (flask run --debug) there are two processes: only the one with WERKZEUG_RUN_MAIN serves.",
    ),
)
_LIVES_ON: Final = {
    Design.SERVICE.value: ("Work(...)", "work", "stop"),
    Design.JOBS.value: ("JobPool()", "pool", "close"),
}
"""What is started once and used by many requests; the other designs are called and come to an end."""


def framework_of(config: Config) -> Framework | None:
    """The web framework that the project requires, the one with the most to say first; None without one."""
    if (config.root / "manage.py").is_file() and is_stated(config, "django"):
        return _FRAMEWORKS[0]
    found = (each for each in _FRAMEWORKS if any(is_stated(config, name) for name in each.requirements))
    return next(found, None)


def where_to_start(framework: Framework, answers: Answers) -> Sequence[str]:
    """What to know about the start of a module in a web server: sentences; none for what a request calls itself."""
    kind = _LIVES_ON.get(str(answers["design"]))
    if kind is None:
        return ()
    code, name, end = kind
    made = code if name == "pool" else f"{code}; {name}.start()"
    what = "pool" if name == "pool" else "service"
    start = framework.start.format(code=code, make=made, name=name, end=end)
    workers = (
        f"Each worker of the server is a process of its own, with a {what} of its own: four workers are four {what}s."
    )
    if what == "service":
        workers += (
            " Where there may be only one, write a program for it that runs beside the server: a file that imports Work"
            f" from {answers['package']}.{answers['module']}_work, with `with {code} as {name}:` around its main loop."
        )
    forked = () if "lifespan" in framework.start else (_FORKED,)
    return (start, workers, *forked)
