"""Did stores, imports and requests follow? What a site was told is held against meters, not against what it answers.

Sound, not clever, as for jobs: where what was told cannot be told from what a site does by itself (a store that has
nothing left, requests sent on to hold an import) nobody can tell, and no alarm is raised.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.act import Exchange
from gridtide.fleet.device import PowerReading
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.response_cap import steepest_kw_per_it
from gridtide.fleet.service import Service
from gridtide.fleet.site import Battery, Site
from gridtide.fleet.site_act import AnyAct, HoldImport, Route
from gridtide.loop.names import place_names, store_names
from gridtide.loop.seen import Seen
from gridtide.loop.verifying import LEAST_KW, SHARE_UNKNOWN, Moved, Verdict
from gridtide.trust.said import say
from gridtide.trust.touch import nodes_kw

ENDS_KWH = 0.05
"""A store with less than this share of its energy to go, on the side it is asked to move to, may stop by itself."""
OWN_LOSS = 0.02
"""What of a store's power may go into its own converter before a meter of the site reads it, as a share."""
LEVEL_NEAR = 0.05
"""An import this near the level it is held to, as a share of that, is taken to be held."""
SPLIT_LEAST = 0.05
"""Shares of requests differ where they do by more than this."""


@dataclass(frozen=True, kw_only=True)
class SiteMoment:
    """The end of a step at all sites: what held through it, what was seen, and how far each meter may be off, kW.

    held: by subject, acts told before the step or at its beginning that held until its end. peak_kw: the highest
    import of the month before the step, (S,). before: what was seen of the step before, None of the first; power_kw:
    what meters read, by name.
    """

    held: Mapping[str, AnyAct]
    seen: Seen
    off_kw: Mapping[str, float]
    peak_kw: NDArray[np.float64]
    before: Seen | None = None
    power_kw: Mapping[str, float] = field(default_factory=dict)


def off_kw(power: Mapping[str, PowerReading]) -> dict[str, float]:
    """How far each meter may be off, kW, by what it reads."""
    shares = {
        name: SHARE_UNKNOWN if one.share is None else one.share for name, one in power.items()
    }
    return {name: shares[name] * abs(one.kw) + LEAST_KW for name, one in power.items()}


def site_verdicts(
    moment: SiteMoment, fleet: Fleet, services: tuple[Service, ...]
) -> tuple[Verdict, ...]:
    """What meters say of every store, held import and split of requests that something holds, by subject."""
    found = [*_of_stores(moment, fleet), *_of_imports(moment, fleet)]
    found += _of_routes(moment, fleet, services)
    return tuple(sorted(found, key=lambda one: one.subject))


def _of_stores(moment: SiteMoment, fleet: Fleet) -> Iterator[Verdict]:
    """A store takes what comes in at the site's meters and is not drawn there."""
    for number, (name, site) in enumerate(zip(store_names(fleet), fleet.sites, strict=True)):
        act = moment.held.get(name)
        if not isinstance(act, Exchange) or site.battery is None:
            continue
        taken_kw, around_kw = _taken_kw(moment, number, site.name)
        told_kw = act.charge_kw - act.discharge_kw
        own_kw = float(moment.seen.charge_kw[number] - moment.seen.discharge_kw[number])
        soc_kwh = float(moment.seen.soc_kwh[number])
        if site.reactor is not None:
            taken_kw += moment.power_kw.get(f"{site.name} plant", np.nan)
            around_kw += moment.off_kw.get(f"{site.name} plant", 0.0)
        if np.isnan(taken_kw):
            yield _verdict(name, Moved.CANNOT_TELL, f"not every meter of {site.name} reads")
            continue
        around_kw += OWN_LOSS * max(abs(told_kw), abs(own_kw) if np.isfinite(own_kw) else 0.0)
        taken, told = f"{taken_kw:+,.1f}", f"{told_kw:+,.1f}"
        said = say("store_took", site=site.name, taken=taken, told=told)
        if np.isfinite(own_kw) and abs(own_kw - taken_kw) > around_kw:
            yield _verdict(
                name, Moved.NOT_MOVED, say("store_says", verdict=said, own=f"{own_kw:+,.1f}")
            )
        elif abs(taken_kw - told_kw) <= around_kw:
            yield _verdict(name, Moved.MOVED, said)
        else:
            bounded = _at_the_border(moment, number, site, taken_kw - told_kw)
            ended = _at_its_end(site.battery, soc_kwh, told_kw)
            excused = bounded or ended or _steered(moment, number, fleet)
            yield _verdict(name, Moved.CANNOT_TELL if excused else Moved.NOT_MOVED, said)


def _of_imports(moment: SiteMoment, fleet: Fleet) -> Iterator[Verdict]:
    """An import is held while it stays below its level; above it, as long as the store could still give."""
    for number, site in enumerate(fleet.sites):
        act = moment.held.get(site.name)
        if not isinstance(act, HoldImport) or not np.isfinite(act.most_kw):
            continue
        import_kw = float(moment.seen.import_kw[number])
        around_kw = moment.off_kw.get(f"{site.name} import", 0.0)
        most = f"{act.most_kw:,.1f}"
        said = say("import_reads", site=site.name, kw=f"{import_kw:,.1f}", most=most)
        if np.isnan(import_kw):
            yield _verdict(site.name, Moved.CANNOT_TELL, f"no meter reads {site.name} import")
        elif import_kw <= act.most_kw + around_kw:
            yield _verdict(site.name, Moved.MOVED, said)
        else:
            idle = site.battery is not None and _could_give(moment, number, site.battery)
            yield _verdict(site.name, Moved.NOT_MOVED if idle else Moved.CANNOT_TELL, said)


def _of_routes(
    moment: SiteMoment, fleet: Fleet, services: tuple[Service, ...]
) -> Iterator[Verdict]:
    """Requests go where they were told to while nobody had to refuse any or send them on; a place that answers draws
    power, one whose service draws none cannot have answered."""
    names, origins = place_names(fleet), fleet.network.origins
    for v, service in enumerate(services):
        for o, origin in enumerate(origins):
            act = moment.held.get(f"{service.name} from {origin}")
            if not isinstance(act, Route):
                continue
            told = _split(act, names)
            answered = np.nan_to_num(moment.seen.answered[v, o])
            asked = float(answered.sum() + np.nan_to_num(moment.seen.refused[v, o]))
            if np.isnan(moment.seen.answered[v, o]).all() or asked <= 0.0:
                yield _verdict(
                    _route(act), Moved.CANNOT_TELL, "nothing was asked, or no router says"
                )
                continue
            off = np.abs(answered / asked - told)
            worst = int(np.argmax(off))
            share = f"{answered[worst] / asked:.1%}"
            said = say("answered_share", place=names[worst], share=share, told=f"{told[worst]:.1%}")
            dark = _answers_without_power(moment, fleet, v, answered)
            if dark is not None:
                yield _verdict(_route(act), Moved.NOT_MOVED, dark)
            elif off[worst] <= SPLIT_LEAST:
                yield _verdict(_route(act), Moved.MOVED, said)
            elif off[worst] <= SPLIT_LEAST + _share_off(moment, v, o):
                yield _verdict(_route(act), Moved.CANNOT_TELL, f"{said}, by whole replicas")
            else:
                lacks = int(fleet.site_of_place[np.argmax(told - answered / asked)])
                refused = float(moment.seen.refused[v, o]) > 0.0
                sent_on = refused or _steered(moment, lacks, fleet)
                yield _verdict(_route(act), Moved.CANNOT_TELL if sent_on else Moved.NOT_MOVED, said)


def _share_off(moment: SiteMoment, service: int, origin: int) -> float:
    """By how much shares may differ from those told since replicas alone were told."""
    known = moment.seen.share_off.ndim == 2 and moment.seen.share_off.size > 0
    return float(moment.seen.share_off[service, origin]) if known else 0.0


def _answers_without_power(
    moment: SiteMoment, fleet: Fleet, service: int, answered: NDArray[np.float64]
) -> str | None:
    """Where a router says that a place answers while no power is drawn for the service at its site."""
    for place, rate in enumerate(answered.tolist()):
        number = int(fleet.site_of_place[place])
        kw = float(moment.seen.service_kw[service, number])
        if rate > 0.0 and kw <= 0.0:
            name = place_names(fleet)[place]
            return say("answers_in_the_dark", place=name, rate=f"{rate:,.2f}", kw=f"{kw:,.1f}")
    return None


def _taken_kw(moment: SiteMoment, number: int, site: str) -> tuple[float, float]:
    """What meters of a site leave for its store, less than 0 where it gives, and how far that may be off, kW."""
    seen = moment.seen
    used_kw = float(seen.supply_kw[number] - seen.unused_supply_kw[number])
    through_kw = float(seen.import_kw[number] - seen.export_kw[number])
    meters = ("import", "export", "supply", "unused supply", "facility")
    around_kw = sum(moment.off_kw.get(f"{site} {what}", 0.0) for what in meters)
    return through_kw + used_kw - float(seen.facility_kw[number]), around_kw


def _steered(moment: SiteMoment, number: int, fleet: Fleet) -> bool:
    """Whether the controller of a site had reason to move its store and its requests: its import stands at the level
    or the least that it is held to, or at the peak of the month that it spares; as near as nodes that rest leave it,
    which a router takes to be parked."""
    act = moment.held.get(fleet.sites[number].name)
    if not isinstance(act, HoldImport):
        return False
    import_kw, peak_kw = float(moment.seen.import_kw[number]), float(moment.peak_kw[number])
    level_kw = min(act.most_kw, peak_kw if act.raise_price_per_kw > 0.0 else np.inf)
    near_kw = LEVEL_NEAR * level_kw if np.isfinite(level_kw) else 0.0
    near_kw += float((nodes_kw(fleet) * steepest_kw_per_it(fleet))[number])
    at_least = act.least_kw is not None and import_kw <= act.least_kw + near_kw
    return np.isnan(import_kw) or import_kw >= level_kw - near_kw or at_least


def _at_the_border(moment: SiteMoment, number: int, site: Site, more_kw: float) -> bool:
    """Whether the connection of a site left its store no choice: it may give no more than the site draws and may
    export, take no more than may be imported, and neither faster than the ramp. more_kw: taken beyond what was told."""
    import_kw, export_kw = (
        float(moment.seen.import_kw[number]),
        float(moment.seen.export_kw[number]),
    )
    around_kw = moment.off_kw.get(f"{site.name} import", 0.0)
    terms = site.contract
    if terms.ramp_max_kw_per_min is not None:
        return True
    if more_kw > 0.0:
        return import_kw <= around_kw and export_kw >= terms.export_max_kw * (1.0 - LEVEL_NEAR)
    return import_kw >= terms.import_max_kw * (1.0 - LEVEL_NEAR)


def _at_its_end(battery: Battery, soc_kwh: float, told_kw: float) -> bool:
    """Whether a store may have stopped since nothing is left to take or give; unknown where it does not say."""
    near_kwh = ENDS_KWH * battery.energy_kwh
    if np.isnan(soc_kwh):
        return True
    if told_kw > 0.0:
        return soc_kwh >= battery.energy_kwh - near_kwh
    return soc_kwh <= battery.energy_kwh * battery.soc_min + near_kwh


def _could_give(moment: SiteMoment, number: int, battery: Battery) -> bool:
    """Whether a store surely has power and energy left to give."""
    soc_kwh = float(moment.seen.soc_kwh[number])
    gives_kw = float(moment.seen.discharge_kw[number])
    has_energy = not _at_its_end(battery, soc_kwh, -1.0)
    return has_energy and gives_kw < (1.0 - ENDS_KWH) * battery.discharge_max_kw


def _split(act: Route, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Shares of what comes by place, at whatever point it is answered there."""
    by_place = dict(act.shares)
    return np.asarray([by_place.get(name, 0.0) for name in names])


def _route(act: Route) -> str:
    return f"{act.service} from {act.origin}"


def _verdict(subject: str, moved: Moved, said: str) -> Verdict:
    return Verdict(subject=subject, moved=moved, said=said)
