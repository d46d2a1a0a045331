"""Brackets make no tuple: a string is taken apart into its characters, each of them an argument."""

import threading


def greet(*names):
    print("hello to", names)


thread = threading.Thread(target=greet, args=("Ada"))
thread.start()
thread.join()

threading.Thread(target=greet, args=("Ada",)).start()

# Prints:
# hello to ('A', 'd', 'a')
# hello to ('Ada',)
