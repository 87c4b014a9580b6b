"""Are nodes off that are said to be? The meter of a site's IT says so where it can; a claim alone is not believed."""

from collections.abc import Iterator, Mapping

import numpy as np

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.rest_act import KeepAwake, nodes_of
from gridtide.fleet.service import Service
from gridtide.fleet.site_act import AnyAct
from gridtide.loop.names import place_names
from gridtide.loop.seen import Seen
from gridtide.loop.verifying import Moved, Verdict
from gridtide.trust.said import say


def rest_verdicts(
    held: Mapping[str, AnyAct],
    off: Mapping[str, float],
    seen: Seen,
    off_kw: Mapping[str, float],
    of: tuple[Fleet, tuple[Service, ...]],
) -> Iterator[Verdict]:
    """What the meter of all IT says of each place that was told what its nodes are needed for, and some of whose nodes
    are off. off: accelerators that were off through the step, by place; off_kw: how far meters may be off.

    Nodes are off for certain where a site draws less than with all of its machines parked, and are not where it draws
    more than all the others could; between these nobody can tell."""
    fleet, services = of
    for number, (name, pool) in enumerate(zip(place_names(fleet), fleet.pools, strict=True)):
        act = held.get(nodes_of(name))
        if pool.parking is None or not isinstance(act, KeepAwake) or not off.get(name, 0.0) > 0.0:
            continue
        site = int(fleet.site_of_place[number])
        meter = f"{fleet.sites[site].name} IT"
        it_kw, around_kw = float(seen.it_kw[site]), off_kw.get(meter, 0.0)
        least_kw, most_kw = _between_kw(fleet, services, site, off)
        said: str = say(
            "nodes_off",
            place=name,
            off=f"{off[name]:,.0f}",
            kw=f"{it_kw:,.1f}",
            most=f"{most_kw:,.1f}",
        )
        moved = Moved.CANNOT_TELL
        if np.isnan(it_kw):
            said = f"no meter reads {meter}"
        elif it_kw > most_kw + around_kw:
            moved = Moved.NOT_MOVED
        elif it_kw < least_kw - around_kw:
            moved = Moved.MOVED
        yield Verdict(subject=nodes_of(name), moved=moved, said=said)


def _between_kw(
    fleet: Fleet, services: tuple[Service, ...], site: int, off: Mapping[str, float]
) -> tuple[float, float]:
    """What the IT of a site draws at least were none of its nodes off, and at most with those off that are said so."""
    least_kw = most_kw = 0.0
    answering = [one.it_kw_per_accelerator for one in services]
    for number in np.flatnonzero(fleet.site_of_place == site).tolist():
        pool, name = fleet.pools[number], place_names(fleet)[number]
        busiest_kw = max(
            pool.full.it_kw_per_accelerator, *(float(one[number]) for one in answering)
        )
        parking, dark = pool.parking, off.get(name, 0.0)
        if parking is not None:
            busiest_kw = max(busiest_kw, parking.idle_kw, parking.wake_kw)
            most_kw += dark * parking.off_kw
        least_kw += pool.accelerators * pool.parked_kw_per_accelerator
        most_kw += (pool.accelerators - dark) * busiest_kw
    return least_kw, most_kw
