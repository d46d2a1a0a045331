# run: x
# err: No module named 'not_installed_yet'
# code: 1
def work(url: str) -> None:
    import not_installed_yet  # type: ignore[import-not-found]

    not_installed_yet.get(url)
