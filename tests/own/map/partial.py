# stdin: hello
# out: HELLO!
# code: 0
from functools import partial


def shout(text: str, mark: str) -> str:
    """Say it loudly."""
    return text.upper() + mark


work = partial(shout, mark="!")
