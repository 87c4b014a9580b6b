"""How many machines requests can keep at most, wherever they are sent, and what each draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.service import Service
from gridtide.fleet.serving_model import it_kw_per_accelerator, sequences_at
from gridtide.fleet.ways import ways_of
from gridtide.physics.server import server_share_w
from gridtide.simulate.answers_by_table import least_first_s
from gridtide.simulate.staffing import RAISE, in_flight, staffed
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]
MARKS = 128
"""Demands at which a place is staffed on trial."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ServingReach:
    """W ways of answering. of: the service of each, (W,). power_kw: most IT power of an accelerator that answers,
    beyond a parked one, (W, P). always, each: how many answer at most, so many, and so many for each request a second,
    (W, P)."""

    of: NDArray[np.int64]
    power_kw: Real
    always: Real
    each: Real


def serving_reach(study: Study, truth: Truth) -> ServingReach:
    """What requests of a study can keep busy.

    The twin adds machines by steps until answers come in time: it stops one step at most above what in time takes, and
    what takes in time more requests takes in time fewer. Of services that lose caches all machines of a place may
    answer.
    """
    ways, places = ways_of(study.fleet, study.services), len(study.fleet.places)
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in study.fleet.pools])
    asked_per_s = truth.requests_per_s.sum(axis=1).max(axis=1, initial=0.0)
    none = np.zeros((0, places))
    power = [
        np.asarray([_most_kw(service, place) for place in range(places)]) - parked
        for service in ways.services
    ]
    answering = [
        _answering(study, service, float(asked_per_s[of]))
        for service, of in zip(ways.services, ways.of, strict=True)
    ]
    return ServingReach(
        of=ways.of,
        power_kw=np.maximum(np.stack(power), 0.0) if power else none,
        always=np.stack([always for always, _ in answering]) if power else none,
        each=np.stack([each for _, each in answering]) if power else none,
    )


def _most_kw(service: Service, place: int) -> float:
    """Of one accelerator, kW: full, or as its model or table has it at its highest."""
    found = float(service.it_kw_per_accelerator[place])
    model = service.models[place] if service.models else None
    if model is None:
        return found
    rate_per_s = float(service.requests_per_accelerator_s[place]) * model.accelerators
    full = sequences_at(model, rate_per_s, service.tokens_per_request)
    found = max(found, it_kw_per_accelerator(model, full))
    table = service.tables[place] if service.tables else None
    if table is None:
        return found
    return max(
        found, server_share_w(float(table.accelerator_w[-1]), model.rest_w, model.slope) / 1000.0
    )


def _answering(study: Study, service: Service, asked_per_s: float) -> tuple[Real, Real]:
    """Machines that answer at each place at most, (P,): so many, and so many for each request a second."""
    fleet = study.fleet
    all_of = np.asarray(fleet.accelerators, dtype=np.float64)
    rate = service.requests_per_accelerator_s
    there = rate > 0.0
    if any(one.lost_cache_s.any() for one in study.services):
        return np.where(there, all_of, 0.0), np.zeros_like(all_of)
    marks_per_s = np.linspace(0.0, max(asked_per_s, 1e-9), MARKS + 1)
    need = np.where(there, 1.0 / np.where(there, rate, 1.0), 0.0)[:, None] * marks_per_s[1:]
    most = np.minimum(_staffed_most(study, service, need), all_of[:, None])
    always = most[:, 0]
    each = np.max((most[:, 1:] - always[:, None]) / marks_per_s[1:-1], axis=1, initial=0.0)
    return np.where(there, always, 0.0), np.where(there, each, 0.0)


def _staffed_most(study: Study, service: Service, need: Real) -> Real:
    """The most machines that any demand up to each mark is staffed with, (P, MARKS). need: at the marks."""
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in study.fleet.pools])[:, None]
    shape = (1, *need.shape)
    budget_s = np.broadcast_to(_least_budget_s(study, service)[:, None], need.shape)[None]
    endless = np.full(need.shape, np.inf)
    wanted = (need * reserve)[None]
    active, in_time = staffed((service,), need[None], wanted, endless, budget_s)
    above = np.maximum(RAISE * active, active + 1.0 / in_flight(service)[None, :, None])
    found = np.where(active > wanted, above, wanted).reshape(shape)
    return np.maximum.accumulate(np.where(in_time < 1.0, np.inf, found)[0], axis=1)


def _least_budget_s(study: Study, service: Service) -> Real:
    """The shortest wait that requests from any origin may have at each place, (P,); inf where nothing helps."""
    travel_s = study.fleet.network.latency_ms[:, study.fleet.site_of_place] / 1000.0
    left_s = service.latency_max_s - travel_s
    in_reach = left_s - least_first_s(service) > 0.0
    budget_s = np.where(in_reach, left_s - service.time_to_first_token_s, np.inf)
    return np.asarray(budget_s.min(axis=0, initial=np.inf))
