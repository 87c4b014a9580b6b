"""What a fleet says it will draw tomorrow, slot by slot, and what came of it on the days before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bids import bid_plan
from gridtide.decide.facts import held_of
from gridtide.decide.positions import expected_import_kw
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.loop.mandate import Mandate, Policy
from gridtide.loop.sight import see, with_courses
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.settle.declared_band import declared_band
from gridtide.simulate.course import Progress, mandate_of, next_instant
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.simulate.twin import Twin
from gridtide.timeline import Timeline, epoch_s, instant

Real = NDArray[np.float64]
SLOT_S = 900
NOON_H = 12
DAYS_MIN = 3
BESIDE_S = 3600
"""A slot learns its error also from the hour before it and the hour behind it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DeclaredDay:
    """One local day as it was declared at noon of the day before. expected_kw: mean import of each site in slots of a
    quarter of an hour, (S, slots); drawn_kw: the same as metered, NaN where the day is not over."""

    day: date
    starts_s: NDArray[np.int64]
    expected_kw: Real
    drawn_kw: Real

    def __post_init__(self) -> None:
        freeze(self, starts_s=np.int64, expected_kw=np.float64, drawn_kw=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Declaration:
    """Tomorrow's load. band_kw: P10, P50 and P90 by site, the fleet last, (3, S + 1, slots). days: how many days before
    the band was learned from."""

    as_of: datetime
    of: DeclaredDay
    band_kw: Real
    days: int

    def __post_init__(self) -> None:
        freeze(self, band_kw=np.float64)


def declared_days(
    study: Study,
    truth: Truth,
    policy: Policy,
    forecaster: str,
    until: int,
    progress: Progress,
    *,
    courses: int = 0,
) -> tuple[DeclaredDay, ...]:
    """The course of a policy through its first `until` steps: each day as declared beside what was drawn.

    A day is declared at the first turn from noon on of the day before, by the clock of the first site; days the plan
    does not reach the end of are left out. courses: where above 0, what is expected is the mean of the best plans for
    so many courses of what is not published, in place of what the policy has just decided. Raises BadInput for a policy
    that makes no plan, or a forecaster that says points alone, where courses are asked for.
    """
    mandate = mandate_of(study, forecaster)
    twin, memory = Twin.of(study, truth), Memory()
    found: list[DeclaredDay] = []
    drawn: list[Real] = []
    seen: set[date] = set()
    while twin.present < len(study.timeline):
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        memory = turn.memory
        local = twin.now.astimezone(ZoneInfo(study.fleet.sites[0].clock))
        asked = twin.present == until
        if asked or (local.hour >= NOON_H and local.date() not in seen):
            seen.add(local.date())
            found += _declared(mandate, twin, turn, local.date() + timedelta(days=1), courses)
        if asked:
            break
        ahead = next_instant(study, memory, twin.present)
        ahead = min(ahead, until) if twin.present < until else ahead
        told = twin.advance(turn.orders, instant(study.timeline.edges_s[ahead]))
        drawn.append(told.import_kw)
        progress(twin.present, min(until, len(study.timeline)))
    return tuple(_metered(study, one, np.concatenate([*drawn], axis=1)) for one in found)


def declaration(
    study: Study,
    truth: Truth,
    policy: Policy,
    forecaster: str,
    until: int,
    progress: Progress,
    *,
    courses: int = 0,
) -> Declaration:
    """Tomorrow's load as it stands at a step, with a band learned from the days before. courses: as `declared_days`.

    Raises BadInput for a plan that does not reach through tomorrow, and with fewer than three days to learn from.
    """
    days = declared_days(study, truth, policy, forecaster, until, progress, courses=courses)
    as_of = instant(study.timeline.edges_s[until])
    clock = ZoneInfo(study.fleet.sites[0].clock)
    tomorrow = as_of.astimezone(clock).date() + timedelta(days=1)
    of = [one for one in days if one.day == tomorrow]
    over = [one for one in days if not np.isnan(one.drawn_kw).any()]
    faults = [] if of else [_beyond(as_of, study.cadence.plan_h)]
    faults += [] if len(over) >= DAYS_MIN else [_too_young(as_of, len(over))]
    if faults:
        raise BadInput(faults)
    return banded(study, as_of, of[-1], over)


def banded(study: Study, as_of: datetime, of: DeclaredDay, over: list[DeclaredDay]) -> Declaration:
    """A declared day with the band that days which are over lay around it."""
    slots = of.expected_kw.shape[1]
    alike = [one for one in over if one.expected_kw.shape[1] == slots]
    errors = np.stack([_with_fleet(one.drawn_kw - one.expected_kw) for one in alike])
    expected = _with_fleet(of.expected_kw)
    most = [site.contract.import_max_kw for site in study.fleet.sites]
    most_kw = np.asarray([*most, sum(most)])
    rows = [
        declared_band(row, errors[:, index], BESIDE_S // SLOT_S, 0.0, float(most_kw[index]))
        for index, row in enumerate(expected)
    ]
    return Declaration(as_of=as_of, of=of, band_kw=np.stack(rows, axis=1), days=len(alike))


def _declared(
    mandate: Mandate, twin: Twin, turn: Turn, day: date, courses: int
) -> list[DeclaredDay]:
    """The day as it is expected now; none where the plan does not reach its end."""
    fresh, _ = see(mandate, twin, turn.situation.as_of)
    situation = replace(turn.situation, signals=fresh.signals)
    zone = ZoneInfo(situation.fleet.sites[0].clock)
    edges = [
        round(datetime(one.year, one.month, one.day, tzinfo=zone).timestamp())
        for one in (day, day + timedelta(days=1))
    ]
    starts_s = np.arange(edges[0], edges[1], SLOT_S, dtype=np.int64)
    if situation.horizon.edges_s[-1] < edges[1]:
        return []
    if courses:
        refuse_if_any(_unplanned(turn))
        expected = _over_courses(mandate, situation, courses)
    else:
        expected = expected_import_kw(situation, turn.orders.dispatch)
    return [
        DeclaredDay(
            day=day,
            starts_s=starts_s,
            expected_kw=_in_slots(situation.horizon, expected, starts_s),
            drawn_kw=np.full((len(expected), len(starts_s)), np.nan),
        )
    ]


def _over_courses(mandate: Mandate, situation: Situation, courses: int) -> Real:
    """Mean import of each site over the best plans for so many courses, (S, T): each knows its own, none is bid for."""
    seen = with_courses(mandate, situation, courses)
    held = held_of(situation, mandate.objective)
    nowhere = np.zeros((len(situation.fleet.sites), len(situation.horizon)), dtype=np.bool_)
    return np.asarray(bid_plan(seen, mandate.objective, held, nowhere).bought_kw.mean(axis=0))


def _unplanned(turn: Turn) -> list[Finding]:
    if turn.memory.plan is not None:
        return []
    return [
        Finding(
            subject="--courses",
            value=f"are asked of {turn.decision.policy}, which makes no plan",
            limit="a policy that plans by forecasts, as coordinated",
            mend="Leave --courses out, or name such a policy.",
        )
    ]


def _metered(study: Study, one: DeclaredDay, drawn_kw: Real) -> DeclaredDay:
    known = drawn_kw.shape[1]
    if study.timeline.edges_s[known] < one.starts_s[-1] + SLOT_S:
        return one
    steps = Timeline(edges_s=study.timeline.edges_s[: known + 1])
    return replace(one, drawn_kw=_in_slots(steps, drawn_kw, one.starts_s))


def _in_slots(steps: Timeline, power_kw: Real, starts_s: NDArray[np.int64]) -> Real:
    """Mean power in slots of a quarter of an hour, (S, slots): energy before each edge, taken apart."""
    energy = np.concatenate(
        [np.zeros((len(power_kw), 1)), np.cumsum(power_kw * np.diff(steps.edges_s), axis=1)], axis=1
    )
    edges = np.append(starts_s, starts_s[-1] + SLOT_S)
    at = np.stack([np.interp(edges, steps.edges_s, row) for row in energy])
    return np.asarray(np.diff(at, axis=1) / SLOT_S)


def _with_fleet(by_site: Real) -> Real:
    return np.concatenate([by_site, by_site.sum(axis=0, keepdims=True)])


def last_noon(study: Study) -> int:
    """The step at or behind the last noon from which a whole local day is left; the last step where there is none."""
    zone = ZoneInfo(study.fleet.sites[0].clock)
    timeline = study.timeline
    day = timeline.end.astimezone(zone).date()
    noon = datetime(day.year, day.month, day.day, NOON_H, tzinfo=zone) - timedelta(days=2)
    at = int(np.searchsorted(timeline.edges_s, epoch_s(noon)))
    return min(max(at, 0), len(timeline) - 1)


def _beyond(as_of: datetime, plan_h: float) -> Finding:
    return Finding(
        subject="[planning] plan_h",
        value=f"{plan_h:g} h from {as_of.isoformat()}",
        limit="the end of the next local day",
        mend="Plan further ahead, or ask --at a later hour of the day.",
    )


def _too_young(as_of: datetime, days: int) -> Finding:
    return Finding(
        subject=f"days declared and over before {as_of.isoformat()}",
        value=str(days),
        limit=f"at least {DAYS_MIN}, from which the band is learned",
        mend="Ask --at a later day, or give a case that begins earlier.",
    )
