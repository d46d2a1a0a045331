# stdin: a\nb
# out: got a | got b
# code: 0
from demo.thread_service import Service


class Work(Service[str]):
    def handle(self, message: str) -> None:
        print(f"got {message}", flush=True)
