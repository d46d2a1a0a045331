# run: x
# err: error: the work cannot be imported: ImportError: cannot import name 'TASKS'
# code: 1
TASK = {"length": len}
