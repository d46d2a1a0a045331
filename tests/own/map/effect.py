# run: x y
# code: 0
import threading

lock = threading.Lock()
seen: list[str] = []


def work(name: str, *, deep: bool = False) -> None:
    """Collect names; nothing comes back."""
    with lock:
        seen.append(name * (2 if deep else 1))
