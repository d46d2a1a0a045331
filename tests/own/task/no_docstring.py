# out: Report(rows=4)
# code: 0
from dataclasses import dataclass

from demo.thread_task import Task


@dataclass
class Report:
    rows: int


class Work(Task[Report]):
    def __init__(self) -> None:
        super().__init__()
        self.done_rows = 0

    def work(self) -> Report:
        for _ in range(4):
            self.stopping.wait(0.01)
            self.done_rows += 1
        return Report(self.done_rows)

    def progress(self) -> str:
        return f"{self.done_rows} rows"
