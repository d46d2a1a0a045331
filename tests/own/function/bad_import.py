# run: x
# err: error: the work cannot be imported: KeyError: 'NOT_IN_THE_ENVIRONMENT'
# code: 1
import os

TOKEN = os.environ["NOT_IN_THE_ENVIRONMENT"]


def work(url: str) -> str:
    return url + TOKEN
