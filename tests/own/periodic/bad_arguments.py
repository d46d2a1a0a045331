# err: error: 
# code: 2
from demo.thread_service import Service


class Work(Service[str]):
    """Needs a path."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def tick(self) -> str:
        return self.path
