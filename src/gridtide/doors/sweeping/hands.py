"""Who does the tasks of a sweep: processes of this machine, or a Dask cluster."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any

from gridtide.finding import BadInput, Finding
from gridtide.simulate.sweep import Hands

AHEAD = 2
"""Tasks handed out for each that is done at a time: none waits for this process."""
REACHED_WITHIN_S = 20.0
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def workers(count: int) -> Hands:
    """So many processes of this machine, one thread of linear algebra each. Raises BadInput for fewer than one."""
    if count < 1:
        raise BadInput([_fault("--workers", str(count), "at least 1", "Take the number of cores.")])
    return Hands(opened=partial(_processes, count), ahead=AHEAD * count)


def dask(address: str) -> Hands:
    """The workers of a Dask scheduler. Raises BadInput where it cannot be reached, or has no worker."""
    try:
        client_of = _client()
    except ImportError:
        raise BadInput(
            [_fault("--dask", "needs Dask", "the extra `dask`", "pip install 'gridtide[dask]'.")]
        ) from None
    try:
        client = client_of(address, timeout=REACHED_WITHIN_S, set_as_default=False)
    except (OSError, ValueError) as fault:
        said = f"{address}: {fault or 'does not answer'}"
        raise BadInput(
            [
                _fault(
                    "--dask",
                    said,
                    "the address of a Dask scheduler, such as tcp://127.0.0.1:8786",
                    "Start one.",
                )
            ]
        ) from None
    try:
        count = sum(client.nthreads().values())
    finally:
        client.close()
    if not count:
        raise BadInput(
            [_fault("--dask", f"{address} has no worker", "at least one", "Start `dask worker`.")]
        )
    return Hands(opened=partial(_cluster, address), ahead=AHEAD * count)


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    """Processes that end with this block, whatever they still do where it is left by a fault."""
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_one_thread)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    pool.shutdown()


def _one_thread() -> None:
    """Threads of linear algebra on small matrices wait for each other, and could change last digits."""
    os.environ.update(dict.fromkeys(THREADS, "1"))


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    with _client()(address, timeout=REACHED_WITHIN_S, set_as_default=False) as client:
        yield client.get_executor(pure=False)


def _client() -> Any:
    """What speaks to a scheduler; its library has no types. Raises ImportError where it is not there."""
    from distributed import Client

    return Client


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
