"""What goes round for ever cannot be stopped; an Event to wait on is a pause and a way out at once."""

import threading

rounds = 0
stop = threading.Event()


def poll():
    global rounds
    while True:
        rounds += 1
        pause.wait(0.01)


def poll_until_stopped():
    while not stop.wait(0.01):
        pass
    print("stopped")


pause = threading.Event()
endless = threading.Thread(target=poll, daemon=True)  # without `daemon` this program would never end
endless.start()
endless.join(0.05)
print("still alive:", endless.is_alive())

poller = threading.Thread(target=poll_until_stopped)
poller.start()
stop.set()
poller.join()

# Prints:
# still alive: True
# stopped
