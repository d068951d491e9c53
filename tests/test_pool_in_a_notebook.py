"""What plain multiprocessing.Pool gets wrong in a notebook (it hangs, or silently uses old code), in a real kernel."""

from __future__ import annotations

import multiprocessing

import pytest

from tests.notebook import Notebook, gone


@pytest.fixture(scope="module", params=multiprocessing.get_all_start_methods())
def notebook(request):
    book = Notebook()
    try:
        book.run(f"import os, signal, time; import numpy as np; from sgdkit import Pool; METHOD = {request.param!r}")
        yield book
    finally:
        book.close()


def value(output):
    """The cell's last value; a cell that fails or writes to stderr fails the test."""
    assert output.error is None and output.stderr == "", output
    return output.value


def test_a_function_from_a_cell_before_the_pool(notebook):
    notebook.run("def f(x): return x * x")
    assert value(notebook.run("with Pool(2, start_method=METHOD) as p: r = p.map(f, range(4))\nr")) == "[0, 1, 4, 9]"


def test_a_function_from_a_cell_after_the_pool(notebook):
    notebook.run("pool = Pool(2, start_method=METHOD)")
    notebook.run("def late(x): return -x")
    assert value(notebook.run("pool.map(late, [1, 2])")) == "[-1, -2]"
    notebook.run("pool.terminate()")


def test_a_function_that_was_redefined(notebook):
    notebook.run("pool = Pool(2, start_method=METHOD)\ndef g(x): return 'old'")
    notebook.run("pool.map(g, [1])")
    notebook.run("def g(x): return 'new'")
    assert value(notebook.run("pool.map(g, [1])")) == "['new']"
    notebook.run("pool.terminate()")


def test_a_global_that_was_changed_also_one_of_a_helper(notebook):
    notebook.run("pool = Pool(2, start_method=METHOD)\nscale = 1\ndef helper(x): return x * scale")
    notebook.run("def h(x): return helper(x)\npool.map(h, [1])")
    notebook.run("scale = 100")
    assert value(notebook.run("pool.map(h, [1, 2])")) == "[100, 200]"
    notebook.run("pool.terminate()")


def test_a_memoised_function_also_one_that_calls_itself_and_is_redefined(notebook):
    notebook.run("import functools\npool = Pool(2, start_method=METHOD)")
    cell = "@functools.cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\npool.map(fib, [80, 7])"
    assert value(notebook.run(cell)) == "[23416728348467685, 13]"
    cell = "@functools.lru_cache(maxsize=5)\ndef fib(n): return (-n, fib.cache_parameters()['maxsize'])"
    assert value(notebook.run(cell + "\npool.map(fib, [3])")) == "[(-3, 5)]"
    assert value(notebook.run("pool.map(lambda f: f(4)[0], [fib]) + pool.map(lambda n: fib(n)[0], [6])")) == "[-4, -6]"
    notebook.run("pool.terminate()")


def test_a_worker_that_is_killed(notebook):
    notebook.run("pool = Pool(2, start_method=METHOD)")
    notebook.run("for pid in pool.pids: os.kill(pid, signal.SIGKILL)")
    assert value(notebook.run("pool.map(abs, [-1, -2, -3])")) == "[1, 2, 3]"
    cell = """
        def dies_in(folder):
            mark = os.path.join(folder, "mark")
            if not os.path.exists(mark):
                open(mark, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
            return "run again"
        import tempfile
        with tempfile.TemporaryDirectory() as folder:
            r = pool.map(dies_in, [folder])
        r
    """
    assert value(notebook.run(cell)) == "['run again']"
    notebook.run("pool.terminate()")


def test_a_function_of_a_module(notebook):
    notebook.run("from statistics import fmean")
    cell = "with Pool(2, start_method=METHOD) as p: r = p.map(fmean, [[1, 2], [5]])\nr"
    assert value(notebook.run(cell)) == "[1.5, 5.0]"


def test_a_lambda(notebook):
    assert value(notebook.run("with Pool(2, start_method=METHOD) as p: r = p.map(lambda x: x + 1, [1])\nr")) == "[2]"


def test_random_numbers_differ_between_workers(notebook):
    cell = "with Pool(2, start_method=METHOD) as p: r = p.map(lambda _: np.random.rand(), range(8), chunksize=1)"
    notebook.run(cell)
    assert value(notebook.run("len(set(r))")) == "8"


def test_an_object_of_a_class_from_a_cell_goes_and_comes_back(notebook):
    notebook.run("class Point:\n    def __init__(self, x): self.x = x\n    def twice(self): return Point(2 * self.x)")
    cell = "with Pool(2, start_method=METHOD) as p: r = p.map(Point.twice, [Point(1)])\nr[0].x, isinstance(r[0], Point)"
    assert value(notebook.run(cell)) == "(2, True)"


@pytest.mark.parametrize("keep", ["global kept; kept = {'X': X}", "kept['X'] = X", "kept.update(X=X)"])
def test_what_an_initializer_puts_into_a_global_is_there_for_the_tasks(notebook, keep):
    notebook.run(f"kept = {{}}\ndef remember(X):\n    {keep}\ndef use(i): return int(kept['X'][i])")
    cell = "with Pool(2, remember, (np.arange(5),), start_method=METHOD) as p: r = p.map(use, range(5))\nr, kept"
    assert value(notebook.run(cell)) == "([0, 1, 2, 3, 4], {})"


def test_what_only_an_initializer_can_hand_over_may_keep_its_name(notebook):
    cell = """
        import multiprocessing
        context = multiprocessing.get_context(METHOD)
        lock, count, numbers, queue = context.Lock(), context.Value("i", 0), context.RawArray("i", 4), context.Queue()
        def init(*given):
            global lock, count, numbers, queue
            lock, count, numbers, queue = given
        def helper(i):
            with lock:
                count.value += 1
                numbers[i] = i
            queue.put(i)
        def f(i): return helper(i)
        given = lock, count, numbers, queue
        with Pool(2, init, given, start_method=METHOD) as p:
            p.map(f, range(4), chunksize=1)
            r = count.value, numbers[:], sorted(queue.get() for _ in range(4))
        r
    """
    assert value(notebook.run(cell)) == "(4, [0, 1, 2, 3], [0, 1, 2, 3])"


def test_what_only_an_initializer_can_hand_over_says_so_where_there_is_none(notebook):
    notebook.run("import multiprocessing\nlock = multiprocessing.get_context(METHOD).Lock()\ndef f(i): return lock")
    error = str(notebook.run("with Pool(1, start_method=METHOD) as p: p.map(f, [1])").error)
    assert error.startswith("TypeError: f cannot be sent") and "hand it to the pool's initializer" in error


def test_a_workers_exception_shows_where_it_happened(notebook):
    notebook.run("def divides(x):\n    return 1 / x")
    cell = """
        with Pool(2, start_method=METHOD) as p:
            try:
                p.map(divides, [0])
            except ZeroDivisionError as error:
                trace = str(error.__cause__)
        "line 2, in divides" in trace
    """
    assert value(notebook.run(cell)) == "True"


def test_the_stop_button_ends_the_call_and_the_pool_goes_on(notebook):
    notebook.run("pool = Pool(2, start_method=METHOD)\npool.map(abs, [1])\nbefore = pool.pids")
    stopped = notebook.run("pool.map(time.sleep, [600, 600], chunksize=1)", stop_after=1.0)
    assert stopped.error is not None and stopped.error.startswith("KeyboardInterrupt")
    assert value(notebook.run("pool.map(abs, [-5])")) == "[5]"
    assert gone(eval(value(notebook.run("before"))))  # the ones that slept were ended, not left sleeping
    notebook.run("pool.terminate()")


def test_the_stop_button_ends_an_imap_and_the_pool_goes_on(notebook):
    notebook.run("pool = Pool(2, start_method=METHOD)\npool.map(abs, [1])\nbefore = pool.pids")
    stopped = notebook.run("for r in pool.imap(time.sleep, (s for s in [600, 600, 600])): pass", stop_after=1.0)
    assert stopped.error is not None and stopped.error.startswith("KeyboardInterrupt")
    assert value(notebook.run("list(pool.imap_unordered(abs, iter([-5]), chunksize=2))")) == "[5]"
    assert gone(eval(value(notebook.run("before"))))
    notebook.run("pool.terminate()")


@pytest.mark.parametrize("wait", ["get()", "wait(500)"])
def test_the_stop_button_while_one_waits_for_an_async_result_ends_its_call(notebook, wait):
    notebook.run("pool = Pool(1, start_method=METHOD)\npool.map(abs, [1])\nbefore = pool.pids")
    notebook.run("result = pool.starmap_async(time.sleep, [(600,)])")
    stopped = notebook.run(f"result.{wait}", stop_after=1.0)
    assert stopped.error is not None and stopped.error.startswith("KeyboardInterrupt")
    assert value(notebook.run("pool.map(abs, [-5])")) == "[5]"
    assert gone(eval(value(notebook.run("before"))))
    assert "WorkerDied: the call was interrupted" in str(notebook.run("result.get()").error)
    notebook.run("pool.terminate()")


def test_nothing_is_left_when_the_kernel_is_killed(notebook):
    """Comes last: it needs a kernel of its own."""
    method = value(notebook.run("METHOD"))
    other = Notebook()
    try:
        other.run(f"from sgdkit import Pool\npool = Pool(2, start_method={method})\npool.map(abs, [1])")
        pids = eval(value(other.run("pool.pids")))
    finally:
        other.close()
    assert gone(pids)
