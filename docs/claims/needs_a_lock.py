"""Both share everything, and `n += 1` is more than one step.

Another thread may come between reading and writing: use a lock, or let tasks return values.
"""

import dis


def count() -> None:
    global n  # noqa: PLW0603 - what it is about
    n += 1


steps = [step.opname for step in dis.get_instructions(count) if step.argval == "n"]
print(steps)

# Prints:
# ['LOAD_GLOBAL', 'STORE_GLOBAL']
