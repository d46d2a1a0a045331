"""The system kills a worker that takes too much memory, with what it works on and what it was to do next."""
# report: https://github.com/python/cpython/issues/96062
# design: threadpool/map
# prints: 3 failed by WorkerDied, 97 done

import os
import signal

from processes.process_map import Failed, stream


def work(number: int) -> int:
    if number % 40 == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


if __name__ == "__main__":
    outcomes = list(stream(work, range(100), workers=2))
    failed = [type(outcome.error).__name__ for outcome in outcomes if isinstance(outcome, Failed)]
    print(len(failed), "failed by", *set(failed), end="")
    print(f", {len(outcomes) - len(failed)} done")
