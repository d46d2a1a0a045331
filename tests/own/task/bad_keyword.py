# run: x
# err: error: 
# code: 2
from demo.thread_task import Task


class Work(Task[str]):
    """Needs a token."""

    def __init__(self, url: str, *, token: str) -> None:
        super().__init__()
        self.url, self.token = url, token

    def work(self) -> str:
        return self.url
