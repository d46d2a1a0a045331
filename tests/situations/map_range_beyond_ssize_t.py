"""A range too long for len(): every number that there is, until one is found."""
# report: https://github.com/python/cpython/issues/65643
# design: threadpool/map
# prints: found 12

from contextlib import closing

from stream.threadpool_map import Ok, stream

with closing(stream(str, range(10**20), ordered=True)) as outcomes:
    for outcome in outcomes:
        if isinstance(outcome, Ok) and len(outcome.value) == 2 and outcome.value.endswith("2"):
            print("found", outcome.value)
            break
