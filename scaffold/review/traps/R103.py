"""The first parameter of Thread is `group`, which has to be None."""

import threading


def work():
    print("at work")


try:
    threading.Thread(work)
except (AssertionError, TypeError) as error:
    print("refused:", error)

threading.Thread(target=work).start()

# Prints:
# refused: group argument must be None for now
# at work
