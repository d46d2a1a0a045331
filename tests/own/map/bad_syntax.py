# run: x
# err: error: the work cannot be imported: SyntaxError: 
# code: 1
def work(url: str) -> str
    return url
