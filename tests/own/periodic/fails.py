# out: 1
# err: OSError: no network
# code: 1
from demo.thread_service import Service


class Work(Service[int]):
    def __init__(self) -> None:
        super().__init__(interval=0.001, max_errors_in_a_row=2)

    def tick(self) -> int:
        if self.health().ticks > 1:
            raise OSError("no network")
        return 1
