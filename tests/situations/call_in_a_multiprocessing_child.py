"""A process of multiprocessing starts a task and returns: such a process may end without what atexit has to do."""
# report: https://github.com/python/cpython/issues/83856
# design: threadpool/task
# limit: up to Python 3.12 a process of multiprocessing runs nothing at its exit
# prints: finished in the child: True
# prints until 3.12: finished in the child: False

import multiprocessing
import tempfile
import time
from pathlib import Path

from call.threadpool_task import Task


def write(path: Path) -> None:
    time.sleep(0.3)
    path.touch()


def child(path: Path) -> None:
    Task(write, path)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report")
        process = multiprocessing.get_context("fork").Process(target=child, args=(path,))
        process.start()
        process.join(10)
        print("finished in the child:", path.exists())
