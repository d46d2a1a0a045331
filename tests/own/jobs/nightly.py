# out: vacuum: 7
# code: 0
"""Tasks without arguments."""

from functools import partial


def backup(target: str) -> None:
    """Back up."""


def vacuum() -> int:
    return 7


TASKS = {"backup": partial(backup, "/srv"), "vacuum": vacuum}
