# run: x
# err: error: missing a required
# code: 2
def work(url: str, target: str) -> None:
    """Download a URL."""
