# run: x
# err: x: fetch: ModuleNotFoundError: No module named 'not_installed_yet'
# code: 1
from collections.abc import Callable


def fetch(url: str) -> bytes:
    import not_installed_yet  # type: ignore[import-not-found]

    body: bytes = not_installed_yet.get(url)
    return body


TASKS: dict[str, Callable[[str], object]] = {"fetch": fetch}
