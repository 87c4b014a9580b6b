"""Did halls, stores of cold and plants follow? What they say they do is held against the meters of their site.

Sound, as for stores: where a hall was kept by its temperatures, a plant is on its way or stands, or no meter can show
it, nobody can tell and no alarm is raised. The model of the building is that of the plan.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.building import facility_power_kw
from gridtide.fleet.extra_cooling import aired_shares, extra_power_kw, heat_kw, most_heat_kw
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.reactor import Reactor
from gridtide.fleet.site import Site
from gridtide.fleet.site_act import AnyAct, CoolBeyond, MakePower, StoreCold
from gridtide.loop.names import cold_store_names, hall_names, plant_names
from gridtide.loop.seen import Seen
from gridtide.loop.verifying import LEAST_KW, Moved, Verdict
from gridtide.loop.verifying_sites import LEVEL_NEAR, SiteMoment
from gridtide.timeline import Timeline, epoch_s
from gridtide.trust.said import say

Real = NDArray[np.float64]
NEAR = 0.02
"""What is told is done where it is, to this share of what may be told."""
ENDS = 0.05
"""Nearer than this share of its range to an end, a hall or a store of cold may be kept by it."""
MOVES = 0.9
"""What changed by this share of what it may change by, or more, was on its way."""
PACE = 0.5
"""A plant that changes at this share of its pace or faster is on its way: it is told its next step every 10 s."""
APART_MIN = 1.0 / 6.0
"""A plant and its meter are read so far apart at most, minutes."""
MODEL_OFF = 0.05
"""By this share of a change of IT the draw of a building may change otherwise than its model says."""
WEATHER_C = np.arange(-20.0, 42.0, 1.0)
"""What plants may reject their heat to."""
WEATHER_LEAPS = 4
"""By how many of these it may differ from step to step: weather comes by the hour."""


def plant_verdicts(moment: SiteMoment, fleet: Fleet) -> tuple[Verdict, ...]:
    """What meters say of every hall, store of cold and plant that something holds, by subject."""
    found = [*_of_cold_sides(moment, fleet), *_of_plants(moment, fleet)]
    return tuple(sorted(found, key=lambda one: one.subject))


def _of_cold_sides(moment: SiteMoment, fleet: Fleet) -> Iterator[Verdict]:
    """What hall and store say they carry out must be borne out by what the building draws, and be what was told."""
    names = zip(hall_names(fleet), cold_store_names(fleet), strict=True)
    for n, pair in enumerate(names):
        held = [(part, name) for part, name in enumerate(pair) if _heat(moment.held.get(name))]
        if not held or not moment.seen.extra_cooling_kw.size:
            continue
        borne, words = _borne_out(moment, fleet, n)
        for part, name in held:
            told_kw = _told_kw(moment.held[name])
            own_kw = float(moment.seen.extra_cooling_kw[part, n])
            said = say("heat_carried", subject=name, own=f"{own_kw:+,.1f}", told=f"{told_kw:+,.1f}")
            if np.isnan(own_kw):
                yield Verdict(
                    subject=name,
                    moved=Moved.CANNOT_TELL,
                    said=f"{name} does not say what it carries out",
                )
            elif borne is Moved.NOT_MOVED:
                against = say("meters_against", verdict=said, meters=words)
                yield Verdict(subject=name, moved=borne, said=against)
            elif abs(own_kw - told_kw) <= NEAR * abs(told_kw) + LEAST_KW:
                yield Verdict(subject=name, moved=borne, said=said)
            else:
                kept = _kept_from_it(moment, fleet, n, part, told_kw)
                moved = Moved.CANNOT_TELL if kept else Moved.NOT_MOVED
                yield Verdict(subject=name, moved=moved, said=said)


def _heat(act: AnyAct | None) -> bool:
    return isinstance(act, CoolBeyond | StoreCold)


def _told_kw(act: AnyAct) -> float:
    """Heat that an act has carried out beyond that of the moment, kW."""
    match act:
        case CoolBeyond():
            return act.heat_kw
        case StoreCold():
            return act.charge_kw - act.discharge_kw
        case _:
            return 0.0


def _borne_out(moment: SiteMoment, fleet: Fleet, number: int) -> tuple[Moved, str]:
    """Whether the building's draw changed since the step before as it does where heat is carried out as is said now,
    in the weather that the step before speaks for, and does not otherwise; with what meters say in words."""
    before, name = moment.before, fleet.sites[number].name
    none = Moved.CANNOT_TELL, ""
    if before is None or not before.extra_cooling_kw.size:
        return none
    now_kw, then_kw = _drawn_kw(moment.seen, fleet, number), _drawn_kw(before, fleet, number)
    it_kw = float(moment.seen.it_kw[number]), float(before.it_kw[number])
    beyond_kw = [float(one.extra_cooling_kw[:, number].sum()) for one in (moment.seen, before)]
    if not np.isfinite([now_kw, then_kw, *it_kw, *beyond_kw]).all():
        return none
    first = _modelled_kw(fleet, number, it_kw[1], beyond_kw[1])
    around_kw = sum(moment.off_kw.get(f"{name} {what}", 0.0) for what in ("facility", "IT"))
    around_kw = 2.0 * around_kw + MODEL_OFF * abs(it_kw[0] - it_kw[1]) + LEAST_KW
    near = np.abs(first - then_kw) <= around_kw + MODEL_OFF * abs(then_kw - it_kw[1])
    with_kw, without_kw = (
        _between(first, _modelled_kw(fleet, number, it_kw[0], kw), near, around_kw)
        for kw in beyond_kw
    )
    change_kw = now_kw - then_kw
    can, could = (low <= change_kw <= high for low, high in (with_kw, without_kw))
    words = say(
        "building_changed",
        site=name,
        change=f"{change_kw:+,.1f}",
        least=f"{with_kw[0]:+,.1f}",
        most=f"{with_kw[1]:+,.1f}",
    )
    if can == could:
        return Moved.CANNOT_TELL, words
    return Moved.MOVED if can else Moved.NOT_MOVED, words


def _modelled_kw(fleet: Fleet, number: int, it_kw: float, beyond_kw: float) -> Real:
    """What the building of a site draws in each weather around so much IT, with so much heat carried out beyond it."""
    shape = (len(fleet.sites), len(WEATHER_C))
    it, outdoor = np.full(shape, it_kw), np.broadcast_to(WEATHER_C, shape)
    heat = np.full(shape, float(heat_kw(fleet, it[:, 0])[number]))
    drawn_kw = facility_power_kw(fleet, it, np.array(outdoor))
    return np.asarray(
        (drawn_kw + extra_power_kw(fleet, heat, np.full(shape, beyond_kw), outdoor))[number]
    )


def _between(
    first: Real, last: Real, near: NDArray[np.bool_], around_kw: float
) -> tuple[float, float]:
    """Least and most change from a draw to another in weather that differs by WEATHER_LEAPS marks at most. near: marks
    that the first draw speaks for; where it speaks for none, whatever the weather was."""
    marks = np.flatnonzero(near) if near.any() else np.arange(len(first))
    changes = [
        last[np.clip(marks + step, 0, len(last) - 1)] - first[marks]
        for step in range(-WEATHER_LEAPS, WEATHER_LEAPS + 1)
    ]
    found = np.concatenate(changes)
    return float(found.min()) - around_kw, float(found.max()) + around_kw


def _drawn_kw(seen: Seen, fleet: Fleet, number: int) -> float:
    """What a building draws: by its meter, or by that of its connection where nothing else is behind it."""
    kw = float(seen.facility_kw[number])
    if np.isfinite(kw) or _has_own_ways(fleet.sites[number]):
        return kw
    return float(seen.import_kw[number] - np.nan_to_num(seen.export_kw[number]))


def _has_own_ways(site: Site) -> bool:
    """Whether a site has other ways to take or give power than its connection."""
    own = (site.battery, site.genset, site.reactor, site.reservoir, site.backup)
    return bool(site.supplies) or any(one is not None for one in own)


def _kept_from_it(moment: SiteMoment, fleet: Fleet, number: int, part: int, told_kw: float) -> bool:
    """Whether temperatures, content, plant or connection may have kept a site from carrying out what it was told."""
    site, seen = fleet.sites[number], moment.seen
    heat = float(heat_kw(fleet, np.nan_to_num(seen.it_kw))[number])
    total_kw = sum(_told_kw(act) for act in _acts_of(moment, fleet, number))
    least_kw = -float(aired_shares(fleet)[number]) * heat
    weather = np.broadcast_to(WEATHER_C, (len(fleet.sites), len(WEATHER_C)))
    most_kw = float(most_heat_kw(fleet, weather)[number].min()) - heat
    limit_kw = site.contract.import_max_kw * (1.0 - LEVEL_NEAR)
    full = not seen.import_kw[number] < limit_kw
    if total_kw <= MOVES * least_kw or total_kw >= MOVES * most_kw or (total_kw > 0.0 and full):
        return True
    if part == 0:
        return _at_the_edge(moment, site, number, told_kw)
    assert site.cold_store is not None
    share = float(seen.cold_kwh[number]) / max(site.cold_store.energy_kwh, LEAST_KW)
    return not (share > ENDS if told_kw < 0.0 else share < 1.0 - ENDS)


def _acts_of(moment: SiteMoment, fleet: Fleet, number: int) -> list[AnyAct]:
    names = (hall_names(fleet)[number], cold_store_names(fleet)[number])
    return [moment.held[name] for name in names if name in moment.held]


def _at_the_edge(moment: SiteMoment, site: Site, number: int, told_kw: float) -> bool:
    """Whether a hall is near a temperature it is kept at, or changes as fast as it may; unknown where it does not
    say."""
    assert site.hall is not None
    hall, air_c = site.hall, float(moment.seen.air_c[number])
    near_c = ENDS * (hall.warmest_c - hall.coolest_c)
    at_end = air_c <= hall.coolest_c + near_c if told_kw > 0.0 else air_c >= hall.warmest_c - near_c
    before = moment.before
    if np.isnan(air_c) or at_end or before is None or not before.air_c.size:
        return True
    hours = (moment.seen.measured_at - before.measured_at).total_seconds() / 3600.0
    return not abs(air_c - float(before.air_c[number])) < MOVES * hall.change_max_k_per_h * hours


def _of_plants(moment: SiteMoment, fleet: Fleet) -> Iterator[Verdict]:
    """A plant makes what its own meter reads, or what comes in at the site and from nowhere else."""
    row = -1
    for number, (name, site) in enumerate(zip(plant_names(fleet), fleet.sites, strict=True)):
        row += site.reactor is not None
        act = moment.held.get(name)
        if not isinstance(act, MakePower) or site.reactor is None or not moment.seen.made_kw.size:
            continue
        own_kw = float(moment.seen.made_kw[row])
        past_kw = float(moment.seen.led_past_kw[number])
        given_kw, around_kw = _given_kw(moment, site, number)
        around_kw += NEAR * site.reactor.capacity_kw + _moving_kw(moment, site.reactor, row)
        figures = {"given": f"{given_kw:,.1f}", "told": f"{act.made_kw:,.1f}"}
        said = say("plant_made", subject=name, **figures)
        if not np.isfinite([own_kw, past_kw, given_kw]).all():
            words = f"no meter says what {name} gives, or it does not say itself"
            yield Verdict(subject=name, moved=Moved.CANNOT_TELL, said=words)
        elif abs(own_kw - past_kw - given_kw) > around_kw:
            own = say("plant_says", verdict=said, own=f"{own_kw - past_kw:,.1f}")
            yield Verdict(subject=name, moved=Moved.NOT_MOVED, said=own)
        elif abs(given_kw + past_kw - act.made_kw) <= around_kw:
            yield Verdict(subject=name, moved=Moved.MOVED, said=said)
        else:
            excused = _on_its_way(moment, site.reactor, row, act.made_kw)
            moved = Moved.CANNOT_TELL if excused else Moved.NOT_MOVED
            yield Verdict(subject=name, moved=moved, said=said)


def _given_kw(moment: SiteMoment, site: Site, number: int) -> tuple[float, float]:
    """What a plant gives its site, and how far that may be off, kW: by its meter, or by what the building and the grid
    take where nothing else gives. NaN where that cannot be known."""
    name = f"{site.name} plant"
    if name in moment.power_kw:
        return moment.power_kw[name], moment.off_kw.get(name, 0.0)
    if any(one is not None for one in (site.battery, site.genset, site.reservoir, site.backup)):
        return float("nan"), 0.0
    seen = moment.seen
    used_kw = (
        float(seen.supply_kw[number] - seen.unused_supply_kw[number]) if site.supplies else 0.0
    )
    taken_kw = float(seen.facility_kw[number] + seen.export_kw[number] - seen.import_kw[number])
    meters = ("import", "export", "supply", "unused supply", "facility")
    around_kw = sum(moment.off_kw.get(f"{site.name} {what}", 0.0) for what in meters)
    return taken_kw - used_kw, around_kw


def _on_its_way(moment: SiteMoment, plant: Reactor, row: int, told_kw: float) -> bool:
    """Whether a plant stands in an outage, or moves towards what it is told about as fast as it can; unknown where
    nobody saw the step before."""
    before, now = moment.before, moment.seen.measured_at
    if before is None or not before.made_kw.size:
        return True
    step = Timeline(edges_s=np.asarray([epoch_s(before.measured_at), epoch_s(now)]))
    was_kw, is_kw = float(before.made_kw[row]), float(moment.seen.made_kw[row])
    towards_kw = (is_kw - was_kw) * np.sign(told_kw - was_kw)
    return not plant.runs(step).all() or towards_kw >= PACE * float(plant.change_kw(step.hours)[0])


def _moving_kw(moment: SiteMoment, plant: Reactor, row: int) -> float:
    """By how much a plant that moves may differ from what its meter read a moment apart, kW."""
    before = moment.before
    if before is None or not before.made_kw.size:
        return 0.0
    moved_kw = abs(float(moment.seen.made_kw[row] - before.made_kw[row]))
    return min(plant.ramp_kw_per_min * APART_MIN, moved_kw)
