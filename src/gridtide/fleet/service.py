"""Work that users wait for: where its requests come from and how late an answer may be."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.serving_model import ServingModel
from gridtide.fleet.serving_table import ServingTable
from gridtide.fleet.slower_answers import SlowerAnswers


@dataclass(frozen=True, kw_only=True, eq=False)
class Service:
    """One latency-bound service.

    latency_max_s: limit on the p95 answer time. delay_tolerance: 0.5 = may be 50 % slower.
    home: share of the demand of each origin that is answered at each place in the reference,
    (origins, P); rows sum to 1. resident: places that hold the weights, (P,).
    requests_per_accelerator_s: full-batch rate of one accelerator at each place, (P,).
    time_to_first_token_s: compute part of the answer time at each place, (P,).
    burstiness: squared coefficient of variation of the times between requests.
    value_per_request: revenue of one answered request.
    it_kw_per_accelerator: power at the IT meter of one accelerator that answers, with its burst reserve, at
    each place, (P,). models: how it answers at each place, as far as a fit is known, (P,) or empty: then that
    power follows the sequences in flight. tokens_per_request: generated tokens, for these models.
    tables: what a replica there answers by its load, (P,) or empty, where the requests are known one by one: then
    time_to_first_token_s is the p95 at the full rate, waits and power follow from the table.
    movable: false keeps every request at home. slower: points at which answers take longer, within the tolerance,
    fastest first. delay_cost_per_request: money for one request answered at a slower point.
    lost_cache_s: seconds of an accelerator that a request takes more at each place where its user was answered
    elsewhere before, (P,), or empty where nothing is lost.
    """

    name: str
    latency_max_s: float
    delay_tolerance: float
    home: NDArray[np.float64]
    resident: NDArray[np.bool_]
    requests_per_accelerator_s: NDArray[np.float64]
    time_to_first_token_s: NDArray[np.float64]
    burstiness: float
    value_per_request: float
    it_kw_per_accelerator: NDArray[np.float64]
    models: tuple[ServingModel | None, ...] = ()
    tokens_per_request: float = 0.0
    movable: bool = True
    slower: tuple[SlowerAnswers, ...] = ()
    delay_cost_per_request: float = 0.0
    lost_cache_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    tables: tuple[ServingTable | None, ...] = ()

    def __post_init__(self) -> None:
        freeze(
            self,
            home=np.float64,
            resident=np.bool_,
            requests_per_accelerator_s=np.float64,
            time_to_first_token_s=np.float64,
            it_kw_per_accelerator=np.float64,
            lost_cache_s=np.float64,
        )


def lost_caches_s(services: tuple[Service, ...], places: int) -> NDArray[np.float64]:
    """Seconds of an accelerator that a request which moved takes more, by service and place, (V, P)."""
    found = np.zeros((len(services), places))
    for number, service in enumerate(services):
        if service.lost_cache_s.size:
            found[number] = service.lost_cache_s
    return found


def demand_zone(service: str, origin: str) -> str:
    """The zone name under which the demand of a service from an origin is a signal."""
    return f"{service}@{origin}"
