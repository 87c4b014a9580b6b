"""How the services of a case could answer if their users waited longer than it says they tolerate."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gridtide.case.schema import CaseFile, ServiceTable
from gridtide.case.serving_tables import Tables
from gridtide.case.slower_answers import Point, slower_of
from gridtide.fleet.fleet import Fleet, place_named
from gridtide.fleet.service import Service
from gridtide.fleet.slower_answers import SlowerAnswers
from gridtide.simulate.serving_tables import Sized
from gridtide.simulate.study import Study


def longer_answers(
    case: CaseFile, study: Study, delays: tuple[float, ...]
) -> tuple[tuple[Service, ...], tuple[str, ...]]:
    """The services of a study with points at which answers come later than today by these shares, behind their own,
    and a sentence for each service of which that is not known.

    A token takes at most so much longer than at the usual point, and so does the first one. Needs a model of the
    service, or its requests; of rates that are stated nobody knows what fuller batches would give.
    """
    pairs = [(table, _service(study, table)) for table in case.service]
    tables = _tables(study)
    found = tuple(
        replace(one, slower=(*one.slower, *_beyond(table, one, study.fleet, tables, delays)))
        for table, one in pairs
    )
    unknown = tuple(
        f"service {table.name} states its rates and no model: what it could save if users waited longer is not known"
        + (", beyond the points it states" if one.slower else "")
        for table, one in pairs
        if all(place.sequences is None for place in table.place)
    )
    return found, unknown


def _service(study: Study, table: ServiceTable) -> Service:
    return next(one for one in study.services if one.name == table.name)


def _tables(study: Study) -> Tables:
    """The tables of services that name their requests, as the study has them."""
    found: Tables = {}
    for service in study.services:
        for pool, table in zip(study.fleet.pools, service.tables, strict=False):
            if table is not None:
                largest = float(table.requests_per_s[-1])
                found[service.name, pool.accelerator] = Sized(
                    table=table, largest_per_s=largest, said=""
                )
    return found


def _beyond(
    table: ServiceTable,
    service: Service,
    fleet: Fleet,
    tables: Tables,
    delays: tuple[float, ...],
) -> Iterator[SlowerAnswers]:
    for delay in delays:
        if delay in (0.0, table.delay_tolerance):
            continue
        by_place = [
            points
            for row in table.place
            if row.sequences is not None
            and (points := _at_place(table, row.site, row.pool, service, fleet, tables, delay))
        ]
        for number in range(max(map(len, by_place), default=0)):
            there = [points[number] for points in by_place if number < len(points)]
            yield replace(_together(there), later=delay)


def _at_place(
    table: ServiceTable,
    site: str,
    pool: str,
    service: Service,
    fleet: Fleet,
    tables: Tables,
    delay: float,
) -> tuple[SlowerAnswers, ...]:
    """The points of one place within a delay of its own answers today, of the nearest origin."""
    at = place_named(fleet, site, pool)
    usual = Point(
        requests_per_s=float(service.requests_per_accelerator_s[at]),
        first_s=float(service.time_to_first_token_s[at]),
        it_kw=float(service.it_kw_per_accelerator[at]),
    )
    way_s = float(fleet.network.latency_ms[:, fleet.site_of_place[at]].min(initial=np.inf)) / 1000.0
    limit_s = usual.first_s + (way_s * delay / (1.0 + delay) if np.isfinite(way_s) else 0.0)
    here = tuple(row for row in table.place if (row.site, row.pool) == (site, pool))
    asked = table.model_copy(
        update={"place": here, "latency_max_s": limit_s, "delay_tolerance": delay}
    )
    return slower_of(asked, fleet, {at: usual}, tables)


def _together(points: list[SlowerAnswers]) -> SlowerAnswers:
    """Points of different places as one."""
    return SlowerAnswers(
        requests_per_accelerator_s=np.sum(
            [one.requests_per_accelerator_s for one in points], axis=0
        ),
        time_to_first_token_s=np.sum([one.time_to_first_token_s for one in points], axis=0),
        it_kw_per_accelerator=np.sum([one.it_kw_per_accelerator for one in points], axis=0),
    )
