"""What is left to do is begun as the interpreter exits, when Python 3.12 starts no thread any more."""
# report: https://github.com/python/cpython/issues/113964
# design: threadpool/task
# limit: on Python 3.12 nothing can start a thread then
# prints until 3.11: done
# prints until 3.12: RuntimeError
# prints: done

import atexit

from call.threadpool_task import Task


def flush() -> None:
    try:
        Task(str, 1).get(timeout=10)
        print("done")
    except Exception as error:
        print(type(error).__name__)


atexit.register(flush)
