"""What services answer in the twin: true demand, split as told, on the machines that jobs leave free."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.fleet.ways import Ways, by_service, ways_of
from gridtide.simulate.answers_by_table import measured_kw, table_kw
from gridtide.simulate.moved_requests import LostCaches
from gridtide.simulate.resting import Rested, Resting
from gridtide.simulate.sending_on import awake_first
from gridtide.simulate.site_power import at_sites
from gridtide.simulate.staffing import staffed, wait_budgets_s, waits_s
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]
ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Served:
    """What services did in a span of T steps.

    answered (V, O, P, T) and refused (V, O, T): requests per second. active: accelerators in use by each
    service, (V, P, T). answering_kw: IT power of one of them, (V, P, T). latency_p50_s, latency_p95_s:
    answer times by service, origin and place, (V, O, P, T), NaN without requests; where some are answered slower, those
    of the slowest. slower: requests per second answered at each slower point, (N, O, P, T), slower_p95_s: their answer
    times. rested: what nodes that nothing used did meanwhile.
    """

    answered: Real
    refused: Real
    active: Real
    answering_kw: Real
    latency_p50_s: Real
    latency_p95_s: Real
    slower: Real
    slower_p95_s: Real
    rested: Rested


def serve(
    study: Study,
    truth: Truth,
    span: slice,
    dispatch: Dispatch,
    occupied: NDArray[np.int64],
    left_kw: Real,
    held_kw: Real,
    resting: Resting,
    lost: LostCaches,
) -> Served:
    """Answer the true demand of a span of steps. occupied: accelerators jobs hold, (P, T).

    left_kw: IT power that building and connection leave for answering beyond parked machines, (S, T). Where
    it is short the burst reserve goes first, then requests are refused: the grid limit comes before them.
    held_kw: what the imports that sites are held to leave, (S, T); beyond it requests are sent on where there is room.
    resting: nodes that rest, lost: where users were answered before; both are advanced through the span.
    """
    requests = truth.requests_per_s[:, :, span]
    free = np.maximum(study.fleet.accelerators[:, None] - occupied, 0).astype(np.float64)
    hours = study.timeline.hours[span]
    ways = ways_of(study.fleet, study.services)
    levels_kw = (held_kw, left_kw)
    asked = awake_first(
        dispatch, study.fleet, ways, requests, occupied, levels_kw, hours, resting, span.start
    )
    extra = lost.extra_machines(ways, asked, requests)
    answered, need, active = _staffed(study, ways, asked, extra, free)
    rested = resting.advance(active.sum(axis=0), occupied, span.start, dispatch.nodes_used)
    awake = np.maximum(free - rested.unready, 0.0)
    if (active.sum(axis=0) > awake + ROUNDING).any():
        answered, need, active = _staffed(study, ways, asked, extra, awake)
    left_kw = left_kw - at_sites(study.fleet, rested.extra_kw)
    answered, need, active = _within_power(study, ways, left_kw, answered, need, active)
    return _told(study, ways, requests, (answered, need, active), rested)


def _staffed(
    study: Study, ways: Ways, asked: Real, extra: Real, free: Real
) -> tuple[Real, Real, Real]:
    """What is answered (W, O, P, T), and machines needed and in use (W, P, T), on free ones (P, T).

    extra: machines needed beyond what is asked, (W, P, T).
    """
    rates = np.stack([service.requests_per_accelerator_s for service in ways.services]) if ways.services \
        else np.zeros((0, len(study.fleet.places)))  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        per_place = asked.sum(axis=1)
        need = np.where(per_place > 0, per_place / rates[:, :, None] + extra, 0.0)
        total = need.sum(axis=0)
        fits = np.where(total > free, free / total, 1.0)
    need = np.where(np.isfinite(need), need, 0.0) * fits
    answered = asked * fits[None, None] * (rates[:, None, :, None] > 0)
    reserve = 1.0 + np.asarray([pool.burst_reserve for pool in study.fleet.pools])
    wanted = need * reserve[None, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        squeeze = np.where(wanted.sum(axis=0) > free, free / wanted.sum(axis=0), 1.0)
    active = np.maximum(wanted * squeeze, need)
    if ways.services:
        budget_s = wait_budgets_s(study.fleet, ways.services, answered)
        active, share = staffed(ways.services, need, active, free, budget_s)
        answered, need = answered * share[:, None], need * share
    return answered, need, active


def _told(
    study: Study, ways: Ways, requests: Real, done: tuple[Real, Real, Real], rested: Rested
) -> Served:
    """What ways did, summed by service. done: requests answered, machines needed and in use."""
    answered, need, active = done
    p50, p95 = _answer_times(study, ways, answered, need, active)
    power = _answering_kw(ways, answered.sum(axis=1), active)
    of_services, in_use = by_service(answered, ways), by_service(active, ways)
    if len(ways.of) > ways.usual:
        mean = by_service(power * active, ways) / np.where(in_use > 0, in_use, 1.0)
        power = np.where(in_use > 0, mean, power[: ways.usual])
    return Served(
        answered=of_services,
        refused=np.maximum(requests - of_services.sum(axis=2), 0.0),
        active=in_use,
        answering_kw=power,
        latency_p50_s=_slowest(p50, ways),
        latency_p95_s=_slowest(p95, ways),
        slower=answered[ways.usual :],
        slower_p95_s=p95[ways.usual :],
        rested=rested,
    )


def _slowest(times_s: Real, ways: Ways) -> Real:
    """Answer times by service: those of its slowest way, NaN where none answers."""
    slowest = times_s[: ways.usual].copy()
    for way in range(ways.usual, len(ways.of)):
        slowest[ways.of[way]] = np.fmax(slowest[ways.of[way]], times_s[way])
    return slowest


def _within_power(
    study: Study, ways: Ways, left_kw: Real, answered: Real, need: Real, active: Real
) -> tuple[Real, Real, Real]:
    """What is answered, needed and in use under the power that is left."""
    site = study.fleet.site_of_place
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in study.fleet.pools])

    def share_of(in_use: Real) -> Real:
        beyond = in_use * (_answering_kw(ways, answered.sum(axis=1), in_use) - parked[:, None])
        asked = [beyond[:, site == one].sum(axis=(0, 1)) for one in range(len(left_kw))]
        room = np.maximum(left_kw, 0.0) / np.maximum(np.stack(asked), 1e-12)
        return np.asarray(np.minimum(room, 1.0))[site]

    short = share_of(active) < 1.0
    if not short.any():
        return answered, need, active
    active = np.where(short, need, active)
    share = np.where(short, share_of(active), 1.0)
    return answered * share, need * share, active * share


def _answering_kw(ways: Ways, answered: Real, active: Real) -> Real:
    """Power of an accelerator that answers, kW, (W, P, T): by its sequences in flight where a fit is known."""
    from gridtide.kernels import serving as kernel

    power = np.zeros_like(active)
    for index, service in enumerate(ways.services):
        power[index] = service.it_kw_per_accelerator[:, None]
        for place, model in enumerate(service.models):
            if model is None:
                continue
            if service.tables and service.tables[place] is not None:
                power[index, place] = table_kw(
                    service, place, answered[index, place], active[index, place]
                )
                continue
            replicas = np.maximum(active[index, place] / model.accelerators, 1e-9)
            if model.power_table[0]:
                each = answered[index, place] / replicas
                power[index, place] = measured_kw(model, service.tokens_per_request, each)
                continue
            power[index, place] = kernel.answering_kw(
                np.ascontiguousarray(answered[index, place] / replicas),
                service.tokens_per_request,
                (model.least_w, model.range_w, model.steepness, model.middle),
                (model.first_s, model.per_sequence_s),
                (model.sequences_from, model.sequences_to),
                (model.rest_w, model.slope),
            )
    return power


def _answer_times(
    study: Study, ways: Ways, answered: Real, need: Real, active: Real
) -> tuple[Real, Real]:
    site = study.fleet.site_of_place
    travel_s = study.fleet.network.latency_ms[:, site] / 1000.0
    times = [np.full(answered.shape, np.nan), np.full(answered.shape, np.nan)]
    for index, service in enumerate(ways.services):
        for quantile, filled in zip((0.5, 0.95), times, strict=True):
            wait_s = waits_s(service, need[index], active[index], quantile)
            total = (
                travel_s[:, :, None] + service.time_to_first_token_s[None, :, None] + wait_s[None]
            )
            filled[index] = np.where(answered[index] > 0, total, np.nan)
    return times[0], times[1]
