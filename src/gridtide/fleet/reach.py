"""Which places may answer requests of which origin."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service


def may_answer(fleet: Fleet, services: tuple[Service, ...]) -> NDArray[np.bool_]:
    """Whether a place may answer an origin: weights there, fast enough, or its home; (V, O, P)."""
    late_s = fleet.network.latency_ms[:, fleet.site_of_place] / 1000.0
    found = []
    for service in services:
        serves = service.requests_per_accelerator_s > 0
        quick = late_s + service.time_to_first_token_s <= service.latency_max_s
        home = service.home > 0
        away = quick & service.resident if service.movable else np.zeros_like(quick)
        found.append((away | home) & serves)
    shape = (0, len(fleet.network.origins), len(fleet.places))
    return np.stack(found) if found else np.zeros(shape, dtype=np.bool_)
