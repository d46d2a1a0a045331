"""For every rule of `scaffold review`: programs that meet it, with the place, and the like that do not."""

from __future__ import annotations

HEAD = """\
import itertools, queue, threading, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
def f(*args): print(args)
def g(*args): return args
"""
"""What each begins with; lines are counted behind it."""

BAD: dict[str, list[tuple[str, str]]] = {
    "R101": [
        ("1:36", "with ThreadPoolExecutor() as pool: pool.map(f, [1])"),
        ("2:1", "pool = ThreadPool()\npool.imap(f, [1])"),
        ("2:1", "import multiprocessing.dummy as md; pool = md.Pool()\npool.imap_unordered(f, [1])"),
        ("2:1", "import concurrent.futures as cf\ncf.ProcessPoolExecutor().map(f, [])"),
        (
            "5:9",
            "class A:\n    def __init__(self):\n        self.pool = ThreadPool()\n    def go(self):\n        self.pool.imap(f, [1])",
        ),
        ("3:5", "def a(pool: ThreadPoolExecutor):\n    'Give it work.'\n    pool.map(f, [1])"),
        ("3:14", "def a():\n    pool = ThreadPoolExecutor()\n    unused = pool.map(f, [1])"),
        ("2:5", "if pool := ThreadPool():\n    pool.imap(f, [1])"),
        ("1:44", "with ThreadPool() as é, ThreadPool() as ü: ü.imap(f, [1])"),
    ],
    "R102": [
        ("1:1", "threading.Thread(target=f()).start()"),
        ("1:5", "t = threading.Thread(None, f(1))"),
        ("1:1", "threading.Timer(1, f()).start()"),
        (
            "4:9",
            "class A:\n    def work(self): print(1)\n    def go(self):\n        threading.Thread(target=self.work()).start()",
        ),
        ("2:1", "from threading import Thread as T\nT(target=f(), daemon=True).start()"),
        ("2:1", "from threading import *\nThread(target=f()).start()"),
    ],
    "R103": [
        ("1:1", "threading.Thread(f).start()"),
        ("1:1", "threading.Thread(f, args=(1,)).start()"),
        ("1:1", "threading.Thread(lambda: f(1)).start()"),
        ("2:5", "def go(function):\n    threading.Thread(function).start()"),
        ("3:1", "class A(threading.Thread):\n    pass\nA(f).start()"),
    ],
    "R104": [
        ("1:1", "threading.Thread(target=f, args=('abc')).start()"),
        ("2:5", "def go(url):\n    threading.Thread(target=f, args=(url)).start()"),
        ("1:1", "threading.Thread(\n    target=f,\n    args=(\n        'a'\n    ),\n).start()"),
        ("2:5", "def go(url):\n    ThreadPool().apply_async(f, (url)).get()"),
        (
            "4:5",
            "import socket\nwhile True:\n    client, _ = socket.socket().accept()\n    threading.Thread(target=f, args=(client)).start()",
        ),
    ],
    "R105": [
        ("2:1", "t = threading.Thread(target=f)\nt.run()"),
        ("1:1", "threading.Thread(target=f).run()"),
        ("4:1", "class A(threading.Thread):\n    def run(self): f()\na = A()\na.run()"),
    ],
    "R106": [
        ("2:5", "class A(threading.Thread):\n    def __init__(self): self.x = 1"),
        ("4:5", "class A(threading.Thread): pass\nclass B(A):\n    @f\n    def __init__(self): super()"),
    ],
    "R107": [
        (
            "4:9",
            "class A(threading.Thread):\n    def __init__(self):\n        super().__init__()\n        self._stop = threading.Event()",
        ),
        ("2:5", "class A(threading.Thread):\n    def _stop(self): pass"),
        ("2:5", "class A(threading.Thread):\n    _started = False"),
        ("3:9", "class A(threading.Timer):\n    def stop(self):\n        self._is_stopped = True"),
    ],
    "R108": [
        ("3:5", "for i in range(3):\n    t = threading.Thread(target=f, args=(i,))\n    t.start()\n    t.join()"),
        (
            "3:5",
            "ts = [threading.Thread(target=f) for _ in 'ab']\nfor t in ts:\n    t.start()\n    print(t)\n    t.join()",
        ),
        ("4:5", "ts = []\nts.append(threading.Thread(target=f))\nfor t in ts:\n    t.start()\n    t.join()"),
        ("2:14", "with ThreadPoolExecutor() as e:\n    found = [e.submit(g, i).result() for i in range(3)]"),
        ("3:11", "p = ThreadPool()\nfor i in range(3):\n    print(p.apply_async(g, (i,)).get())"),
        ("3:13", "p = ThreadPoolExecutor()\nfor i in range(3):\n    later = p.submit(g, i)\n    print(later.result())"),
    ],
    "R109": [
        ("2:5", "with ThreadPool() as p:\n    p.apply_async(f)"),
        ("2:10", "with ThreadPool() as p:\n    r = [p.apply_async(f) for _ in 'ab']\nfor one in r: one.get()"),
        (
            "3:9",
            "with ThreadPool() as p:\n    for i in range(3):\n        p.apply_async(f, (i,))\n    p.close()\n    print('done')",
        ),
        ("2:9", "with ThreadPool() as p:\n    r = p.map_async(f, [1])\nr.wait()"),
    ],
    "R110": [
        ("2:16", "with ThreadPool() as p:\n    for one in p.imap(g, itertools.count()): print(one)"),
        (
            "6:16",
            "def ever():\n    while True:\n        yield 1\nn = ever()\nwith ThreadPool() as p:\n    for one in p.imap_unordered(g, enumerate(n)): print(one)",
        ),
        (
            "2:16",
            "with ThreadPoolExecutor() as p:\n    for one in p.map(g, itertools.cycle('ab'), itertools.repeat(1)): print(one)",
        ),
    ],
    "R201": [
        ("2:10", "for i in range(3):\n    with ThreadPool() as p: print(p.map(g, [i]))"),
        ("2:10", "def go(i):\n    with ThreadPool() as p: print(p.map(g, [i]))\nfor i in range(3): go(i)"),
    ],
    "R202": [("2:9", "def go():\n    p = ThreadPool()\n    print(p.map(g, [1]))")],
    "R203": [("2:1", "p = ThreadPool()\np.apply_async(f)")],
    "R204": [("2:5", "with ThreadPoolExecutor() as e:\n    e.submit(f)")],
    "R205": [
        (
            "4:1",
            "def work():\n    try: f()\n    finally: print('end')\nthreading.Thread(target=work, daemon=True).start()",
        )
    ],
    "R206": [("3:1", "def poll():\n    while True: time.sleep(1)\nthreading.Thread(target=poll).start()")],
    "R207": [("2:21", "q = queue.Queue()\nif not q.empty(): f(q.get())")],
    "R208": [("2:21", "p = ThreadPool()\ndef outer(): return p.apply_async(f).get()\np.apply_async(outer).get()")],
    "R209": [
        (
            "5:9",
            "q = queue.Queue()\ndef work():\n    while True:\n        f(q.get())\n        q.task_done()\nthreading.Thread(target=work).start()\nq.join()",
        )
    ],
    "R210": [
        (
            "4:9",
            "class A(threading.Thread):\n    def __init__(self, target):\n        super().__init__()\n        self._target = target\n    def run(self): self._target()",
        )
    ],
}

GOOD: dict[str, list[str]] = {
    "R101": [
        "with ThreadPoolExecutor() as pool: print(list(pool.map(f, [1])))",
        "with ThreadPool() as pool: pool.map(f, [1])",
        "pool = make_pool()\npool.imap(f, [1])",
        "def ThreadPool(): return []\nThreadPool().imap(f, [1])",
        "def safe(x):\n    'Lets no error out.'\n    try: f(x)\n    except Exception: print('no')\nwith ThreadPoolExecutor() as pool: pool.map(safe, [1])",
        "def a():\n    with ThreadPoolExecutor() as pool: results = pool.map(f, [1])\n    return list(results)",
        "pool = ThreadPoolExecutor() if f() else None\npool.map(f, [1])",
    ],
    "R102": [
        "threading.Thread(target=f).start()",
        "threading.Thread(target=g()).start()",
        "threading.Thread(target=unknown()).start()",
        "def make():\n    def inner(): return 1\n    return inner\nthreading.Thread(target=make()).start()",
        "class A:\n    def work(self): raise NotImplementedError\n    def go(self): threading.Thread(target=self.work()).start()",
        "@g\ndef work(): print(1)\nthreading.Thread(target=work()).start()",
        "async def work(): print(1)\nthreading.Thread(target=work()).start()",
    ],
    "R103": [
        "threading.Thread(None, f).start()",
        "threading.Thread(target=f).start()",
        "group = None\nthreading.Thread(group, f).start()",
        "none = None\nthreading.Thread(none).start()",
        "class A(threading.Thread):\n    def __init__(self, x): super().__init__()\nA(f).start()",
        "class A(threading.Thread):\n    def __init__(self, x): super().__init__()\nclass B(A): pass\nB(f).start()",
        "threading.Thread(*g()).start()",
    ],
    "R104": [
        "threading.Thread(target=f, args=(1,)).start()",
        "threading.Thread(target=f, args=[1]).start()",
        "def go(*args): threading.Thread(target=f, args=(args)).start()",
        "def go(url): threading.Thread(target=f, args=url).start()",
        "x = (1, 2)\nthreading.Thread(target=f, args=(x)).start()",
        "x = [1]\nthreading.Thread(target=f, args=(x + [2])).start()",
        "threading.Thread(target=f, args=(g(1))).start()",
        "threading.Thread(target=f, args=(x for x in 'ab')).start()",
        "threading.Thread(target=f, args=()).start()",
        "threading.Thread(target=f, args=(\n    1,\n    2,\n)).start()",
    ],
    "R105": [
        "t = threading.Thread(target=f)\nt.start()",
        "t = threading.Thread(target=f)\nt.run()\nt.start()",
        "t = threading.Thread(target=f)\nstart(t)\nt.run()",
        "class A(threading.Thread):\n    def run(self): super().run()",
        "t = unknown()\nt.run()",
    ],
    "R106": [
        "class A(threading.Thread):\n    def __init__(self): super().__init__()",
        "class A(threading.Thread):\n    def __init__(self): threading.Thread.__init__(self)",
        "class A(threading.Thread):\n    def __init__(self): self.setup()\n    def setup(self): super().__init__()",
        "class A(threading.Thread):\n    def run(self): f()",
        "class A:\n    def __init__(self): self.x = 1",
        "class Fake(threading.Thread):\n    def __init__(self): self.x = 1\n    def start(self): f()",
        "class A(threading.Thread):\n    def __init__(self): raise NotImplementedError",
    ],
    "R107": [
        "class A(threading.Thread):\n    def __init__(self):\n        super().__init__()\n        self._stopped = threading.Event()",
        "class A(threading.Thread):\n    def __init__(self):\n        super().__init__()\n        self._is_stopped = False",
        "class A:\n    _stop = None",
        "class A(threading.Thread):\n    def run(self): self._context = f()",
        "class A(threading.Thread):\n    def _bootstrap(self): return super()._bootstrap()",
        "class A(threading.Thread):\n    def f(self, other): other._stop = 1",
    ],
    "R108": [
        "ts = [threading.Thread(target=f) for _ in 'ab']\nfor t in ts: t.start()\nfor t in ts: t.join()",
        "for i in range(3):\n    t = threading.Thread(target=f)\n    t.start()\n    t.join()",
        "for i in range(3):\n    t = threading.Thread(target=f, args=(i,))\n    t.start()\n    f()\n    t.join()",
        "for i in range(3):\n    t = threading.Thread(target=f, args=(i,))\n    t.start()\n    t.join(5)",
        "t = threading.Thread(target=f)\nt.start()\nt.join()",
        "with ThreadPoolExecutor(1) as e:\n    for i in range(3): print(e.submit(g, i).result())",
        "with ThreadPoolExecutor() as e:\n    for i in range(3): print(e.submit(g, i).result(timeout=5))",
        "with ThreadPoolExecutor() as e:\n    for r in [e.submit(g, i) for i in range(3)]: print(r.result())",
    ],
    "R109": [
        "with ThreadPool() as p: p.apply_async(f).get()",
        "with ThreadPool() as p:\n    p.apply_async(f)\n    p.close()\n    p.join()",
        "with ThreadPool() as p:\n    r = [p.apply_async(f) for _ in 'ab']\n    for one in r: one.get()",
        "with ThreadPool() as p:\n    p.apply_async(f)\n    time.sleep(1)",
        "with ThreadPool() as p:\n    while True: p.apply_async(f)",
        "with ThreadPoolExecutor() as p: p.submit(f)",
        "def go():\n    with ThreadPool() as p: return p.apply_async(f)",
    ],
    "R110": [
        "with ThreadPool() as p:\n    for one in p.imap(g, itertools.islice(itertools.count(), 9)): print(one)",
        "with ThreadPoolExecutor() as p:\n    for one in p.map(g, 'ab', itertools.repeat(1)): print(one)",
        "with ThreadPoolExecutor() as p:\n    for one in p.map(g, itertools.count(), buffersize=9): print(one)",
        "def some():\n    while True:\n        yield 1\n        if f(): return\nwith ThreadPool() as p:\n    for one in p.imap(g, some()): print(one)",
        "with ThreadPool() as p:\n    for one in p.imap(g, itertools.repeat(1, 9)): print(one)",
    ],
    "R201": ["with ThreadPool() as p:\n    for i in range(3): print(p.map(g, [i]))"],
    "R202": ["def go():\n    p = ThreadPool()\n    p.close()", "def go():\n    p = ThreadPool()\n    return p"],
    "R203": ["p = ThreadPool()\np.apply_async(f, error_callback=print)", "p = ThreadPool()\nr = p.apply_async(f)"],
    "R204": ["with ThreadPoolExecutor() as e:\n    later = e.submit(f)"],
    "R205": ["def work():\n    try: f()\n    finally: print('end')\nthreading.Thread(target=work).start()"],
    "R206": ["def poll():\n    while True:\n        if f(): return\nthreading.Thread(target=poll).start()"],
    "R207": ["q, r = queue.Queue(), queue.Queue()\nif not q.empty(): f(r.get())"],
    "R208": ["p, o = ThreadPool(), ThreadPool()\ndef outer(): return o.map(f, [1])\np.apply_async(outer).get()"],
    "R209": [
        "q = queue.Queue()\ndef work():\n    while True:\n        try: f(q.get())\n        finally: q.task_done()\nthreading.Thread(target=work).start()\nq.join()"
    ],
    "R210": [
        "class A(threading.Thread):\n    def __init__(self):\n        super().__init__()\n        self._target = f"
    ],
}
