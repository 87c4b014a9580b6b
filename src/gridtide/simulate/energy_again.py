"""Measures that change what is planned, by a course of their own: planned, placed, run and metered again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.parking import Parking
from gridtide.fleet.service import Service
from gridtide.fleet.serving_model import it_kw_per_accelerator, requests_per_s, sequences_at
from gridtide.fleet.site import Pool
from gridtide.physics.serving_power import iteration_s
from gridtide.settle.cost import settle_energy_cost
from gridtide.settle.ladder import best_sequences
from gridtide.simulate.course import Course
from gridtide.simulate.energy_measures import FULLER, OFF, TOGETHER
from gridtide.simulate.settlement import metered_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

NODE = 8
WAKE_PARKED_S, WAKE_OFF_S = 30.0, 600.0
LEAST_PARKED_S, LEAST_OFF_S = 900.0, 1800.0
"""Assumed of nodes that go off, where a case says nothing: the defaults of its table of parking."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """Saved by the meters of a course run again: drawn from the grid less [kWh], energy paid less [money], and
    requests refused more."""

    kwh: float
    money: float
    refused: float


def solved_again(
    study: Study, truth: Truth, course: Course, run: Callable[[Study], tuple[Truth, Course]]
) -> dict[str, Again]:
    """What measures save by a course of their own, by name; only those that change the case are in it. run: the same
    policy through another study."""
    found = {}
    for name, changed in changed_studies(study):
        its_truth, its_course = run(changed)
        found[name] = _less(study, (truth, course), changed, (its_truth, its_course))
    return found


def changed_studies(study: Study) -> list[tuple[str, Study]]:
    """The case with fuller batches, with nodes for services that rest, and with both."""
    fuller = replace(study, services=tuple(_fuller(study, one) for one in study.services))
    resting, whole = _resting(study), _resting(fuller)
    batches = any(a is not b for a, b in zip(fuller.services, study.services, strict=True))
    rests = any(a is not b for a, b in zip(resting.fleet.pools, study.fleet.pools, strict=True))
    found = [(FULLER, fuller)] if batches else []
    found += [(OFF, resting)] if rests else []
    return [*found, (TOGETHER, whole)] if batches and rests else found


def _resting(study: Study) -> Study:
    """Nodes kept for services go off when it pays, where the case does not say how they rest."""
    sites = tuple(
        replace(site, pools=tuple(_with_parking(pool) for pool in site.pools))
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def _with_parking(pool: Pool) -> Pool:
    if not pool.for_services or pool.parking is not None:
        return pool
    parked_kw = pool.parked_kw_per_accelerator
    parking = Parking(
        node_accelerators=NODE,
        idle_kw=parked_kw,
        parked_kw=parked_kw,
        off_kw=0.0,
        wake_kw=pool.full.it_kw_per_accelerator,
        wake_parked_s=WAKE_PARKED_S,
        wake_off_s=WAKE_OFF_S,
        least_idle_s=0.0,
        least_parked_s=LEAST_PARKED_S,
        least_off_s=LEAST_OFF_S,
    )
    return replace(pool, parking=parking)


def _fuller(study: Study, service: Service) -> Service:
    """The service at the best point of its fit at each place where that takes less for a request, its limit as much
    longer as its tokens; one whose answers are known from a table of its requests stays."""
    if any(table is not None for table in service.tables):
        return service
    rate = service.requests_per_accelerator_s.copy()
    first, power = service.time_to_first_token_s.copy(), service.it_kw_per_accelerator.copy()
    longest = 1.0
    for place, model in enumerate(service.models):
        if model is None:
            continue
        pool, tokens = study.fleet.pools[place], service.tokens_per_request
        reserve, parked = 1.0 + pool.burst_reserve, pool.parked_kw_per_accelerator
        full = best_sequences(model)
        most = requests_per_s(model, full, tokens) / model.accelerators
        flying = sequences_at(model, most * model.accelerators / reserve, tokens)
        kw = it_kw_per_accelerator(model, flying)
        if (kw - parked) / most >= (power[place] - parked) / rate[place]:
            continue
        usual = sequences_at(model, rate[place] * model.accelerators, tokens)
        times = _iteration_s(model.first_s, model.per_sequence_s, full) / _iteration_s(
            model.first_s, model.per_sequence_s, usual
        )
        rate[place], power[place], first[place] = most, kw, first[place] * times
        longest = max(longest, times)
    if np.array_equal(rate, service.requests_per_accelerator_s):
        return service
    return replace(
        service,
        requests_per_accelerator_s=rate,
        time_to_first_token_s=first,
        it_kw_per_accelerator=power,
        latency_max_s=service.latency_max_s * longest,
        slower=(),
    )


def _iteration_s(first_s: float, per_sequence_s: tuple[float, ...], sequences: float) -> float:
    return float(iteration_s(sequences, first_s, *per_sequence_s))


def _less(
    study: Study, before: tuple[Truth, Course], changed: Study, after: tuple[Truth, Course]
) -> Again:
    hours = study.timeline.hours
    was, now = before[1].telemetry, after[1].telemetry
    return Again(
        kwh=float(((was.import_kw - now.import_kw) * hours).sum()),
        money=_energy_cost(study, *before) - _energy_cost(changed, *after),
        refused=_requests(now.refused, hours) - _requests(was.refused, hours),
    )


def _requests(per_s: NDArray[np.float64], hours: NDArray[np.float64]) -> float:
    return float((per_s * hours).sum() * 3600.0)


def _energy_cost(study: Study, truth: Truth, course: Course) -> float:
    return sum(
        settle_energy_cost(site.contract, metered_of(study, truth, course, index))
        for index, site in enumerate(study.fleet.sites)
    )
