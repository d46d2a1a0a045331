"""The work of the service."""

from __future__ import annotations

import os
import sys
from collections import Counter

from demo.thread_service import Service


# Replace the bodies with your own work. All of it runs in the service's thread: `self.words` needs
# no lock as long as no other thread touches it.
class Work(Service[str, str]):
    """Counts the words of the lines that it is sent."""

    unread = False  # whoever read the output has left, as `| head` does

    def setup(self) -> None:
        """Runs first; start() raises its error."""
        self.words: Counter[str] = Counter()

    def handle(self, message: str) -> str:
        """Count the words of a line; whoever asked gets the answer."""
        self.words.update(message.split())
        return f"{len(self.words)} different words so far"

    def teardown(self) -> None:
        """Runs last, also after a failure."""
        for word, count in self.words.most_common(3):
            self.say(f"{count} times {word}")

    def say(self, line: str) -> None:
        """Print a line; once nobody reads them, end in order."""
        try:
            print(line, flush=True)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
            self.unread = True
            self.stop(drain=False)
