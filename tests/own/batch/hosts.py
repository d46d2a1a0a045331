# run: a down b
# out: 2 of 3 done
# err: error: ping down: ConnectionError: no answer
# code: 1
from demo.thread_batch import BatchThread


class Work(BatchThread):
    """Ping a host."""

    def __init__(self, host: str, *, retries: int = 3) -> None:
        super().__init__(name=f"ping {host}")
        self.host = host
        self.retries = retries

    def work(self) -> None:
        if self.host == "down":
            raise ConnectionError("no answer")
