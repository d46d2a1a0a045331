"""Your work: the only writer of a database, for as many producers as you like."""

from __future__ import annotations

import sqlite3

from demo.thread_service import Service


class Work(Service[str, int]):
    """Write each line into a table of a sqlite database, and answer with its number."""

    # A connection belongs to the thread that opened it: setup() does, in the service's thread. Who
    # has an answer has a row that is committed.

    def __init__(self, path: str, table: str = "lines") -> None:
        super().__init__(capacity=100)
        if not table.isidentifier():
            raise ValueError(f"{table!r} is no name for a table")
        self.path, self.table = path, table

    def setup(self) -> None:
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.execute(
            f"CREATE TABLE IF NOT EXISTS {self.table} (number INTEGER PRIMARY KEY, line TEXT)"
        )
        self.insert = f"INSERT INTO {self.table} (line) VALUES (?)"  # noqa: S608 (an identifier)

    def handle(self, message: str) -> int:
        number = self.database.execute(self.insert, (message,)).lastrowid
        assert number is not None  # noqa: S101 (it is after an INSERT)
        return number

    def teardown(self) -> None:
        self.database.close()
