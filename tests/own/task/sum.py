# run: 3 4 5
# out: 12
# code: 0
from demo.thread_task import Task


class Work(Task[int]):
    """Add numbers up."""

    def __init__(self, *numbers: str) -> None:
        super().__init__(name="sum")
        self.numbers = [int(number) for number in numbers]

    def work(self) -> int:
        return sum(self.numbers)
