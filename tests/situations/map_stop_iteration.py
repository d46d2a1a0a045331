"""A call of next() on an empty generator in the work raises StopIteration, which must not end a loop elsewhere."""
# report: https://github.com/agronholm/anyio/issues/475
# design: threadpool/map
# prints: failed: StopIteration(), others: 9
# prints: map_all: RuntimeError

from collections.abc import Iterator

from stream.threadpool_map import Failed, map_all, stream


def first_above_three(number: int) -> int:
    return next(n for n in range(number, 5) if n != number or n < 4)


outcomes = list(stream(lambda number: next(iter([number][: number != 4])), range(10)))
failed = [outcome.error for outcome in outcomes if isinstance(outcome, Failed)]
print(f"failed: {failed[0]!r}, others: {len(outcomes) - len(failed)}")


def results() -> Iterator[int]:
    yield from map_all(lambda number: next(iter([number][: number != 4])), range(10))


try:
    print("map_all:", list(results()))
except RuntimeError as error:  # generator raised StopIteration
    print("map_all:", type(error).__name__)
