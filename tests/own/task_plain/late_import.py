# err: error: No module named 'not_installed_yet'
# code: 1
from demo.thread_task import Task


class Work(Task):
    """Upload."""

    def work(self) -> None:
        import not_installed_yet  # type: ignore[import-not-found]

        not_installed_yet.upload()
