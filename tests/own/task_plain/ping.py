# run: example.org 81
# out: ping example.org:81 0 | ping example.org:81 1
# code: 0
from demo.thread_task import Task


class Work(Task):
    """Ping a server now and then."""

    def __init__(self, host: str, port: int = 80, *, times: int = 2) -> None:
        super().__init__(name=f"ping-{host}")
        self.host, self.port, self.times = host, port, times

    def work(self) -> None:
        for number in range(self.times):
            print(f"ping {self.host}:{self.port} {number}")
            self.stopping.wait(0.01)
