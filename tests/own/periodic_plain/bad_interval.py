# run: 0
# err: error: interval must be a positive number of seconds
# code: 2
from demo.thread_service import Service


class Work(Service):
    """Takes an interval."""

    def __init__(self, interval: str) -> None:
        super().__init__(interval=float(interval))

    def tick(self) -> None:
        """Nothing."""
