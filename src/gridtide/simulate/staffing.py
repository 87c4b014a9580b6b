"""How many machines answer a service at a place, and what must be turned away, so that answers come in time."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service
from gridtide.fleet.serving_model import sequences_at
from gridtide.simulate.answers_by_table import least_first_s, with_table_waits_s

Real = NDArray[np.float64]
QUANTILE = 0.95
RAISES = 24
RAISE = 1.15
HALVINGS = 24


def wait_budgets_s(fleet: Fleet, services: tuple[Service, ...], asked: Real) -> Real:
    """How long a request may wait in the queue of each place, (V, P, T), seconds; inf where nothing helps.

    asked: requests per second of each service from each origin to each place, (V, O, P, T). The farthest origin
    that asks decides. A place that answers its home though even an empty queue is late keeps no budget.
    """
    travel_s = fleet.network.latency_ms[:, fleet.site_of_place] / 1000.0
    farthest_s = np.where(asked > 0, travel_s[None, :, :, None], 0.0).max(axis=1, initial=0.0)
    limits = np.asarray([service.latency_max_s for service in services])
    first = np.stack([service.time_to_first_token_s for service in services])
    budget = limits[:, None, None] - first[:, :, None] - farthest_s
    least = np.stack([least_first_s(service) for service in services])
    in_reach = limits[:, None, None] - least[:, :, None] - farthest_s > 0
    return np.where(in_reach, budget, np.inf)


def waits_s(service: Service, need: Real, active: Real, quantile: float) -> Real:
    """Quantile of the wait in pools of `active` accelerators of which `need` are busy, (P, T), seconds.

    Sakasegawa's mean wait with an exponential tail beyond the chance of waiting at all. What serves is a
    sequence in flight where a model answers, else an accelerator. Where a table says what replicas answer, it says how
    long first tokens take.
    """
    each = in_flight(service)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        servers = np.maximum(active * each, 1.0)
        load = np.clip(need * each / servers, 0.0, 0.9999)
        waits = load ** (np.sqrt(2.0 * (servers + 1.0)) - 1.0)
        per_server = service.requests_per_accelerator_s[:, None] / each
        mean_if_waiting = (1.0 + service.burstiness) / 2.0 / (servers * (1.0 - load) * per_server)
        beyond = mean_if_waiting * np.log(waits / (1.0 - quantile))
    found = np.where((waits > 1.0 - quantile) & np.isfinite(beyond), beyond, 0.0)
    return with_table_waits_s(found, service, need, active, quantile)


def in_flight(service: Service) -> Real:
    """Sequences that one accelerator has in flight at its full rate at each place, (P,); 1 without a model."""
    each = np.ones(len(service.requests_per_accelerator_s))
    for place, model in enumerate(service.models):
        if model is not None:
            rate_per_s = float(service.requests_per_accelerator_s[place]) * model.accelerators
            full = sequences_at(model, rate_per_s, service.tokens_per_request)
            each[place] = max(1.0, full / model.accelerators)
    return each


def staffed(
    services: tuple[Service, ...], need: Real, active: Real, free: Real, budget_s: Real
) -> tuple[Real, Real]:
    """Machines in use and the share of requests that is answered, both (V, P, T).

    need: machines the requests keep busy, active: with their burst reserve, (V, P, T). free: machines of each
    place, (P, T). Where the 95 % wait is longer than its budget, free machines are added; where none are left,
    requests are turned away until those that are answered come in time.
    """
    least = np.stack([1.0 / in_flight(service) for service in services])[:, :, None]
    late = _late(services, need, active, budget_s)
    for _ in range(RAISES):
        spare = np.maximum(free - active.sum(axis=0), 0.0)
        if not (late & (spare > 1e-9)).any():
            break
        more = np.where(late, np.maximum(active * (RAISE - 1.0), least), 0.0)
        asked = more.sum(axis=0)
        active = active + more * np.minimum(1.0, spare / np.maximum(asked, 1e-12))
        late = _late(services, need, active, budget_s)
    return active, _share_in_time(services, need, active, budget_s, late)


def _late(
    services: tuple[Service, ...], need: Real, active: Real, budget_s: Real
) -> NDArray[np.bool_]:
    waits = [
        waits_s(service, need[index], active[index], QUANTILE)
        for index, service in enumerate(services)
    ]
    return np.asarray((np.stack(waits) > budget_s) & (need > 0), dtype=np.bool_)


def _share_in_time(
    services: tuple[Service, ...],
    need: Real,
    active: Real,
    budget_s: Real,
    late: NDArray[np.bool_],
) -> Real:
    """The largest share of the requests whose 95 % wait fits its budget, by bisection from below."""
    low, high = np.where(late, 0.0, 1.0), np.ones_like(need)
    if not late.any():
        return high
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        too_much = _late(services, need * middle, active, budget_s)
        low = np.where(too_much, low, middle)
        high = np.where(too_much, middle, high)
    return np.where(late, low, 1.0)
