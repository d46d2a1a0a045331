"""An error whose str() fails: what a library raised when a server sent it no text."""
# report: https://github.com/Yelp/py_zipkin/pull/159
# design: thread/batch
# prints: BatchError: 2

from batch.thread_batch import BatchError, BatchThread, run_batch


class ServerError(Exception):
    def __str__(self) -> str:
        return self.args[0]["message"]


class Call(BatchThread):
    def work(self) -> None:
        raise ServerError({}) if self.name == "a" else OSError("plain")


try:
    run_batch([Call(name="a"), Call(name="b")])
except BatchError as group:
    print("BatchError:", len(group.exceptions))
except Exception as error:
    print(f"{error!r} instead, and the other error is lost")
