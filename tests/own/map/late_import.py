# run: x
# err: x: ModuleNotFoundError("No module named 'not_installed_yet'")
# code: 1
def work(url: str) -> bytes:
    """Fetch a URL; the client is imported when it is needed."""
    import not_installed_yet  # type: ignore[import-not-found]

    body: bytes = not_installed_yet.get(url)
    return body
