"""Answer times and power in the twin where a service has a table of its replicas' answers."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.service import Service
from gridtide.fleet.serving_model import ServingModel, it_kw_per_accelerator, sequences_at
from gridtide.fleet.serving_table import at_load, power_at_load
from gridtide.physics.server import server_share_w

Real = NDArray[np.float64]
MEDIAN = 0.5


def with_table_waits_s(
    waits_s: Real, service: Service, need: Real, active: Real, quantile: float
) -> Real:
    """Waits (P, T) with those of places that have a table: what first tokens take at the load of a replica beyond
    time_to_first_token_s, less than nothing where replicas are less than full; inf beyond the table.

    quantile: 0.5 or 0.95, which the table has.
    """
    for place, table in enumerate(service.tables):
        if table is None:
            continue
        times = table.first_p50_s if quantile == MEDIAN else table.first_p95_s
        found = at_load(table, times, load_per_s(service, place, need[place], active[place]))
        waits_s[place] = np.where(
            need[place] > 0, found - service.time_to_first_token_s[place], 0.0
        )
    return waits_s


def load_per_s(service: Service, place: int, need: Real, active: Real) -> Real:
    """Requests a second of one replica, (T,), where `need` full accelerators' worth is spread over `active`."""
    model = service.models[place]
    assert model is not None
    full = float(service.requests_per_accelerator_s[place]) * model.accelerators
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(need > 0, full * need / active, 0.0)


def least_first_s(service: Service) -> Real:
    """The p95 first token of an almost idle replica, or the compute part without a table, (P,)."""
    first = service.time_to_first_token_s.copy()
    for place, table in enumerate(service.tables):
        if table is not None:
            first[place] = table.first_p95_s[0]
    return first


def table_kw(service: Service, place: int, answered: Real, active: Real) -> Real:
    """IT power of an accelerator by its replica's load, (T,), kW. answered: requests a second at the place."""
    model, table = service.models[place], service.tables[place]
    assert model is not None and table is not None
    replicas = np.maximum(active / model.accelerators, 1e-9)
    watts = power_at_load(table, answered / replicas)
    drawn = [server_share_w(watt, model.rest_w, model.slope) / 1000.0 for watt in watts.tolist()]
    return np.asarray(drawn)


def measured_kw(model: ServingModel, tokens: float, per_replica_s: Real) -> Real:
    """IT power of an accelerator [kW] whose power stands in a table, by requests a second of a replica, (T,)."""
    found = [
        it_kw_per_accelerator(model, sequences_at(model, rate, tokens))
        for rate in per_replica_s.tolist()
    ]
    return np.asarray(found)
