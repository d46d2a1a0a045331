"""A service writes to sqlite3, whose connections may be used only in the thread that made them."""
# report: https://github.com/peter-wangxu/persist-queue/issues/175
# design: thread/service
# prints: 100 rows, 0 errors, closed in the same thread

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from inbox.thread_service import Service


class Writer(Service[int]):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def setup(self) -> None:
        self.connection = sqlite3.connect(self.path)
        self.connection.execute("CREATE TABLE numbers (number INTEGER)")

    def handle(self, message: int) -> None:
        with self.connection:
            self.connection.execute("INSERT INTO numbers VALUES (?)", (message,))

    def teardown(self) -> None:
        self.connection.close()


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "numbers.db")
    with Writer(path) as writer:
        for number in range(100):
            writer.send(number)
    with closing(sqlite3.connect(path)) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM numbers")
print(f"{count} rows, {writer.health().errors} errors, closed in the same thread")
