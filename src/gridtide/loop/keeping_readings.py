"""Everything that devices say is kept: gathered as it is read, written once a round, older days moved once a day."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import isfinite, nan

import numpy as np

from gridtide.finding import BadInput
from gridtide.fleet.device import PowerReading, RouteReading, Shares, StoreReading
from gridtide.fleet.site_plants import ColdReading, HallReading, MadeReading
from gridtide.loop.measured import KeepsReadings, Readings
from gridtide.trust.record import NotLeadingError, StoreFullError, StoreLostError

MOST_WAITING = 200_000
"""Readings that wait for a store that does not take them; of more the oldest are left out, and that is said."""
ROUND_S = 2.0
NEWEST_DAYS = timedelta(days=7)
"""How long readings stay where they are quick to ask for, before they are moved."""
Row = tuple[datetime, str, str, str, float]
"""Instant, site, subject, quantity, value."""


class Said:
    """What was read and is not kept yet; any thread may bring something. sites: names that a reading begins with."""

    def __init__(self, sites: Iterable[str]) -> None:
        self._sites = sorted(sites, key=len, reverse=True)
        self._rows: list[Row] = []
        self._lock = threading.Lock()
        self.left_out = 0

    def took(self, device: str, what: str, answer: object) -> None:
        """Take what a device said, where it is a reading: power, a store, routes."""
        if not isinstance(answer, tuple):
            answer = (answer,)
        rows = [row for one in answer for row in self._of(device, one)]
        with self._lock:
            self._rows += rows
            self._bound()

    def drained(self) -> list[Row]:
        """Everything that waits, no more held here."""
        with self._lock:
            rows, self._rows = self._rows, []
        return rows

    def put_back(self, rows: list[Row]) -> None:
        """What nobody took waits on, before all that came since."""
        with self._lock:
            self._rows = rows + self._rows
            self._bound()

    def _bound(self) -> None:
        beyond = max(0, len(self._rows) - MOST_WAITING)
        del self._rows[:beyond]
        self.left_out += beyond

    def _of(self, device: str, one: object) -> Iterator[Row]:
        match one:
            case PowerReading():
                yield one.measured_at, self._site(one.of, device), one.of, "power_kw", one.kw
            case StoreReading():
                where = (one.measured_at, self._site(one.of, device), one.of)
                yield *where, "soc_kwh", one.soc_kwh
                yield *where, "charge_kw", one.charge_kw
                yield *where, "discharge_kw", one.discharge_kw
            case HallReading():
                where = (one.measured_at, self._site(one.of, device), one.of)
                yield *where, "heat_kw", one.heat_kw
                yield *where, "air_c", one.air_c
            case ColdReading():
                where = (one.measured_at, self._site(one.of, device), one.of)
                yield *where, "heat_kw", one.heat_kw
                yield *where, "cold_kwh", one.cold_kwh
            case MadeReading():
                where = (one.measured_at, self._site(one.of, device), one.of)
                yield *where, "made_kw", one.made_kw
                yield *where, "led_past_kw", one.led_past_kw
            case RouteReading():
                yield one.measured_at, one.origin, one.service, "asked_per_s", one.asked_per_s
                yield from _by_place(one, "answered_per_s", one.answered_per_s)
                yield from _by_place(one, "p50_s", one.p50_s)
                yield from _by_place(one, "p95_s", one.p95_s)

    def _site(self, of: str, device: str) -> str:
        """The site of a reading; the device where none is named."""
        return next((site for site in self._sites if f"{of} ".startswith(f"{site} ")), device)


class KeepingReadings:
    """A thread that has readings kept. keep: where. move: moves the days that ended by an instant out of it. say: told
    what goes wrong, once, and when it is over."""

    def __init__(
        self,
        gathered: Said,
        keep: KeepsReadings,
        move: Callable[[datetime], object],
        now: Callable[[], datetime],
        say: Callable[[str], None],
        round_s: float = ROUND_S,
    ) -> None:
        self._gathered, self._keep, self._move = gathered, keep, move
        self._now, self._say, self._round_s = now, say, round_s
        self._moved: datetime | None = None
        self._wrong = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="readings are kept", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self, within_s: float = 2.0) -> None:
        """Keep what was read until now, and end; a store that does not answer is not waited for longer."""
        self._over.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        over = False
        while not over:
            over = self._over.wait(self._round_s)
            self._round(moving=not over)

    def _round(self, moving: bool) -> None:
        try:
            self._written()
            if moving and self._moved != _midnight(self._now()):
                self._moved_today()
        except (StoreLostError, StoreFullError, NotLeadingError, BadInput) as fault:
            said = f"readings are not kept: {fault}"
        else:
            said = ""
        if said != self._wrong:
            self._say(said or f"readings are kept again; {self._gathered.left_out} were left out")
        self._wrong = said

    def _written(self) -> None:
        rows = self._gathered.drained()
        try:
            self._keep.write(readings_of(rows))
        except (StoreLostError, StoreFullError):
            self._gathered.put_back(rows)
            raise

    def _moved_today(self) -> None:
        today = _midnight(self._now())
        self._moved = today
        self._move(today - NEWEST_DAYS)


def readings_of(rows: Iterable[Row]) -> Readings:
    """Rows as columns; what has no bound is unknown."""
    every = list(rows)
    values = [row[4] if isfinite(row[4]) else nan for row in every]
    instants = [row[0].astimezone(UTC).replace(tzinfo=None) for row in every]
    return Readings(
        at=np.asarray(instants, dtype="datetime64[us]"),
        site=tuple(row[1] for row in every),
        subject=tuple(row[2] for row in every),
        quantity=tuple(row[3] for row in every),
        value=np.asarray(values, dtype=np.float64),
    )


def _by_place(one: RouteReading, quantity: str, shares: Shares) -> Iterator[Row]:
    for place, value in shares:
        site, subject = place.partition("/")[0], f"{one.service} from {one.origin} at {place}"
        yield one.measured_at, site, subject, quantity, value


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
