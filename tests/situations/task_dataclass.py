"""A task is a dataclass, as many write their Thread subclasses; its fields come before Thread.__init__()."""
# report: https://github.com/python/X
# design: thread/task
# prints: 6 by Thread named sum
# prints: unhashable unless eq=False

from dataclasses import dataclass

from state_task.thread_task import Task


@dataclass(eq=False)
class Sum(Task[int]):
    numbers: list[int]

    def __post_init__(self) -> None:
        super().__init__(name="sum")

    def work(self) -> int:
        return sum(self.numbers)


@dataclass
class Comparable(Task[int]):
    numbers: list[int]

    def __post_init__(self) -> None:
        super().__init__()

    def work(self) -> int:
        return 0


task = Sum([1, 2, 3])
task.start()
print(task.result(timeout=10), "by Thread named", task.name)
try:
    Comparable([1])
except TypeError as error:
    print("unhashable unless eq=False" if "unhashable" in str(error) else error)
