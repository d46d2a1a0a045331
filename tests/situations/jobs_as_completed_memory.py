"""Large results are dealt with one by one and dropped: what is behind must not stay in memory until the end."""
# report: https://github.com/python/cpython/issues/71331
# design: threadpool/jobs
# prints: results kept at the last but one: at most 2 of 20: True

import gc
import weakref

from jobs.threadpool_jobs import JobPool, as_completed


class Table:
    pass


tables: list[weakref.ref[Table]] = []
with JobPool(2) as pool:
    for number, job in enumerate(as_completed(pool.submit(Table) for _ in range(20))):
        tables.append(weakref.ref(job.result()))
        del job
        if number == 18:
            gc.collect()
            kept = sum(table() is not None for table in tables)
            print("results kept at the last but one: at most 2 of 20:", kept <= 2)
