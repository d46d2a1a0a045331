# run: table
# err: error: No module named 'not_installed_yet'
# code: 1
from typing import Any

from demo.thread_service import Service


class Work(Service[str]):
    """Write to a database."""

    db: Any

    def __init__(self, table: str) -> None:
        super().__init__()
        self.table = table

    def setup(self) -> None:
        import not_installed_yet  # type: ignore[import-not-found]

        self.db = not_installed_yet.connect()

    def handle(self, message: str) -> None:
        self.db.insert(self.table, message)
