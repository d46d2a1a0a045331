"""Templates of other people: what they ask, what they would run, and their files rendered in memory.

Nothing here trusts a template. It is copied and looked through first (scaffold/snapshot.py), rendered by Copier in a
process of its own with limits (scaffold/confined.py, scaffold/foreign_worker.py), and what came out is read back with
the same care. What a template could run is run only with the digest of exactly that version (docs/trust.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal


@dataclass(frozen=True)
class Checkout:
    """A template on this disk, at one version."""

    root: Path
    """The folder; a `.git` in it is never read."""
    source: str
    """What a project records as `_src_path`: a URL, or an absolute path."""
    ref: str | None
    """The tag or branch that was asked for or chosen; recorded as `_commit`."""
    commit: str | None
    """The full hash, or None for a plain folder."""


@dataclass(frozen=True, kw_only=True)
class ForeignQuestion:
    """A question of a template as it is written there: every text may be a Jinja expression, and is untrusted."""

    name: str
    type: str
    help: str
    default: object
    """None where there is no default (and where it is null)."""
    required: bool
    """Whether there is no default."""
    choices: tuple[str, ...]
    """What is shown of each; empty, too, where an expression computes them."""
    when: str | bool
    multiselect: bool
    secret: bool
    placeholder: str
    validator: str


@dataclass(frozen=True)
class Actions:
    """What a template could run on this machine, and what fixes exactly that."""

    tasks: tuple[str, ...]
    migrations: tuple[str, ...]
    extensions: tuple[str, ...]
    digest: str
    """SHA-256, in hexadecimal, of these commands and of every file of the version."""

    def __bool__(self) -> bool:
        return bool(self.tasks or self.migrations or self.extensions)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a template may use. Seconds and bytes."""

    wall: float = 60
    """Without the time in which a person answers."""
    tasks_wall: float = 900
    """The same for a template that is trusted to run things."""
    cpu: int = 30
    memory: int = 1 << 30
    file_size: int = 20 << 20
    total_size: int = 100 << 20
    files: int = 10_000
    depth: int = 40
    """Of folders within folders."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A question at the moment of asking, rendered: every text is safe for a terminal."""

    name: str
    kind: Literal["text", "confirm", "select", "checkbox", "password"]
    message: str
    default: object
    choices: tuple[tuple[str, int, bool, str], ...] = ()
    """Label, number, whether it is chosen at first, why it cannot be chosen (or nothing)."""
    multiline: bool = False
    placeholder: str = ""
    problem: str = ""
    """What was wrong with the answer before."""


Ask = Callable[[Prompt], object]
"""Gets an answer: text, True or False, the number of a choice, or a list of such numbers."""


@dataclass(frozen=True)
class Rendered:
    """What a template became."""

    files: dict[PurePosixPath, bytes]
    executable: frozenset[PurePosixPath]
    answers: dict[str, object]
    """Of all questions that were relevant and are no secret."""


@dataclass(frozen=True)
class Updated:
    """A project's files after an update."""

    files: dict[PurePosixPath, bytes]
    executable: frozenset[PurePosixPath]
    conflicts: tuple[PurePosixPath, ...]
    """Files with conflict markers, or the `.rej` files."""


def questions(checkout: Checkout) -> tuple[ForeignQuestion, ...]:
    """What the template asks, in its order.

    Raises:
        TemplateFault: It is no Copier template, or its questions cannot be read.
    """
    raise NotImplementedError


def actions(checkout: Checkout) -> Actions:
    """What the template would run, and the digest that `--trust` takes.

    Raises:
        TemplateFault: It is no Copier template, or cannot be read.
    """
    raise NotImplementedError


def render(  # noqa: PLR0913  # each says something else about the one rendering
    checkout: Checkout,
    data: Mapping[str, object],
    *,
    defaults: bool,
    ask: Ask | None,
    trusted_digest: str | None,
    limits: Limits = Limits(),
) -> Rendered:
    """Render the template, with `data` as answers.

    Args:
        checkout: The template.
        data: Answers by the name of their question; text is converted as the question's type says.
        defaults: Take the template's default for every other question; else `ask`.
        ask: How to ask a person (scaffold/foreign_prompt.py), or None where nobody can be asked.
        trusted_digest: What the user trusts, or None.
        limits: What it may use.

    Raises:
        TemplateNotTrusted: It would run things, and `trusted_digest` is not its digest.
        TemplateFault: It does not render, or not within the limits, or writes what no project should hold.
        UsageError: An answer is missing, wrong or for no question of the template.
        Cancelled: Ctrl-C at a question.
    """
    raise NotImplementedError


def update(  # noqa: PLR0913  # each says something else about the one update
    repository: str,
    project_files: Mapping[PurePosixPath, bytes],
    answers_file: PurePosixPath,
    to_ref: str,
    *,
    conflict: Literal["inline", "rej"],
    trusted_digest: str | None,
    executable: frozenset[PurePosixPath] = frozenset(),
    limits: Limits = Limits(),
) -> Updated:
    """Merge what changed in the template since the project's version into the project's files.

    Args:
        repository: The template's git repository, by path or URL; what `_src_path` names is mapped onto it.
        project_files: The project's tracked files.
        answers_file: Which of them holds the answers.
        to_ref: The tag, branch or commit to update to.
        conflict: Conflict markers in the file, or a `.rej` file beside it.
        trusted_digest: What the user trusts, or None.
        executable: Those of `project_files` that are programs.
        limits: What it may use.

    Raises:
        TemplateNotTrusted: One of the two versions would run things, and `trusted_digest` is not their digest.
        TemplateFault: One of them does not render, or they cannot be merged.
        GitFailed: The repository cannot be read.
    """
    raise NotImplementedError
