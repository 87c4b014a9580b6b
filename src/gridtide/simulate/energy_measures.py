"""What would take less energy: the meters of a course reckoned again with one thing changed, and with all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.building import capacities_kw, plants_of
from gridtide.fleet.serving_model import it_kw_per_accelerator, requests_per_s, sequences_at
from gridtide.physics.heat_plant import AIR_CHILLER
from gridtide.settle.cost import settle_energy_cost
from gridtide.settle.ladder import best_sequences
from gridtide.simulate.course import Course
from gridtide.simulate.energy import parts_kw
from gridtide.simulate.settlement import metered_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]
WARMER_K = 5.0
RISE_K = 2.778
"""Kelvin outdoors that count as one at the evaporator of an air-cooled chiller, in the curves of physics/cooling."""
BEST_LOAD = 0.877
LEAST_UPS = 0.1
OFF_H = 4.0
FULLER = "fuller batches, the rest parked"
OFF = f"off what is parked for {OFF_H:g} h or longer"
TOGETHER = "all together"


@dataclass(frozen=True, kw_only=True, eq=False)
class Altered:
    """How a course would have stood: accelerators that answer and their power, IT, weather and UPS, as arrays of it."""

    active: Real
    it_kw: Real
    outdoor_c: Real
    ups_kw: Real


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Saved at the meters: drawn from the grid less [kWh] and energy paid less [money]; assumes: what it takes."""

    measure: str
    kwh: float
    money: float
    assumes: str


def measures_of(study: Study, truth: Truth, course: Course) -> tuple[tuple[Measure, ...], Measure]:
    """Each alone, most kWh first, and all together, which is less than their sum."""
    base = _as_it_was(study, truth, course)
    changes = (
        (FULLER, _fuller, "each model at the best point of its fit with its burst reserve; "
         "tokens come slower there"),
        (OFF, _off, "known beforehand, no energy to wake"),
        (f"supply {WARMER_K:g} K warmer", _warmer, "the plant rejects as if it were so much cooler outside"),
        (f"UPS modules in use at {BEST_LOAD:g} of their load", _modules, "a tenth of the building's UPS at least"),
    )  # fmt: skip
    found = []
    together = base
    for name, change, assumes in changes:
        found.append(_saved(study, truth, course, name, assumes, change(study, course, base)))
        together = change(study, course, together)
    found.sort(key=lambda measure: -measure.kwh)
    whole = _saved(study, truth, course, TOGETHER, "as each", together)
    return tuple(found), whole


def _as_it_was(study: Study, truth: Truth, course: Course) -> Altered:
    seen = course.telemetry
    built = capacities_kw(study.fleet)[:, None]
    return Altered(
        active=seen.active,
        it_kw=seen.it_kw,
        outdoor_c=truth.outdoor_c,
        ups_kw=np.broadcast_to(built, seen.it_kw.shape),
    )


def _saved(
    study: Study, truth: Truth, course: Course, name: str, assumes: str, now: Altered
) -> Measure:
    """Meters of the building with the change beside those of the course; what then is over is not exported."""
    seen, hours, fleet = course.telemetry, study.timeline.hours, study.fleet
    was = _as_it_was(study, truth, course)
    less_kw = _drawn(study, was) - _drawn(study, now)
    imported = np.maximum(seen.import_kw - less_kw, 0.0)
    changed = replace(course, telemetry=replace(seen, import_kw=imported))
    money = sum(
        settle_energy_cost(site.contract, metered_of(study, truth, course, index))
        - settle_energy_cost(site.contract, metered_of(study, truth, changed, index))
        for index, site in enumerate(fleet.sites)
    )
    kwh = float(((seen.import_kw - imported) * hours).sum())
    return Measure(measure=name, kwh=kwh, money=money, assumes=assumes)


def _drawn(study: Study, one: Altered) -> Real:
    parts = parts_kw(study.fleet, one.it_kw, one.outdoor_c, one.ups_kw)
    return np.asarray(one.it_kw + parts.sum(axis=0))


def _fuller(study: Study, course: Course, was: Altered) -> Altered:
    active, it_kw = was.active.copy(), was.it_kw.copy()
    seen, site = course.telemetry, study.fleet.site_of_place
    for number, service in enumerate(study.services):
        for place, model in enumerate(service.models):
            if model is None:
                continue
            pool = study.fleet.pools[place]
            tokens, reserve = service.tokens_per_request, 1.0 + pool.burst_reserve
            most = requests_per_s(model, best_sequences(model), tokens)
            kw = it_kw_per_accelerator(model, sequences_at(model, most / reserve, tokens))
            asked = seen.answered[number, :, place].sum(axis=0)
            before, drew = was.active[number, place], seen.answering_kw[number, place]
            needed = np.minimum(asked * reserve / most * model.accelerators, before)
            parked = pool.parked_kw_per_accelerator
            less = before * drew - needed * kw - (before - needed) * parked
            gains = less > 0
            active[number, place] = np.where(gains, needed, before)
            it_kw[site[place]] -= np.where(gains, less, 0.0)
    return replace(was, active=active, it_kw=it_kw)


def _off(study: Study, course: Course, was: Altered) -> Altered:
    fleet, it_kw = study.fleet, was.it_kw.copy()
    steps = max(1, round(OFF_H * 3600.0 / int(study.timeline.step_s or 3600)))
    used = fleet.menu.by_place(course.telemetry.busy.sum(axis=0)) + was.active.sum(axis=0)
    for place, pool in enumerate(fleet.pools):
        idle = np.maximum(pool.accelerators - used[place], 0.0)
        off = idle_throughout(idle, steps)
        it_kw[fleet.site_of_place[place]] -= off * pool.parked_kw_per_accelerator
    return replace(was, it_kw=it_kw)


def idle_throughout(idle: Real, steps: int) -> Real:
    """How many are idle at each step as part of a stretch of so many steps, (T,); 0 where the course is shorter."""
    if len(idle) < steps:
        return np.zeros_like(idle)
    least = np.lib.stride_tricks.sliding_window_view(idle, steps).min(axis=1)
    edge = np.zeros(steps - 1)
    padded = np.concatenate([edge, least, edge])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, steps).max(axis=1))


def _warmer(study: Study, course: Course, was: Altered) -> Altered:
    air = plants_of(study.fleet)[:, None] == AIR_CHILLER
    return replace(was, outdoor_c=was.outdoor_c - WARMER_K * np.where(air, RISE_K, 1.0))


def _modules(study: Study, course: Course, was: Altered) -> Altered:
    built = capacities_kw(study.fleet)[:, None]
    return replace(was, ups_kw=np.clip(was.it_kw / BEST_LOAD, LEAST_UPS * built, built))


def rows(found: tuple[Measure, ...]) -> Iterator[dict[str, float | str | None]]:
    """Each as a row; money_per_kwh is null where nothing is saved."""
    for one in found:
        yield {
            "measure": one.measure,
            "kwh": one.kwh,
            "money": one.money,
            "money_per_kwh": one.money / one.kwh if one.kwh > 0 else None,
            "assumes": one.assumes,
        }
