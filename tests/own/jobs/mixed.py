# run: cat
# out: cat: small: ('cat', 100) | cat: large: ('cat', 1000) | cat: length: 3
# code: 0
class Resize:
    """Has state, and further arguments."""

    def __init__(self, width: int) -> None:
        self.width = width

    def __call__(self, name: str, fast: bool = False) -> tuple[str, int]:
        return name, 0 if fast else self.width


TASKS = {"small": Resize(100), "large": Resize(1000), "length": len}
