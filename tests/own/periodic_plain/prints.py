# run: hello
# out: hello | hello
# code: 0
from demo.thread_service import Service


class Work(Service):
    """Say something twice."""

    def __init__(self, text: str) -> None:
        super().__init__(interval=0.001)
        self.text = text

    def tick(self) -> None:
        print(self.text)
        if self.health().ticks == 2:
            self.stop()
