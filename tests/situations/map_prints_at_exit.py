"""Workers print without pause while the program leaves by sys.exit(): threads that are cut off may hold stdout's lock."""
# report: https://github.com/python/cpython/issues/86883
# design: threadpool/map
# prints: 5 of 5 ended with code 3

import subprocess
import sys
from contextlib import closing

from stream.threadpool_map import stream


def chatter(number: int) -> None:
    for _ in range(2_000):
        sys.stdout.write("working\n" * 100)


if sys.argv[1:]:
    with closing(stream(chatter, range(100), workers=4)) as outcomes:
        next(outcomes)
        sys.exit(3)
command = [sys.executable, __file__, "child"]
codes = [subprocess.run(command, stdout=subprocess.DEVNULL, timeout=30).returncode for _ in range(5)]
print(codes.count(3), "of 5 ended with code 3")
