# run: a
# err: error: 
# code: 2
from demo.thread_batch import BatchThread


class Work(BatchThread):
    def work(self) -> None:
        """Takes no argument of its own, but a name by keyword."""
