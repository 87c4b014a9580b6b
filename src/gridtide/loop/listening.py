"""What one device says, asked again and again by a thread of its own; the newest can be had at once."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gridtide.fleet.device import UnreachableError


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Something a device can be asked. every_s: how often; oldest_s: how old an answer may be that still counts."""

    read: Callable[[], object]
    every_s: float
    oldest_s: float


@dataclass(kw_only=True)
class Heard:
    """The newest answer to one question, when it came, by the wall and in seconds that only rise, and why the newest
    try came to nothing, empty where it did not."""

    answer: object = None
    at: datetime | None = None
    at_s: float = 0.0
    fault: str = ""


class Listening:
    """Asks one device by a thread of its own.

    name: of the device, as people know it. now, steady_s: the wall clock, and seconds that only rise: ages are counted
    in these. took: told every answer, by what was asked, in the thread that asked.
    """

    def __init__(
        self,
        name: str,
        asks: Mapping[str, Ask],
        now: Callable[[], datetime],
        steady_s: Callable[[], float],
        took: Callable[[str, object], None],
    ) -> None:
        self._name, self._asks, self._took = name, dict(asks), took
        self._now, self._steady_s = now, steady_s
        self._heard = {what: Heard() for what in asks}
        self._due_s = dict.fromkeys(asks, 0.0)
        self._woken = threading.Event()
        self._first = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, name=f"{name} is read", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def heard_first(self, within_s: float) -> bool:
        """Whether everything was asked once; waits for it so long at most."""
        return self._first.wait(within_s)

    def newest(self, what: str) -> object:
        """The newest answer. Raises UnreachableError where it is older than it may be, or none came yet."""
        heard, oldest_s = self._heard[what], self._asks[what].oldest_s
        if heard.at is not None and self._steady_s() - heard.at_s <= oldest_s:
            return heard.answer
        since = "not heard yet" if heard.at is None else f"silent since {heard.at}"
        why = heard.fault or "no answer"
        raise UnreachableError(f"{self._name}: {since}: {why}")

    def hurry(self) -> None:
        """Ask everything at once again: something was told."""
        self._due_s = dict.fromkeys(self._asks, 0.0)
        self._woken.set()

    def close(self) -> None:
        """Ask nothing more; who does not answer is not waited for."""
        self._over = True
        self._woken.set()

    def _run(self) -> None:
        while not self._over:
            self._woken.clear()
            for what, ask in self._asks.items():
                begun_s = self._steady_s()
                if not self._over and begun_s >= self._due_s[what]:
                    self._due_s[what] = begun_s + ask.every_s
                    self._asked(what, ask)
            self._first.set()
            left_s = min(self._due_s.values()) - self._steady_s()
            if left_s > 0.0:
                self._woken.wait(left_s)

    def _asked(self, what: str, ask: Ask) -> None:
        """One answer; a device that breaks has not answered, and is asked again."""
        try:
            answer = ask.read()
        except UnreachableError as fault:
            self._failed(what, str(fault))
            return
        except Exception as fault:
            self._failed(what, f"broke: {type(fault).__name__}: {fault}")
            return
        self._heard[what] = Heard(answer=answer, at=self._now(), at_s=self._steady_s())
        self._took(what, answer)

    def _failed(self, what: str, fault: str) -> None:
        before = self._heard[what]
        self._heard[what] = Heard(answer=before.answer, at=before.at, at_s=before.at_s, fault=fault)
