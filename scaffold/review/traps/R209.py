"""An error ends the worker before task_done(): the queue counts one task too many, and join() waits for ever."""

import queue
import threading

threading.excepthook = lambda _: None
tasks = queue.Queue()


def worker():
    while True:
        tasks.get()
        raise ValueError("no such page")
        tasks.task_done()


threading.Thread(target=worker, daemon=True).start()
tasks.put("page")
waiting = threading.Thread(target=lambda: tasks.join(), daemon=True)
waiting.start()
waiting.join(0.1)
print("still waiting:", waiting.is_alive())

# Prints:
# still waiting: True
