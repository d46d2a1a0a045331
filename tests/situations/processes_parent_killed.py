"""The system kills the program, not its workers: they must not stay behind as orphans."""
# report: https://github.com/python/cpython/issues/111873
# design: threadpool/map
# prints: workers left: 0

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = """
import os, sys, time
from pathlib import Path
from processes.process_map import stream

def work(number):
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(0.3)
    return number

if __name__ == "__main__":
    for outcome in stream(work, range(1000), workers=3):
        pass
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


with tempfile.TemporaryDirectory() as folder:
    pids = Path(folder, "pids")
    pids.mkdir()
    script = Path(folder, "program.py")
    script.write_text(PROGRAM)
    with subprocess.Popen([sys.executable, script, pids]) as program:
        deadline = time.monotonic() + 20
        while len(list(pids.iterdir())) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        program.send_signal(signal.SIGKILL)
    workers = [int(path.name) for path in pids.iterdir()]
    deadline = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    print("workers left:", sum(map(alive, workers)))
