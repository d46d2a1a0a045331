"""A daemon thread is cut off when the program ends: its `finally` never runs."""

import threading

begun, stop = threading.Event(), threading.Event()


def work():
    try:
        begun.set()
        stop.wait()
    finally:
        print("cleared away")


cut_off = threading.Thread(target=work, daemon=True)
cut_off.start()
begun.wait()
print("the end, and `finally` has not run")

# Prints:
# the end, and `finally` has not run
