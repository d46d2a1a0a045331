# run: a b
# err: error: 
# code: 2
from demo.thread_service import Service


class Work(Service[str, str]):
    """Takes one argument."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def handle(self, message: str) -> str:
        return message
