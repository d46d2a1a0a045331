# run: x
# err: error: there is nothing to run: TASKS is empty
# code: 2
from collections.abc import Callable

TASKS: dict[str, Callable[[str], object]] = {}
