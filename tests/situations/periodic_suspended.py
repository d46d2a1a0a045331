"""The machine sleeps; when it wakes, the ticks that were missed must not come all at once."""
# report: https://github.com/agronholm/apscheduler/issues/794
# design: thread/service
# prints: missed ticks made up for: False, on the grid: True

import os
import signal
import subprocess
import sys
import time

from periodic.thread_service import Service


class Clock(Service[float]):
    def setup(self) -> None:
        self.times: list[float] = []

    def tick(self) -> float:
        self.times.append(time.monotonic())
        return self.times[-1]


with Clock(interval=0.1) as clock:
    time.sleep(0.25)
    wake = f"import os, time; time.sleep(0.75); os.kill({os.getpid()}, {int(signal.SIGCONT)})"
    subprocess.Popen([sys.executable, "-c", wake])
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(0.5)
times = [moment - clock.times[0] for moment in clock.times]
gaps = [after - before for before, after in zip(times, times[1:])]
late = [moment % 0.1 for moment in times[-3:]]
print(f"missed ticks made up for: {len(times) > 11}, on the grid: {max(late) < 0.08 and max(gaps) > 0.4}")
