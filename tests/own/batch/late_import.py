# run: a
# out: 0 of 1 done
# err: error: a: ModuleNotFoundError: No module named 'not_installed_yet'
# code: 1
from demo.thread_batch import BatchThread


class Work(BatchThread):
    """Upload."""

    def __init__(self, path: str) -> None:
        super().__init__(name=path)

    def work(self) -> None:
        import not_installed_yet  # type: ignore[import-not-found]

        not_installed_yet.upload(self.name)
