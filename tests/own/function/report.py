# run: orders other
# out: Report(table='orders', rows=6)
# code: 0
from dataclasses import dataclass


@dataclass
class Report:
    """What was found."""

    table: str
    rows: int


def work(table: str, database: str = "main", *, limit: int = 0) -> Report:
    """Count the rows of a table."""
    return Report(table, len(table) + limit)
