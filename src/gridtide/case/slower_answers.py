"""Slower points of a case's services: stated, or read from the fit of a model within the tolerated delay."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gridtide.case.machines import serving_models
from gridtide.case.schema import CaseFile, PlacedTable, ServiceTable
from gridtide.case.serving_tables import Tables, answers_at, farthest_way_s, slower_rates_per_s
from gridtide.finding import Finding
from gridtide.fleet.fleet import Fleet, place_named
from gridtide.fleet.serving_model import (
    ServingModel,
    first_token_s,
    it_kw_per_accelerator,
    requests_per_s,
    sequences_at,
)
from gridtide.fleet.site import Pool
from gridtide.fleet.slower_answers import SlowerAnswers
from gridtide.physics.serving_power import iteration_s
from gridtide.simulate.serving_tables import Sized

PARTS = (0.5, 1.0)
"""Shares of the tolerated delay at which a fitted model gets a point."""
NO_SAVING_KW_S = 1e-9
"""Energy of a request below this that a point saves is none."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point at one place: requests a second and IT kW of an accelerator, seconds to the first token."""

    requests_per_s: float
    first_s: float
    it_kw: float


def slower_of(
    table: ServiceTable, fleet: Fleet, usual: dict[int, Point], tables: Tables
) -> tuple[SlowerAnswers, ...]:
    """The slower points of a valid service, at all places together. usual: its usual point at each place."""
    if table.delay_tolerance == 0.0:
        return ()
    found = {}
    for row in table.place:
        at = place_named(fleet, row.site, row.pool)
        pool, by_load = fleet.pools[at], None
        if row.sequences is not None:
            by_load = tables.get((table.name, pool.accelerator))
        asked = (
            _tabled(table, fleet, at, usual[at], by_load) if by_load else _asked(table, row, pool)
        )
        found[at] = menu_at(table, asked, pool, usual[at])
    most = max((len(points) for points in found.values()), default=0)
    return tuple(_at_places(found, number, len(fleet.places)) for number in range(most))


def menu_at(
    table: ServiceTable, asked: tuple[Point, ...], pool: Pool, usual: Point
) -> tuple[Point, ...]:
    """The slower points at a place, fastest first: each takes less energy for a request than every faster one."""
    limit_s = table.latency_max_s * (1.0 + table.delay_tolerance)
    kept, least = [], _energy_kw_s(usual, pool)
    for point in asked:
        energy = _energy_kw_s(point, pool)
        if point.first_s <= limit_s and energy < least - NO_SAVING_KW_S:
            kept.append(point)
            least = energy
    return tuple(kept)


def _asked(table: ServiceTable, row: PlacedTable, pool: Pool) -> tuple[Point, ...]:
    return stated(row) if row.sequences is None else _fitted(table, row, pool)


def _tabled(
    table: ServiceTable, fleet: Fleet, at: int, usual: Point, sized: Sized
) -> tuple[Point, ...]:
    """Fuller replicas whose tokens take longer by parts of the tolerance, as the table of its answers has them."""
    pool, by_load = fleet.pools[at], sized.table
    model = serving_models()[table.model or "", pool.accelerator]
    limit_s = table.latency_max_s * (1.0 + table.delay_tolerance)
    way_s = farthest_way_s(by_load, limit_s, fleet, int(fleet.site_of_place[at]))
    usual_per_s = usual.requests_per_s * model.accelerators
    rates = [slower_rates_per_s(by_load, table, usual_per_s, way_s, part) for part in PARTS]
    found = [answers_at(by_load, model, pool, rate) for rate in dict.fromkeys(rates)]
    return tuple(
        Point(requests_per_s=rate, first_s=first_s, it_kw=it_kw) for rate, first_s, it_kw in found
    )


def stated(row: PlacedTable) -> tuple[Point, ...]:
    """The points a place states, fastest answer first."""
    points = [
        Point(
            requests_per_s=one.requests_per_accelerator_s,
            first_s=one.time_to_first_token_s,
            it_kw=one.it_kw_per_accelerator,
        )
        for one in row.point
    ]
    return tuple(sorted(points, key=lambda point: point.first_s))


def _fitted(table: ServiceTable, row: PlacedTable, pool: Pool) -> tuple[Point, ...]:
    """Fuller batches whose iteration takes longer by parts of the tolerance, within the range of the fit."""
    model = serving_models()[table.model or "", pool.accelerator]
    tokens, prompt = table.tokens_per_request or 0.0, table.prompt_tokens or 0.0
    batches = [
        batch_within(model, row.sequences or 0.0, 1.0 + part * table.delay_tolerance)
        for part in PARTS
    ]
    points = []
    for batch in dict.fromkeys(batches):
        most = requests_per_s(model, batch, tokens)
        in_flight = sequences_at(model, most / (1.0 + pool.burst_reserve), tokens)
        points.append(
            Point(
                requests_per_s=most / model.accelerators,
                first_s=first_token_s(model, batch, prompt),
                it_kw=it_kw_per_accelerator(model, in_flight),
            )
        )
    return tuple(points)


def batch_within(model: ServingModel, usual: float, times: float) -> float:
    """The fullest batch whose iteration takes at most so many times as long as the usual one's."""
    allowed_s = times * iteration_s(usual, model.first_s, *model.per_sequence_s)
    low, high = usual, model.sequences_to
    if iteration_s(high, model.first_s, *model.per_sequence_s) <= allowed_s:
        return high
    for _ in range(60):
        middle = 0.5 * (low + high)
        if iteration_s(middle, model.first_s, *model.per_sequence_s) <= allowed_s:
            low = middle
        else:
            high = middle
    return low


def _energy_kw_s(point: Point, pool: Pool) -> float:
    """What one request takes beyond parked machines."""
    return (point.it_kw - pool.parked_kw_per_accelerator) / point.requests_per_s


def _at_places(found: dict[int, tuple[Point, ...]], number: int, places: int) -> SlowerAnswers:
    rate, first, power = np.zeros((3, places))
    for at, points in found.items():
        if number < len(points):
            rate[at], first[at] = points[number].requests_per_s, points[number].first_s
            power[at] = points[number].it_kw
    return SlowerAnswers(
        requests_per_accelerator_s=rate,
        time_to_first_token_s=first,
        it_kw_per_accelerator=power,
    )


def slower_faults(case: CaseFile) -> Iterator[Finding]:
    """Slower points that no tolerance allows, beside a model, not slower, or later than tolerated."""
    for number, service in enumerate(case.service, start=1):
        for index, place in enumerate(service.place, start=1):
            if place.point:
                yield from _place_faults(f"service[{number}].place[{index}].point", service, place)


def _place_faults(key: str, service: ServiceTable, place: PlacedTable) -> Iterator[Finding]:
    if service.delay_tolerance == 0.0:
        yield Finding(
            subject=key, value=f"{len(place.point)} stated", limit="none without a delay_tolerance",
            mend="State by how much answers may be slower, or leave the points out.",
        )  # fmt: skip
    if place.sequences is not None:
        yield Finding(
            subject=key, value="stated beside `sequences`", limit="points follow from the model",
            mend="Leave out one of the two.",
        )  # fmt: skip
        return
    usual_s = place.time_to_first_token_s or 0.0
    allowed_s = service.latency_max_s * (1.0 + service.delay_tolerance)
    for number, point in enumerate(place.point, start=1):
        if not usual_s < point.time_to_first_token_s <= allowed_s:
            yield Finding(
                subject=f"{key}[{number}].time_to_first_token_s",
                value=f"{point.time_to_first_token_s:g} s",
                limit=f"above the usual {usual_s:g} s, at most {allowed_s:g} s: latency_max_s with its tolerance",
                mend="Correct it, or leave the point out.",
            )
    ordered = sorted(place.point, key=lambda point: point.time_to_first_token_s)
    for faster, slower in pairwise(ordered):
        if faster.time_to_first_token_s == slower.time_to_first_token_s:
            yield Finding(
                subject=key, value=f"two at {slower.time_to_first_token_s:g} s", limit="each time once",
                mend="Leave one of them out.",
            )  # fmt: skip
