"""A task of Celery, whose workers are daemonic processes, starts processes of its own."""
# report: https://github.com/celery/celery/issues/4525
# design: threadpool/map
# limit: multiprocessing refuses it
# prints: AssertionError: daemonic processes are not allowed to have children

import multiprocessing
import sys

from processes.process_map import stream


def child() -> None:
    try:
        print(len(list(stream(abs, range(10), workers=2))), "done")
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
    sys.stdout.flush()


if __name__ == "__main__":
    process = multiprocessing.Process(target=child, daemon=True)
    process.start()
    process.join(20)
    if process.is_alive():
        process.kill()
        print("hangs")
