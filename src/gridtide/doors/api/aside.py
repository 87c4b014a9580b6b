"""Where are long questions answered? In one thread beside the loop and the requests, one after the other, each once."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

from gridtide.doors.api.problems import refused

WAIT_MOST = 4
KEEP_MOST = 64
Answer = dict[str, Any]


class Aside:
    """Answers are kept by what was asked; who asks the same meanwhile waits for the same answer. Its threads hold up no
    end of the service."""

    def __init__(self) -> None:
        self._one, self._lock = threading.Lock(), threading.Lock()
        self._kept: OrderedDict[Hashable, Future[Answer]] = OrderedDict()

    async def of(self, asked: Hashable, solve: Callable[[], Answer]) -> Answer:
        """The answer. Raises what `solve` raises, and 429 where too many others wait."""
        return await asyncio.wrap_future(self._future(asked, solve))

    def _future(self, asked: Hashable, solve: Callable[[], Answer]) -> "Future[Answer]":
        with self._lock:
            known = self._kept.get(asked)
            if known is not None and not (known.done() and known.exception()):
                self._kept.move_to_end(asked)
                return known
            if sum(not one.done() for one in self._kept.values()) > WAIT_MOST:
                raise refused(
                    429,
                    "questions that are solved",
                    f"{WAIT_MOST} wait already",
                    "one after the other",
                    "Ask again in some seconds.",
                    Retry_After="5",
                )
            future = self._kept[asked] = Future[Answer]()
            while len(self._kept) > KEEP_MOST:
                self._kept.popitem(last=False)
        threading.Thread(
            target=self._solve, args=(future, solve), name="aside", daemon=True
        ).start()
        return future

    def _solve(self, future: "Future[Answer]", solve: Callable[[], Answer]) -> None:
        with self._one:
            try:
                future.set_result(solve())
            except BaseException as fault:
                future.set_exception(fault)
