# err: error: No module named 'not_installed_yet'
# code: 1
from typing import Any

from demo.thread_service import Service


class Work(Service[str]):
    """Poll a sensor."""

    sensor: Any

    def setup(self) -> None:
        import not_installed_yet  # type: ignore[import-not-found]

        self.sensor = not_installed_yet.open()

    def tick(self) -> str:
        return str(self.sensor.read())
