"""Both run whatever function they are given, with or without arguments.

A pool takes different ones at any time of its life, and hands back what each returns.
"""

import threading
from multiprocessing.pool import ThreadPool

thread = threading.Thread(target=print, args=("a Thread", "prints"), kwargs={"sep": " "})
thread.start()
thread.join()

with ThreadPool(2) as pool:
    power = pool.apply_async(pow, (2, 10))
    print("2 ** 10 =", power.get())
    text = pool.apply_async(str.upper, ("whatever comes up next",))
    print(text.get())

# Prints:
# a Thread prints
# 2 ** 10 = 1024
# WHATEVER COMES UP NEXT
