"""A process of multiprocessing feeds a service and returns: such a process may end without what atexit has to do."""
# report: https://github.com/python/cpython/issues/83856
# design: thread/service
# limit: up to Python 3.12 a process of multiprocessing runs nothing at its exit
# prints: handled in the child: 5
# prints until 3.12: handled in the child: 0

import multiprocessing
import tempfile
import time
from pathlib import Path

from inbox.thread_service import Service


class Writer(Service[Path]):
    def handle(self, message: Path) -> None:
        time.sleep(0.1)
        message.touch()


def child(folder: Path) -> None:
    writer = Writer()
    writer.start()
    for number in range(5):
        writer.send(folder / str(number))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("fork").Process(target=child, args=(Path(folder),))
        process.start()
        process.join(10)
        print("handled in the child:", len(list(Path(folder).iterdir())))
