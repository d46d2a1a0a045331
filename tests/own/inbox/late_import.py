# stdin: a
# err: error: No module named 'not_installed_yet'
# code: 1
from typing import Any

from demo.thread_service import Service


class Work(Service[str, str]):
    """Ask a database."""

    db: Any

    def setup(self) -> None:
        import not_installed_yet  # type: ignore[import-not-found]

        self.db = not_installed_yet.connect()

    def handle(self, message: str) -> str:
        answer: str = self.db.ask(message)
        return answer
