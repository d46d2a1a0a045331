# stdin: 1\n2\n6
# out: 1.0 | 1.5 | 3.0
# code: 0
from demo.thread_service import Service


class Work(Service[str, float]):
    """Keep a running mean."""

    def __init__(self) -> None:
        super().__init__(capacity=10)
        self.numbers: list[int] = []

    def handle(self, message: str) -> float:
        self.numbers.append(int(message))
        return sum(self.numbers) / len(self.numbers)
