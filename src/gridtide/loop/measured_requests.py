"""Requests as they were measured, in place of what a case states of the same times: plans expect what came.

What was measured of a step is known from its end on, as what a case states is. Forecasters learn from both: from what
was measured where it was, from what the case states of times before anybody measured. Situations hold what was expected
with its source, so that a decision is taken again from its record as it was taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import grid_step_s
from gridtide.fleet.service import demand_zone
from gridtide.loop.live_world import LiveWorld
from gridtide.loop.mandate import Mandate
from gridtide.signals.history import History, Series, add
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import Timeline
from gridtide.trust.documents import KeepsDocuments

ROW_S = 900
"""What was measured is kept by quarters of an hour, or by steps where these are longer."""
KEPT_S = 60 * 86_400
"""No forecaster looks back further."""
HOUR_S = 3_600
SOURCE = "measured by its devices"
DOCUMENT = "requests"


@dataclass(kw_only=True, eq=False)
class MeasuredRequests:
    """rows: by zone of requests and by start of a row, requests per second that came in it. parts: of rows that are not
    whole yet, seconds measured and requests that came. taken: the step that was taken up last; kept_s: when rows were
    kept last, of which those before known_s are; applied: the history that all are in already."""

    rows: dict[str, dict[int, float]] = field(default_factory=dict)
    parts: dict[tuple[str, int], tuple[int, float]] = field(default_factory=dict)
    length_s: int = ROW_S
    taken: int = -1
    kept_s: int = 0
    known_s: int = 0
    applied: History | None = None

    def in_place(self, mandate: Mandate, world: LiveWorld) -> Mandate:
        """The mandate whose history has what was measured up to the step that begins next."""
        if self._take(mandate, world) or mandate.history is not self.applied:
            history = mandate.history
            for zone, rows in sorted(self.rows.items()):
                history = _with_rows(history, zone, rows, self.length_s)
            self.applied, mandate = history, replace(mandate, history=history)
        return mandate

    def keep(self, documents: KeepsDocuments | None, owner: str, now: datetime) -> None:
        """Have the next room know what became whole since this was kept last, once an hour. Raises as documents do."""
        now_s = int(now.timestamp())
        if documents is None or now_s < self.kept_s + HOUR_S:
            return
        newer = {
            zone: [[at, value] for at, value in sorted(rows.items()) if at >= self.known_s]
            for zone, rows in sorted(self.rows.items())
        }
        if any(newer.values()):
            documents.keep(DOCUMENT, owner, now, {"length_s": self.length_s, "rows": newer})
            self.known_s = max(int(rows[-1][0]) for rows in newer.values() if rows) + 1
        self.kept_s = now_s

    def take_up(self, documents: KeepsDocuments | None, owner: str, now: datetime) -> None:
        """What rooms before this one kept of the last days."""
        oldest_s = int(now.timestamp()) - KEPT_S
        for before in () if documents is None else documents.versions(DOCUMENT, owner):
            said: Mapping[str, Any] = before.value
            self._by(int(said["length_s"]))
            for zone, some in _rows_of(said).items():
                kept = {at: per_s for at, per_s in some.items() if at >= oldest_s}
                self.rows.setdefault(zone, {}).update(kept)
                self.known_s = max([self.known_s, *(at + 1 for at in kept)])

    def _take(self, mandate: Mandate, world: LiveWorld) -> bool:
        """Take up the step that is over; whether some row is whole by it."""
        seen, present = world.seen, world.present
        if seen is None or present == self.taken or not mandate.services:
            return False
        self.taken = present
        begin_s, end_s = world.steps.edges_s[present - 1 : present + 1].tolist()
        self._by(max(ROW_S, grid_step_s(world.steps)))
        asked = np.nansum(seen.answered, axis=2) + seen.refused
        found = False
        for v, service in enumerate(mandate.services):
            for o, origin in enumerate(mandate.fleet.network.origins):
                if np.isfinite(asked[v, o]) and not np.isnan(seen.answered[v, o]).all():
                    zone = demand_zone(service.name, origin)
                    found |= self._came(zone, (begin_s, end_s), float(asked[v, o]))
        return found

    def _by(self, length_s: int) -> None:
        """Keep rows of a length; those of another, of a case that had other steps, are forgotten."""
        if length_s != self.length_s:
            self.rows, self.parts, self.length_s = {}, {}, length_s

    def _came(self, zone: str, step_s: tuple[int, int], per_s: float) -> bool:
        """Requests that came in a step, which may lie in several rows; whether some row is whole by it."""
        begin_s, end_s = step_s
        first_s = begin_s - begin_s % self.length_s
        self.parts = {key: one for key, one in self.parts.items() if key[1] >= first_s}
        rows, found = self.rows.setdefault(zone, {}), False
        for start_s in range(first_s, end_s, self.length_s):
            within_s = min(end_s, start_s + self.length_s) - max(begin_s, start_s)
            seconds, requests = self.parts.pop((zone, start_s), (0, 0.0))
            seconds, requests = seconds + within_s, requests + per_s * within_s
            if seconds < self.length_s:
                self.parts[zone, start_s] = (seconds, requests)
            else:
                rows[start_s], found = requests / seconds, True
        for old_s in [at for at in rows if at < begin_s - KEPT_S]:
            del rows[old_s]
        return found


def _with_rows(history: History, zone: str, rows: Mapping[int, float], length_s: int) -> History:
    """The history with rows that were measured in place of what it says of the same times."""
    starts_s = np.asarray(sorted(rows), dtype=np.int64)
    stated = history.of(Kind.REQUESTS, zone)
    if stated is not None:
        stands = stated.expected | ~_whole_within(stated, starts_s, length_s)
        others = tuple(one for one in history.series if one is not stated)
        history = replace(history, series=(*others, _only(stated, stands)))
    return add(history, _signals(zone, rows, starts_s, length_s))


def _whole_within(stated: Series, starts_s: NDArray[np.int64], length_s: int) -> NDArray[np.bool_]:
    """Which rows of a series lie whole in times that were measured."""
    first = stated.start_s - stated.start_s % length_s
    last = (stated.end_s - 1) - (stated.end_s - 1) % length_s
    counts = np.searchsorted(starts_s, last, side="right") - np.searchsorted(starts_s, first)
    return np.asarray(counts == (last - first) // length_s + 1)


def _only(rows: Series, chosen: NDArray[np.bool_]) -> Series:
    columns = ("start_s", "end_s", "issued_s", "values", "expected", "source")
    return replace(rows, **{name: getattr(rows, name)[chosen] for name in columns})


def _signals(
    zone: str, rows: Mapping[int, float], starts_s: NDArray[np.int64], length_s: int
) -> list[Signal]:
    """Rows as signals, one a run of rows without a hole."""
    runs = np.split(starts_s, np.flatnonzero(np.diff(starts_s) != length_s) + 1)
    return [
        Signal(
            kind=Kind.REQUESTS,
            zone=zone,
            timeline=Timeline(edges_s=np.append(run, run[-1] + length_s)),
            values=np.asarray([rows[int(at)] for at in run]),
            source=SOURCE,
        )
        for run in runs
        if len(run)
    ]


def _rows_of(value: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    return {
        str(zone): {int(at): float(per_s) for at, per_s in some}
        for zone, some in value["rows"].items()
    }
