"""Between empty() and get() another thread takes the item; here it does so every time."""

import queue
import threading

items = queue.Queue()


class SharedQueue(queue.Queue):
    def empty(self):
        answer = super().empty()
        other = threading.Thread(target=super().get_nowait)
        other.start()
        other.join()
        return answer


shared = SharedQueue()
shared.put("item")
if not shared.empty():
    try:
        shared.get(timeout=0.01)
    except queue.Empty:
        print("there was one, and it is gone: without a timeout this waits for ever")

try:
    items.get_nowait()
except queue.Empty:
    print("one step: there is none")

# Prints:
# there was one, and it is gone: without a timeout this waits for ever
# one step: there is none
