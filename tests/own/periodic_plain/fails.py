# err: error: no such table
# code: 1
from demo.thread_service import Service


class Work(Service):
    """Fail in setup()."""

    def setup(self) -> None:
        raise OSError("no such table")

    def tick(self) -> None:
        """Never called."""
