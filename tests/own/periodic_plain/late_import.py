# err: ModuleNotFoundError: No module named 'not_installed_yet'
# code: 1
from demo.thread_service import Service


class Work(Service):
    def __init__(self) -> None:
        super().__init__(interval=0.001, max_errors_in_a_row=1)

    def tick(self) -> None:
        import not_installed_yet  # type: ignore[import-not-found]

        not_installed_yet.flush()
