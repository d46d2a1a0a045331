"""Your work: replace the class by your own. tests/test_thread_service_work.py goes with it."""

from __future__ import annotations

from collections import Counter

from demo.net.thread_service import Service


class Work(Service[str, str]):
    """Count the words of the lines that it is sent."""

    # All of it runs in the service's thread: `self.words` needs no lock as long as no other
    # thread touches it.

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
            print(f"{count} times {word}")
