# run: 1 2
# out: 2 | 4 | 2 of 2 done
# code: 0
from demo.thread_batch import BatchThread


class Work(BatchThread):
    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = int(number)

    def work(self) -> None:
        print(f"{self.number * 2}\n", end="")
