"""A module starts a task as it is imported and waits for it, and the task imports the same module."""
# report: https://github.com/frappe/frappe/pull/41055
# design: thread/task
# limit: the import system holds the module's lock meanwhile; give the wait a timeout, or start the task from a function
# prints: TimeoutError: prefetch still runs after 0.5 s
# prints: then it ended: True

import sys
import tempfile
from pathlib import Path

from state_task.thread_task import Task

MODULE = """
from __main__ import Prefetch

task = Prefetch()
task.start()
try:
    task.result(timeout=0.5)
except TimeoutError as error:
    print(f"{type(error).__name__}: {error}")
CACHE = {}
"""


class Prefetch(Task[int]):
    def __init__(self) -> None:
        super().__init__(name="prefetch")

    def work(self) -> int:
        import shop

        return len(shop.CACHE)


with tempfile.TemporaryDirectory() as folder:
    Path(folder, "shop.py").write_text(MODULE)
    sys.path.insert(0, folder)
    import shop

    print("then it ended:", shop.task.result(timeout=10) == 0)
