"""The ways in which services answer: each at its usual point first, then every slower point there is."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.reach import may_answer
from gridtide.fleet.service import Service
from gridtide.fleet.slower_answers import SlowerAnswers

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ways:
    """W ways: those of V services at their usual point, in their order, then N slower ones.

    services: each way as a service of its own, whose limit is the one it is held to. of: the service of each way,
    (W,). may: whether a place may answer an origin that way, (W, O, P).
    """

    services: tuple[Service, ...]
    of: Whole
    may: NDArray[np.bool_]

    @property
    def usual(self) -> int:
        """How many services there are: the first so many ways are their usual points."""
        return int(self.of.max(initial=-1)) + 1


def slower_ways(services: tuple[Service, ...]) -> tuple[tuple[int, SlowerAnswers], ...]:
    """The slower points of all services with the service of each, in order."""
    return tuple((number, point) for number, one in enumerate(services) for point in one.slower)


def later_share(service: Service, point: SlowerAnswers | None) -> float:
    """By what share answers at a slower point may come later than the limit of the service."""
    stated = point.later if point is not None else None
    return service.delay_tolerance if stated is None else stated


def answer_limit_s(service: Service, point: SlowerAnswers | None = None) -> float:
    """What the p95 answer time of a slower point may be at most; of any that tolerates what its service does."""
    return service.latency_max_s * (1.0 + later_share(service, point))


def ways_of(fleet: Fleet, services: tuple[Service, ...]) -> Ways:
    """Every way the services may answer, with where."""
    slower = slower_ways(services)
    others = tuple(_as_service(services[number], point) for number, point in slower)
    return Ways(
        services=(*services, *others),
        of=np.asarray([*range(len(services)), *(number for number, _ in slower)], dtype=np.int64),
        may=np.concatenate([may_answer(fleet, services), may_answer_slower(fleet, services)]),
    )


def may_answer_slower(fleet: Fleet, services: tuple[Service, ...]) -> NDArray[np.bool_]:
    """Whether a place may answer an origin at each slower point: weights there and in time, home or not; (N, O, P)."""
    late_s = fleet.network.latency_ms[:, fleet.site_of_place] / 1000.0
    found = []
    for number, point in slower_ways(services):
        service = services[number]
        home = service.home > 0
        there = home | service.resident if service.movable else home
        in_time = late_s + point.time_to_first_token_s <= answer_limit_s(service, point)
        found.append(there & in_time & (point.requests_per_accelerator_s > 0))
    shape = (0, len(fleet.network.origins), len(fleet.places))
    return np.stack(found) if found else np.zeros(shape, dtype=np.bool_)


def by_way(shares: Real, slower: Real, ways: Ways) -> Real:
    """Shares of demand by way, (W, O, P, T), of all shares (V, O, P, T) and the slower ones among them (N, O, P, T).

    Where nobody told slower ones, everything is answered at the usual points.
    """
    count = len(ways.of) - ways.usual
    if count == 0:
        return shares
    told = slower if len(slower) else np.zeros((count, *shares.shape[1:]))
    usual = shares.copy()
    np.subtract.at(usual, ways.of[ways.usual :], told)
    return np.concatenate([np.maximum(usual, 0.0), told])


def by_service(of_ways: Real, ways: Ways) -> Real:
    """What ways do, summed over those of a service: (W, …) to (V, …)."""
    services = ways.usual
    if services == len(of_ways):
        return of_ways
    summed = of_ways[:services].copy()
    np.add.at(summed, ways.of[services:], of_ways[services:])
    return summed


def _as_service(service: Service, point: SlowerAnswers) -> Service:
    return replace(
        service,
        latency_max_s=answer_limit_s(service, point),
        requests_per_accelerator_s=point.requests_per_accelerator_s,
        time_to_first_token_s=point.time_to_first_token_s,
        it_kw_per_accelerator=point.it_kw_per_accelerator,
        slower=(),
    )
