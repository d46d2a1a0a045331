# run: x
# err: error: the work cannot be imported: ModuleNotFoundError: No module named 'not_installed_yet'
# code: 1
import not_installed_yet  # type: ignore[import-not-found]


def work(url: str) -> object:
    return not_installed_yet.get(url)
