# run: x
# err: error: x is gone
# code: 1
from demo.thread_task import Task


class Work(Task):
    """Fail."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.what = name

    def work(self) -> None:
        raise FileNotFoundError(f"{self.what} is gone")
