# stdin: a
# err: ValueError: a
# code: 1
from demo.thread_service import Service


class Work(Service[str]):
    """Fail, which is logged."""

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason

    def handle(self, message: str) -> None:
        raise ValueError(message + self.reason)
