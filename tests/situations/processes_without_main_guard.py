"""A script without `if __name__ == "__main__"` is imported by each worker process and would start workers again."""
# report: https://github.com/cython/cython/issues/3262
# design: threadpool/map
# prints: ended and said why: True
# prints until 3.13: ended with all results: True

import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = """
from processes.process_map import map_all

def double(number):
    return 2 * number

print(map_all(double, range(10), workers=2))
"""

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "script.py")
    path.write_text(SCRIPT)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=30)
if done.returncode == 0:  # workers are forked
    print("ended with all results:", done.stdout == f"{list(range(0, 20, 2))}\n")
else:
    print("ended and said why:", 'does the program start under `if __name__ == "__main__":`' in done.stderr)
