# err: error: the work cannot be imported: NameError: name 'Servic' is not defined
# code: 1
class Work(Servic[str]):  # type: ignore[name-defined]
    """Has a slip."""
