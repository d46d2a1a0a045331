"""Without the constructor of Thread a subclass has nothing to start with."""

import threading


class Fetch(threading.Thread):
    def __init__(self, url):
        self.url = url


try:
    Fetch("example.org").start()
except RuntimeError as error:
    print(error)


class Fetcher(threading.Thread):
    def __init__(self, url):
        super().__init__()
        self.url = url

    def run(self):
        print("fetches", self.url)


Fetcher("example.org").start()

# Prints:
# thread.__init__() not called
# fetches example.org
