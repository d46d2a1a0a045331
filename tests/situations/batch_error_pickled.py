"""A batch runs in a process pool, and what it raises has to be pickled on the way back."""
# report: https://github.com/celery/celery/issues/6185
# design: thread/batch
# prints: BatchError: a: OSError: disk full

from concurrent.futures import ProcessPoolExecutor

from batch.thread_batch import BatchThread, run_batch


class Copy(BatchThread):
    def work(self) -> None:
        raise OSError("disk full")


def copy() -> None:
    run_batch([Copy(name="a")])


if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        try:
            pool.submit(copy).result(timeout=20)
        except Exception as error:
            print(f"{type(error).__name__}:", *getattr(error, "exceptions", [error]))
