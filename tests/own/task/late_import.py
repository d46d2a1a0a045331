# run: x
# err: error: No module named 'not_installed_yet'
# code: 1
from demo.thread_task import Task


class Work(Task[bytes]):
    """Download a URL; the client is imported when it is needed."""

    def __init__(self, url: str) -> None:
        super().__init__(name="download")
        self.url = url

    def work(self) -> bytes:
        import not_installed_yet  # type: ignore[import-not-found]

        body: bytes = not_installed_yet.get(self.url)
        return body
