# run: 3 4 5
# out: 12
# code: 0
def work(*numbers: str) -> int:
    """Add numbers up."""
    return sum(map(int, numbers))
