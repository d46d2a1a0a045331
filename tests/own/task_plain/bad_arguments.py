# run: many
# err: error: invalid literal
# code: 2
from demo.thread_task import Task


class Work(Task):
    """Count."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = int(number)

    def work(self) -> None:
        self.number += 1
