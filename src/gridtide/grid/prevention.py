"""What would have prevented an accident: single changes, each lived through again, the least amount that suffices."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from gridtide.grid.accident import (
    NOWHERE,
    Accident,
    Answering,
    AnswerKind,
    Breach,
    Change,
    Course,
    Site,
    course_of,
    rule_of,
)
from gridtide.grid.frequency import Droop
from gridtide.grid.ride_through import RideThrough

CONSEQUENCES = ("frequency", "rocof", "loss", "return", "line", "dark")
"""Breaches that a change must undo; where there is none of them, those of rules."""
CLOSE = 1e-6
"""How near a bisection comes, as a share of the most it looks at."""


class Kind(StrEnum):
    """Ways to prevent."""

    SETTINGS = "ride-through settings"
    CAP = "cap of load with the same settings"
    BATTERY = "fast response of batteries"
    FLEET = "droop of the fleet"
    RAMP = "staged ramp"
    RETURN = "staged return"
    POINT = "less of what is lost or appears"
    LESS = "less load at the sites beforehand"
    INERTIA = "more machines on line"


@dataclass(frozen=True, kw_only=True)
class Prevention:
    """One way. most: the amount that is looked at most, in the way's own unit; cost_per_kw: of its kW, None where it is
    not told. droop, dead_band_hz, lag_s: of what answers."""

    kind: Kind
    most: float = math.inf
    cost_per_kw: float | None = None
    droop: float = 0.005
    dead_band_hz: float = 0.036
    lag_s: float = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Prevented:
    """A way that was tried. undoes: kinds of breaches that it undoes, all of them where it suffices; amount: the least
    that does so, in `unit`, None where it undoes none. moved_kw: power that it concerns, by which ways are ranked;
    cost: of it. leaves: breaches that stay; course: with that amount, at the most where it undoes none.
    """

    way: Prevention
    suffices: bool
    undoes: tuple[str, ...]
    amount: float | None
    unit: str
    says: str
    moved_kw: float
    cost: float | None
    leaves: tuple[Breach, ...]
    course: Course


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """A way as one number from 0 (as it was) to 1 (the most): the accident there, and what the number means."""

    at: Callable[[float], Accident]
    amount: Callable[[float], float]
    moved_kw: Callable[[float], float]
    unit: str
    says: Callable[[float], str]


def prevented(accident: Accident, ways: Sequence[Prevention]) -> tuple[Prevented, ...]:
    """Every way that applies, those that suffice first, by cost where each of them has one, else by the power they
    concern, the smallest first; nothing without a breach. Each amount is found by bisection, so it is right where more
    of a way is never worse."""
    course = course_of(accident)
    if not course.breaches:
        return ()
    kinds = {one.kind for one in course.breaches}
    undo = kinds & set(CONSEQUENCES) or kinds
    found = [
        _tried(way, scale, undo)
        for way in ways
        if (scale := _scale(accident, course, way)) is not None
    ]
    priced = all(one.cost is not None for one in found if one.suffices)
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.suffices,
                -len(one.undoes),
                one.cost if priced and one.cost is not None else one.moved_kw,
                one.way.kind.value,
            ),
        )
    )


def _tried(way: Prevention, scale: _Scale, undo: set[str]) -> Prevented:
    able = undo - {one.kind for one in course_of(scale.at(1.0)).breaches}

    def holds(share: float) -> bool:
        return not {one.kind for one in course_of(scale.at(share)).breaches} & able

    suffices = able == undo
    low, high = 0.0, 1.0
    while able and high - low > CLOSE:
        middle = (low + high) / 2.0
        low, high = (low, middle) if holds(middle) else (middle, high)
    course = course_of(scale.at(high))
    moved_kw = scale.moved_kw(high)
    priced = suffices and way.cost_per_kw is not None
    return Prevented(
        way=way,
        suffices=suffices,
        undoes=tuple(sorted(able)),
        amount=scale.amount(high) if able else None,
        unit=scale.unit,
        says=scale.says(high),
        moved_kw=moved_kw,
        cost=moved_kw * float(way.cost_per_kw or 0.0) if priced else None,
        leaves=course.breaches,
        course=course,
    )


def _scale(accident: Accident, course: Course, way: Prevention) -> _Scale | None:
    """None where a way has nothing to act on."""
    gone = {one.site for one in course.left if not one.generates}
    sites = [site for site in accident.sites if site.load.name in gone]
    planned = [one for one in accident.changes if one.planned]
    sized = [one for one in accident.changes if one.kind in ("unit", "job", "load")]
    if way.kind is Kind.SETTINGS and sites:
        return _by_settings(accident, sites)
    if way.kind is Kind.CAP and sites:
        return _by_cap(accident, sites)
    if way.kind in (Kind.BATTERY, Kind.FLEET):
        return _by_answer(accident, way)
    if way.kind is Kind.RAMP and planned:
        return _by_ramp(accident, planned, way)
    if way.kind is Kind.RETURN and any(site.load.returns_share > 0.0 for site in sites):
        return _by_return(accident, sites, way)
    if way.kind is Kind.POINT and sized:
        return _by_size(accident, sized)
    if way.kind is Kind.LESS and any(not site.generates for site in accident.sites):
        return _by_less(accident)
    if way.kind is Kind.INERTIA:
        return _by_inertia(accident, way)
    return None


def _by_power(
    most: float, at: Callable[[float], Accident], says: Callable[[float], str], unit: str = "kW"
) -> _Scale:
    """A way whose amount is the power that it concerns. at: of a share of the most; says: of the amount."""
    return _Scale(
        at=at,
        amount=lambda share: share * most,
        moved_kw=lambda share: share * most,
        unit=unit,
        says=lambda share: says(share * most),
    )


def _by_pace(
    accident: Accident, kw: float, most_s: float, at: Callable[[float], Accident], says: str
) -> _Scale:
    """A way that takes so much power at a rate, over a share of the most time, a step at the least. says: with the
    place of the rate."""

    def rate(share: float) -> float:
        return 60.0 * kw / max(share * most_s, accident.step_s)

    return _Scale(
        at=at,
        amount=rate,
        moved_kw=lambda share: kw,
        unit="kW/min",
        says=lambda share: (
            f"{kw:,.0f} kW {says.format(f'{rate(share):,.0f} kW/min')}, over {share * most_s:,.1f} s"
        ),
    )


# ---------------------------------------------------------------------------------------------------
# Ways


def held_by(rule: RideThrough, site: Site) -> Site:
    """The site with settings of the rule: it counts no sags and leaves only where and when it may."""
    under = tuple(
        (high, stay) for _, high, stay in rule.voltage if high <= 0.9 and math.isfinite(stay)
    )
    over = tuple((low, stay) for low, _, stay in rule.voltage if low >= 1.1 and math.isfinite(stay))
    wide = [(low, high) for low, high, stay in rule.frequency if math.isinf(stay)]
    below = tuple((high, stay) for _, high, stay in rule.frequency if wide and high <= wide[0][0])
    above = tuple((low, stay) for low, _, stay in rule.frequency if wide and low >= wide[0][1])
    owed = rule.recovery
    load = replace(site.load, counting=None, under=under, over=over)
    if owed is not None:
        load = replace(
            load,
            returns_share=max(load.returns_share, owed.share),
            returns_s=min(load.returns_s, owed.within_s),
        )
    return replace(site, load=load, below=below, above=above, steep=())


def _by_settings(accident: Accident, sites: Sequence[Site]) -> _Scale:
    """Sites that leave get the settings of their rule, the largest first, the last one in part."""
    ordered = sorted(sites, key=lambda site: (-site.load.load_kw, site.load.name))
    total = sum(site.load.load_kw for site in ordered)
    rules = " or ".join(dict.fromkeys(rule_of(accident, site).name for site in ordered))

    def at(share: float) -> Accident:
        left = share * total
        changed = {}
        for site in ordered:
            changed[site.load.name] = min(left, site.load.load_kw)
            left -= changed[site.load.name]
        return _split(accident, changed)

    return _by_power(
        total,
        at,
        lambda kw: f"{kw:,.0f} kW of {total:,.0f} kW that left have the settings of {rules}",
    )


def _by_cap(accident: Accident, sites: Sequence[Site]) -> _Scale:
    """No group of sites with the same settings is larger than a cap; what is beyond gets the rule's settings."""
    groups: dict[object, list[Site]] = {}
    for site in sites:
        groups.setdefault(site.settings, []).append(site)
    sizes = {key: sum(site.load.load_kw for site in members) for key, members in groups.items()}
    largest = max(sizes.values())

    def cap(share: float) -> float:
        return (1.0 - share) * largest

    def at(share: float) -> Accident:
        changed = {}
        for key, members in groups.items():
            beyond = max(0.0, sizes[key] - cap(share)) / sizes[key]
            changed.update({site.load.name: beyond * site.load.load_kw for site in members})
        return _split(accident, changed)

    return _Scale(
        at=at,
        amount=cap,
        moved_kw=lambda share: sum(max(0.0, size - cap(share)) for size in sizes.values()),
        unit="kW",
        says=lambda share: (
            f"at most {cap(share):,.0f} kW share one group of settings, {largest:,.0f} kW did"
        ),
    )


def _split(accident: Accident, changed_kw: dict[str, float]) -> Accident:
    """Sites of which so many kW have the rule's settings, the rest their own."""
    sites: list[Site] = []
    for site in accident.sites:
        kw = changed_kw.get(site.load.name, 0.0)
        if kw <= 0.0:
            sites.append(site)
            continue
        kept = replace(site, load=replace(site.load, load_kw=site.load.load_kw - kw))
        mended = held_by(
            rule_of(accident, site), replace(site, load=replace(site.load, load_kw=kw))
        )
        sites += [kept, mended] if kept.load.load_kw > 1e-9 * kw else [mended]
    return replace(accident, sites=tuple(sites))


def _by_answer(accident: Accident, way: Prevention) -> _Scale:
    """One more that answers by a droop. Batteries may give and take, a fleet as much as it draws."""
    fleet = way.kind is Kind.FLEET
    drawn = sum(site.load.load_kw for site in accident.sites if not site.generates)
    most = min(way.most, drawn if fleet else 0.2 * accident.grid.load_kw)
    kind = AnswerKind.FLEET if fleet else AnswerKind.BATTERY

    def at(share: float) -> Accident:
        kw = share * most
        one = Answering(
            name=way.kind.value,
            kind=kind,
            droop=Droop(
                flexible_kw=kw,
                nominal_hz=accident.grid.nominal_hz,
                droop=way.droop,
                dead_band_hz=way.dead_band_hz,
            ),
            lag_s=way.lag_s,
            up_kw=kw,
            down_kw=kw,
        )
        return replace(accident, answering=(*accident.answering, one))

    return _by_power(
        most,
        at,
        lambda kw: (
            f"{kw:,.0f} kW answer by a droop of {way.droop:.1%} with a lag of {way.lag_s:g} s"
        ),
    )


def _by_ramp(accident: Accident, planned: Sequence[Change], way: Prevention) -> _Scale:
    """What is planned comes or goes so slowly; the most is over ten minutes, or what the way says, in seconds."""
    most_s = 600.0 if math.isinf(way.most) else way.most
    largest = max(abs(one.surplus_kw) for one in planned)

    def at(share: float) -> Accident:
        changes = tuple(
            replace(one, over_s=max(one.over_s, share * most_s)) if one.planned else one
            for one in accident.changes
        )
        lasts_s = max(accident.lasts_s, max(one.at_s for one in planned) + share * most_s + 60.0)
        return replace(accident, changes=changes, lasts_s=lasts_s)

    return _by_pace(accident, largest, most_s, at, "come or go at {}")


def _by_return(accident: Accident, sites: Sequence[Site], way: Prevention) -> _Scale:
    """Sites that left return so slowly, each by its share, at the most over an hour, or what the way says, in
    seconds."""
    most_s = 3600.0 if math.isinf(way.most) else way.most
    back_kw = sum(site.load.load_kw * site.load.returns_share for site in sites)
    names = {site.load.name for site in sites}

    def at(share: float) -> Accident:
        over_min = max(share * most_s, accident.step_s) / 60.0
        changed = tuple(
            replace(
                site,
                ramp_kw_per_min=min(
                    site.ramp_kw_per_min, site.load.load_kw * site.load.returns_share / over_min
                ),
            )
            if site.load.name in names and site.load.returns_share > 0.0
            else site
            for site in accident.sites
        )
        return replace(accident, sites=changed)

    return _by_pace(accident, back_kw, most_s, at, "return at {} together")


def _by_size(accident: Accident, sized: Sequence[Change]) -> _Scale:
    """What is lost or comes ran at less power before, others at more."""
    names = {one.name for one in sized}
    largest = sum(abs(one.surplus_kw) for one in sized)

    def at(share: float) -> Accident:
        changes = tuple(
            replace(one, surplus_kw=(1.0 - share) * one.surplus_kw) if one.name in names else one
            for one in accident.changes
        )
        return replace(accident, changes=changes)

    return _Scale(
        at=at,
        amount=lambda share: (1.0 - share) * largest,
        moved_kw=lambda share: share * largest,
        unit="kW",
        says=lambda share: (
            f"{', '.join(sorted(names))} at {(1.0 - share) * largest:,.0f} kW beforehand, {largest:,.0f} kW it was"
        ),
    )


def _by_less(accident: Accident) -> _Scale:
    """All sites draw less before it happens, each by the same share; so do their buses."""
    total = sum(site.load.load_kw for site in accident.sites if not site.generates)

    def at(share: float) -> Accident:
        kept = max(1.0 - share, 1e-9)
        sites = tuple(
            site if site.generates else replace(
                site, load=replace(site.load, load_kw=kept * site.load.load_kw)
            )
            for site in accident.sites
        )  # fmt: skip
        lines = accident.lines
        if lines is not None:
            load_kw = np.array(lines.network.buses.load_kw)
            for site in accident.sites:
                if site.bus != NOWHERE and not site.generates:
                    load_kw[site.bus] -= (1.0 - kept) * site.load.load_kw
            buses = replace(lines.network.buses, load_kw=load_kw)
            lines = replace(lines, network=replace(lines.network, buses=buses))
        return replace(accident, sites=sites, lines=lines)

    return _by_power(
        total, at, lambda kw: f"sites draw {total - kw:,.0f} kW beforehand, {kw:,.0f} kW less"
    )


def _by_inertia(accident: Accident, way: Prevention) -> _Scale:
    """More machines turn beforehand, up to twice as much, or what the way says, in kVA; they hold no droop."""
    grid = accident.grid
    most = grid.system_kva if math.isinf(way.most) else way.most

    def at(share: float) -> Accident:
        return replace(accident, grid=replace(grid, system_kva=grid.system_kva + share * most))

    return _by_power(
        most,
        at,
        lambda kva: f"{kva:,.0f} kVA more turn with {grid.inertia_s:g} s of inertia",
        "kVA",
    )
