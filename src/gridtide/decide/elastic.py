"""Which slots an elastic job takes, and with how many servers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, Infeasible


def elastic_servers(
    throughput: Sequence[float], price: Sequence[float], work: float
) -> NDArray[np.int64]:
    """Servers of each slot, (T,), for an amount of work at the lowest sum of servers x price.

    throughput: of 1, 2, … servers in a slot, concave. price: of a server in each slot, cost or carbon alike. The next
    server of a slot is taken where a unit of work costs least, at equal cost the earlier slot; the last is
    whole, so that the sum is the best there is but for what that one is worth. Raises BadInput where throughput is not
    concave or a price not above 0, Infeasible where all slots together do not do the work.
    Reference: greedy allocation of CarbonScaler (Hanafy et al., 2023).
    """
    gains = np.diff(np.asarray(throughput, dtype=np.float64), prepend=0.0)
    prices = np.asarray(price, dtype=np.float64)
    _refuse_if_wrong(gains, prices, work)
    servers = np.zeros(len(prices), dtype=np.int64)
    left = work
    for at in np.argsort((prices[:, None] / gains[None, :]).ravel(), kind="stable"):
        if left <= 1e-12 * work:
            break
        slot, increment = divmod(int(at), len(gains))
        servers[slot] += 1
        left -= float(gains[increment])
    return servers


def _refuse_if_wrong(gains: NDArray[np.float64], prices: NDArray[np.float64], work: float) -> None:
    faults = []
    if not (len(gains) and np.all(gains > 0.0) and np.all(np.diff(gains) <= 1e-12)):
        faults.append(
            Finding(
                subject="throughput",
                value=f"each server adds {', '.join(f'{gain:g}' for gain in gains)}",
                limit="each adds more than nothing and no more than the one before",
                mend="Give the throughput of 1, 2, … servers up to where it stops rising.",
            )
        )
    if not (len(prices) and np.all(np.isfinite(prices)) and np.all(prices > 0.0)):
        faults.append(
            Finding(
                subject="price",
                value=f"lowest {prices.min(initial=np.inf):g}",
                limit="a finite number above 0 in every slot",
                mend="Add a constant to all prices, or take slots below 0 whole before asking.",
            )
        )
    if faults:
        raise BadInput(faults)
    most = float(gains.sum()) * len(prices)
    if work > most * (1.0 + 1e-12):
        raise Infeasible(
            [
                Finding(
                    subject="work",
                    value=f"{work:g}",
                    limit=f"{len(prices)} slots do at most {most:g}",
                    mend="Give more slots or more servers.",
                )
            ]
        )
