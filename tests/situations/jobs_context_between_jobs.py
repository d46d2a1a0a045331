"""A job sets the tenant in a context variable and leaves it there: what does the next job on that thread see?"""
# report: https://github.com/grpc/grpc/issues/40123
# design: threadpool/jobs
# limit: a thread that is used again has one context; a copy of the submitter's for each job keeps them apart
# prints: plain: acme, with a context of its own: nobody

import contextvars

from jobs.threadpool_jobs import JobPool

tenant = contextvars.ContextVar("tenant", default="nobody")


def serve(name: str) -> None:
    tenant.set(name)


with JobPool(1) as pool:
    pool.submit(contextvars.copy_context().run, serve, "globex")
    own = pool.submit(contextvars.copy_context().run, tenant.get)
    pool.submit(serve, "acme")
    plain = pool.submit(tenant.get)
print(f"plain: {plain.result()}, with a context of its own: {own.result()}")
