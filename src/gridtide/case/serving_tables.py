"""Services whose requests a case names: their mix, the table of every model that answers them, and what follows."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from gridtide.case.machines import serving_models
from gridtide.case.schema import CaseFile, PlacedTable, ServiceTable
from gridtide.case.work import resolved
from gridtide.finding import Finding, Gathered
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.serving_model import ServingModel
from gridtide.fleet.serving_table import ServingTable, at_load, power_at_load, rate_within
from gridtide.fleet.site import Pool
from gridtide.physics.server import server_share_w
from gridtide.simulate.serving_tables import Sized, serving_table
from gridtide.sources.request_table import RequestTable

Tables = dict[tuple[str, str], Sized]


def tables_of(case: CaseFile, folder: Path) -> Tables:
    """The table of each service that names its requests on each kind of accelerator where it has places with
    `sequences`. Raises BadInput with the faults of all files."""
    faults = Gathered()
    found: Tables = {}
    kinds = {(site.name, pool.name): pool.accelerator for site in case.site for pool in site.pool}
    for service in case.service:
        if service.requests is None:
            continue
        path = faults.of(partial(resolved, service.requests, folder))
        mix = faults.of(RequestTable(path=path).single) if path is not None else None
        fitted = [place for place in service.place if place.sequences is not None]
        for kind in sorted({kinds[place.site, place.pool] for place in fitted}):
            model = serving_models()[service.model or "", kind]
            sized = faults.of(partial(serving_table, model, mix)) if mix is not None else None
            if sized is not None:
                found[service.name, kind] = sized
    faults.refuse_if_any()
    return found


def notes_of(tables: Tables) -> Iterator[str]:
    """How each table was chosen, and what it assumes."""
    for (service, kind), sized in tables.items():
        yield (
            f"{service}: {sized.said} ({kind}); each replica gets requests as they came, their time stretched or"
            " pressed"
        )


def requests_faults(case: CaseFile) -> Iterator[Finding]:
    """Services that name their requests and state what these tell, or have no place that a model answers."""
    for number, service in enumerate(case.service, start=1):
        if service.requests is None:
            continue
        for name in ("prompt_tokens", "tokens_per_request"):
            if getattr(service, name) is not None:
                yield Finding(
                    subject=f"service[{number}].{name}",
                    value="stated beside `requests`",
                    limit="measured on them",
                    mend="Leave out one of the two.",
                )
        if all(place.sequences is None for place in service.place):
            yield Finding(
                subject=f"service[{number}].requests",
                value="no place has `sequences`",
                limit="at least one, answered by a model",
                mend="Give places `sequences`, or leave the requests out.",
            )


def farthest_way_s(table: ServingTable, limit_s: float, fleet: Fleet, site: int) -> float:
    """The longest way [s] from an origin to a site that an almost idle replica there still answers within a limit."""
    ways_s = fleet.network.latency_ms[:, site] / 1000.0
    near = ways_s[ways_s + float(table.first_p95_s[0]) <= limit_s]
    return float(near.max(initial=0.0))


def usual_rate_per_s(
    table: ServingTable, service: ServiceTable, row: PlacedTable, way_s: float
) -> float:
    """Requests a second of a full replica: at most so many sequences in flight, first tokens within the limit."""
    return rate_within(
        table, first_p95_s=service.latency_max_s - way_s, sequences=row.sequences or np.inf
    )


def slower_rates_per_s(
    table: ServingTable, service: ServiceTable, usual_per_s: float, way_s: float, part: float
) -> float:
    """The same where a token may take a part of the tolerated delay longer, and first tokens come within the limit
    with its tolerance."""
    times = 1.0 + part * service.delay_tolerance
    token_s = float(at_load(table, table.per_token_mean_s, np.asarray(usual_per_s)))
    limit_s = service.latency_max_s * (1.0 + service.delay_tolerance)
    return rate_within(table, first_p95_s=limit_s - way_s, per_token_s=times * token_s)


def answers_at(
    table: ServingTable, model: ServingModel, pool: Pool, rate_per_s: float
) -> tuple[float, float, float]:
    """Of an accelerator: requests a second, p95 to the first token at that rate [s], IT power with the burst reserve
    free [kW]."""
    first_s = float(at_load(table, table.first_p95_s, np.asarray(rate_per_s)))
    watts = float(power_at_load(table, np.asarray(rate_per_s / (1.0 + pool.burst_reserve))))
    it_kw = server_share_w(watts, model.rest_w, model.slope) / 1000.0
    return rate_per_s / model.accelerators, first_s, it_kw
