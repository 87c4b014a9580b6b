"""Nodes that rest, over devices: what places are told that a plan uses, and what their nodes were seen to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.reservations import grid_step_s
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.rest_act import KeepAwake, RestReading, RestsNodes, nodes_of
from gridtide.fleet.site_act import AnyAct
from gridtide.loop.names import place_names
from gridtide.timeline import Timeline, epoch_s, instant

Real = NDArray[np.float64]
DAY_S = 86_400


def kept_awake(dispatch: Dispatch, fleet: Fleet, now: datetime) -> Iterator[KeepAwake]:
    """What each place whose nodes rest is told from a step edge on; nothing where no plan says what it uses."""
    horizon = dispatch.placement.horizon
    if not dispatch.nodes_used.size:
        return
    step = int(np.searchsorted(horizon.edges_s, epoch_s(now), side="right")) - 1
    for number, (name, pool) in enumerate(zip(place_names(fleet), fleet.pools, strict=True)):
        if pool.parking is not None:
            yield KeepAwake(
                place=name,
                at=instant(horizon.edges_s[step]),
                step_s=grid_step_s(horizon),
                accelerators=tuple(dispatch.nodes_used[number, step:].tolist()),
                until=horizon.end,
            )


def is_told(act: KeepAwake, told: AnyAct | None) -> bool:
    """Whether what a place was told before says the same of every step that an act speaks of."""
    if not isinstance(told, KeepAwake) or (told.until, told.step_s) != (act.until, act.step_s):
        return False
    passed = int((act.at - told.at).total_seconds()) // told.step_s
    return told.accelerators[passed:] == act.accelerators


def owners_of_nodes(devices: Mapping[str, object], fleet: Fleet) -> dict[str, str]:
    """Which device is told about the nodes of each place, by the subject of acts: the one that has them rest, for all
    places where it is named for none alone."""
    names = place_names(fleet)
    found: dict[str, str] = {}
    for device, one in sorted(devices.items()):
        if isinstance(one, RestsNodes):
            own = [name for name in names if device == nodes_of(name)] or names
            found |= {nodes_of(name): device for name in own}
    return found


@dataclass(kw_only=True, eq=False)
class RestSeen:
    """What was seen of nodes that rest. used: of them in each step of the day before, oldest first, NaN where nobody
    saw; before: what was off at the end of the step before; off: accelerators that were off through the last step."""

    used: list[Real] = field(default_factory=list)
    before: dict[str, float] = field(default_factory=dict)
    off: dict[str, float] = field(default_factory=dict)

    def step_over(self, fleet: Fleet, readings: Sequence[RestReading], steps: Timeline) -> None:
        """One more step."""
        if any(pool.parking for pool in fleet.pools):
            self.used.append(_column(fleet, readings, "used"))
            del self.used[: -_day(steps)]
            now = {one.of: one.off for one in readings}
            self.off = {name: min(count, self.before.get(name, 0.0)) for name, count in now.items()}
            self.before = now

    def columns(
        self, fleet: Fleet, readings: Sequence[RestReading], steps: Timeline
    ) -> dict[str, Real]:
        """Columns of `State` by name: what nodes do now, and what was used of them. Of no places where no pool says how
        it rests, or nobody says what its nodes do."""
        if not any(pool.parking for pool in fleet.pools):
            return {}
        day, places = _day(steps), len(fleet.places)
        unseen = np.full((places, day - len(self.used)), np.nan)
        now = np.stack([_column(fleet, readings, what) for what in ("idle", "parked", "off")])
        return {
            "at_rest": np.zeros((3, 0)) if np.isnan(now).any() else now,
            "rest_used": np.column_stack([unseen, *self.used]),
        }


def _column(fleet: Fleet, readings: Sequence[RestReading], what: str) -> Real:
    """Of every place, as read; 0 where nodes do not rest, NaN where nobody says."""
    said = {one.of: float(getattr(one, what)) for one in readings}
    return np.asarray(
        [
            said.get(name, np.nan) if pool.parking is not None else 0.0
            for name, pool in zip(place_names(fleet), fleet.pools, strict=True)
        ]
    )


def _day(steps: Timeline) -> int:
    return max(1, DAY_S // grid_step_s(steps))
