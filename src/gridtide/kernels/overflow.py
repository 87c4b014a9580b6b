"""Requests sent on from full sites to those with room: a loop over steps, services, origins and places."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@njit(cache=True, error_model="numpy")
def send_on(
    asked: Real,
    may: Flags,
    per_request: tuple[Real, Real],
    site: Whole,
    left_kw: Real,
    spare: Real,
    price: tuple[Real, Real, Real],
    order: Whole,
) -> None:
    """Send requests on from each site above what it has left, cheapest place first, as far as that pays.

    asked: requests per second, (V, O, P, T), changed in place. may: whether a place may answer, (V, O, P).
    per_request: IT kW and machines for one request per second, (V, P) each. site: of each place, (P,). left_kw:
    IT power left at each site, (S, T), negative above its level; spare: machines left, (P, T); both changed in
    place. price: money per kWh of IT, (P, T); money for one kW of IT above the level, (S, T); hours, (T,). order:
    places from the cheapest to the dearest, (P, T).
    """
    kw, machines = per_request
    energy, level, hours = price
    services, origins, places, steps = asked.shape
    for t in range(steps):
        for p in range(places):
            here = site[p]
            for v in range(services):
                if kw[v, p] <= 0.0:
                    continue
                for o in range(origins):
                    for rank in range(places):
                        if left_kw[here, t] >= 0.0 or asked[v, o, p, t] <= 0.0:
                            break
                        q = order[rank, t]
                        there = site[q]
                        if there == here or not may[v, o, q] or left_kw[there, t] <= 0.0:
                            continue
                        dearer = energy[q, t] * kw[v, q] - energy[p, t] * kw[v, p]
                        if dearer * hours[t] >= level[here, t] * kw[v, p]:
                            continue
                        sent = min(asked[v, o, p, t], -left_kw[here, t] / kw[v, p])
                        sent = min(sent, left_kw[there, t] / kw[v, q])
                        sent = min(sent, max(spare[q, t], 0.0) / machines[v, q])
                        asked[v, o, p, t] -= sent
                        asked[v, o, q, t] += sent
                        left_kw[here, t] += sent * kw[v, p]
                        left_kw[there, t] -= sent * kw[v, q]
                        spare[p, t] += sent * machines[v, p]
                        spare[q, t] -= sent * machines[v, q]
