"""What a load must stay through, what its protection does in each sag, and what is lost of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gridtide.grid.rule import Provenance

Band = tuple[float, float, float]
"""Lowest and highest value, and how long a load must stay there [s], infinite for always."""


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """At least a share of the power from before must be back within some seconds of the voltage passing above_pu."""

    share: float
    within_s: float
    above_pu: float = 0.9


@dataclass(frozen=True, kw_only=True)
class RideThrough:
    """One authority's tables. voltage: bands in pu, frequency: in Hz. rocof_hz_per_s: rate of change of frequency that
    must be stayed through, over rocof_window_s. counting_prohibited: no transfer may be triggered by a number of sags.
    largest_loss_kw: that the grid plans for; loads with the same settings leave together and are one loss.
    """

    name: str
    authority: str
    voltage: tuple[Band, ...]
    frequency: tuple[Band, ...]
    recovery: Recovery | None
    rocof_hz_per_s: float | None
    rocof_window_s: float | None
    counting_prohibited: bool
    largest_loss_kw: float | None
    applies_above_kw: float
    exempt: str
    provenance: Provenance


@dataclass(frozen=True, kw_only=True)
class Sag:
    """A departure of the voltage: from t_s on, to v_pu, for duration_s."""

    t_s: float
    v_pu: float
    duration_s: float


@dataclass(frozen=True, kw_only=True)
class Counting:
    """Transfers at the nth sag below a voltage within some seconds."""

    sags: int
    within_s: float
    below_pu: float = 0.9


@dataclass(frozen=True, kw_only=True)
class ProtectedLoad:
    """A load and when its protection takes it off the grid: below or above a voltage for longer than some seconds,
    (pu, s) each, or by counting. returns_share: of its power that is back returns_s after the voltage is, by itself.
    """

    name: str
    load_kw: float
    under: tuple[tuple[float, float], ...] = ()
    over: tuple[tuple[float, float], ...] = ()
    counting: Counting | None = None
    returns_share: float = 1.0
    returns_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What sags did to one load. lost_kw: 0 where it stayed; sag: the one it left at, from 1; because: which setting.
    allowed: whether the rule let it leave there. faults: settings that the rule prohibits. mends: what would have kept
    it on, each tried."""

    load: ProtectedLoad
    lost_kw: float
    at_s: float
    sag: int
    because: str
    allowed: bool
    faults: tuple[str, ...]
    mends: tuple[str, ...]


def stay_s(bands: Sequence[Band], value: float) -> float:
    """How long a load must stay at a value, 0 outside every band. An edge belongs to the milder of its two bands."""
    return max((stay for low, high, stay in bands if low <= value <= high), default=0.0)


def must_stay(bands: Sequence[Band], value: float, lasts_s: float) -> bool:
    """Whether leaving at this value, after it has lasted that long, breaks the rule. Durations are inclusive."""
    stay = stay_s(bands, value)
    return stay > 0.0 and lasts_s <= stay


def recovers(rule: RideThrough, share: float, after_s: float) -> bool:
    """Whether a share of the power from before, back so long after the voltage, is enough; true without a rule.

    Before the time is over nothing is owed.
    """
    owed = rule.recovery
    return owed is None or after_s < owed.within_s or share >= owed.share


def stays_through_rocof(rule: RideThrough, hz_per_s: float) -> bool | None:
    """Whether a load must stay at a rate of change of frequency; None where the rule names none."""
    return None if rule.rocof_hz_per_s is None else abs(hz_per_s) <= rule.rocof_hz_per_s


def replayed(rule: RideThrough, load: ProtectedLoad, sags: Sequence[Sag]) -> Outcome:
    """What becomes of a load in sags, in their order of time, each judged on its own."""
    ordered = sorted(sags, key=lambda sag: sag.t_s)
    number, because = _leaves(load, ordered)
    faults = (*_prohibited(rule, load), *_slow_return(rule, load))
    if number == 0:
        return Outcome(
            load=load,
            lost_kw=0.0,
            at_s=math.nan,
            sag=0,
            because="",
            allowed=True,
            faults=faults,
            mends=(),
        )
    sag = ordered[number - 1]
    counted = because.startswith("counts")
    allowed = not must_stay(rule.voltage, sag.v_pu, sag.duration_s)
    return Outcome(
        load=load,
        lost_kw=load.load_kw,
        at_s=sag.t_s + sag.duration_s,
        sag=number,
        because=because,
        allowed=allowed and not (counted and rule.counting_prohibited),
        faults=faults,
        mends=_mends(rule, load, ordered),
    )


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Loads with the same settings, which one event can take together. kept: within the largest loss planned for."""

    names: tuple[str, ...]
    load_kw: float
    kept: bool


def alike(rule: RideThrough, loads: Sequence[ProtectedLoad]) -> tuple[Alike, ...]:
    """Loads by their settings, largest first."""
    groups: dict[object, list[ProtectedLoad]] = {}
    for load in loads:
        groups.setdefault((load.under, load.over, load.counting), []).append(load)
    found = []
    for members in groups.values():
        load_kw = sum(one.load_kw for one in members)
        kept = rule.largest_loss_kw is None or load_kw <= rule.largest_loss_kw
        found.append(Alike(names=tuple(one.name for one in members), load_kw=load_kw, kept=kept))
    return tuple(sorted(found, key=lambda one: -one.load_kw))


def fastest_loss_kw_per_min(outcomes: Sequence[Outcome]) -> float:
    """Most load lost within any minute, kW/min."""
    times = [(one.at_s, one.lost_kw) for one in outcomes if one.lost_kw > 0.0]
    sums = [sum(kw for at, kw in times if start <= at <= start + 60.0) for start, _ in times]
    return max(sums, default=0.0)


def _leaves(load: ProtectedLoad, sags: Sequence[Sag]) -> tuple[int, str]:
    """The sag a load leaves at, from 1, and why; 0 where it stays."""
    counted: list[float] = []
    for number, sag in enumerate(sags, 1):
        for pu, after_s in load.under:
            if sag.v_pu < pu and sag.duration_s > after_s:
                return number, f"trips below {pu:g} pu after {after_s:g} s"
        for pu, after_s in load.over:
            if sag.v_pu > pu and sag.duration_s > after_s:
                return number, f"trips above {pu:g} pu after {after_s:g} s"
        rule = load.counting
        if rule is not None and sag.v_pu < rule.below_pu:
            counted = [at for at in counted if sag.t_s - at <= rule.within_s]
            counted.append(sag.t_s)
            if len(counted) >= rule.sags:
                return number, f"counts {rule.sags} sags in {rule.within_s:g} s"
    return 0, ""


def _prohibited(rule: RideThrough, load: ProtectedLoad) -> tuple[str, ...]:
    faults = []
    if load.counting is not None and rule.counting_prohibited:
        faults.append(
            f"transfers after {load.counting.sags} sags in {load.counting.within_s:g} s; counting sags is prohibited"
        )
    for low, high, stay in rule.voltage:
        if high <= 1.0:
            faults += [
                f"trips below {pu:g} pu after {after:g} s; {stay:g} s must be stayed at {low:g} to {high:g} pu"
                for pu, after in load.under
                if pu > low and after < stay
            ]
        if low >= 1.0:
            faults += [
                f"trips above {pu:g} pu after {after:g} s; {stay:g} s must be stayed at {low:g} to {high:g} pu"
                for pu, after in load.over
                if pu < high and after < stay
            ]
    return tuple(faults)


def _slow_return(rule: RideThrough, load: ProtectedLoad) -> tuple[str, ...]:
    owed = rule.recovery
    if owed is None or (load.returns_share >= owed.share and load.returns_s <= owed.within_s):
        return ()
    return (
        f"{load.returns_share:.0%} is back after {load.returns_s:g} s; {owed.share:.0%} within {owed.within_s:g} s"
        " is owed",
    )


def _mends(rule: RideThrough, load: ProtectedLoad, sags: Sequence[Sag]) -> tuple[str, ...]:
    """The first change of its settings that keeps a load on, one at a time first, then both; each was tried.

    A load that then leaves later, where it may, has stayed as long as it must; the change says at which sag that is.
    """
    table = tuple(
        (high, stay) for low, high, stay in rule.voltage if high <= 0.9 and math.isfinite(stay)
    )
    uncounted, by_table = replace(load, counting=None), replace(load, under=table)
    tried = [
        ("no counting of sags", uncounted, load.counting is not None),
        (f"under-voltage times of {rule.name}", by_table, bool(load.under)),
        (
            f"no counting, and under-voltage times of {rule.name}",
            replace(by_table, counting=None),
            True,
        ),
    ]
    found = [
        said + until
        for said, other, matters in tried
        if matters and (until := _until(rule, load, other, sags)) is not None
    ]
    return tuple(found[:1])


def _until(
    rule: RideThrough, load: ProtectedLoad, other: ProtectedLoad, sags: Sequence[Sag]
) -> str | None:
    """How far other settings keep a load on, in words: for good, or up to a later sag it may leave at; else None."""
    number, because = _leaves(other, sags)
    if number == 0:
        return ""
    sag = sags[number - 1]
    counted = because.startswith("counts") and rule.counting_prohibited
    if counted or number <= _leaves(load, sags)[0]:
        return None
    if must_stay(rule.voltage, sag.v_pu, sag.duration_s):
        return None
    return f", up to sag {number}, at which it may leave"
