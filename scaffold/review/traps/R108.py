"""Waiting in the loop that starts the threads lets no two of them run at the same time."""

import threading

running, most = 0, 0
lock, gate = threading.Lock(), threading.Event()


def work(_number):
    global running, most
    with lock:
        running += 1
        most = max(most, running)
    gate.wait()
    with lock:
        running -= 1


gate.set()
for number in range(3):
    thread = threading.Thread(target=work, args=(number,))
    thread.start()
    thread.join()
print("at the same time:", most)

gate.clear()
threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
for each in threads:
    each.start()
while running < 3:
    pass
gate.set()
for each in threads:
    each.join()
print("at the same time:", most)

# Prints:
# at the same time: 1
# at the same time: 3
