"""Servers of an elastic job, slot by slot."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.elastic import elastic_servers
from gridtide.finding import BadInput, Infeasible


def best_cost(throughput: list[float], price: list[float], work: float) -> float:
    """Lowest sum of servers x price over every choice."""
    worth = [0.0, *throughput]
    return min(
        sum(n * p for n, p in zip(servers, price, strict=True))
        for servers in product(range(len(worth)), repeat=len(price))
        if sum(worth[n] for n in servers) >= work - 1e-9
    )


def test_the_published_example() -> None:
    """Four servers in the third and fourth slot: 1,000, where one server in all six costs 1,750."""
    throughput, carbon = [1.0, 1.85, 2.6, 3.2], [400.0, 300.0, 100.0, 150.0, 350.0, 450.0]
    servers = elastic_servers(throughput, carbon, 6.0)
    assert servers.tolist() == [0, 0, 4, 4, 0, 0]
    assert float(servers @ carbon) == 1000.0 == best_cost(throughput, carbon, 6.0)
    assert sum(carbon) == 1750.0


@given(
    gains=st.lists(st.integers(1, 20), min_size=1, max_size=3),
    price=st.lists(st.integers(1, 50), min_size=1, max_size=4),
    share=st.floats(0.05, 1.0),
)
def test_the_sum_is_the_best_there_is_but_for_one_increment(
    gains: list[int], price: list[int], share: float
) -> None:
    """Never below the best of every choice; above it by less than the dearest increment taken."""
    steps = sorted(gains, reverse=True)
    throughput = [float(sum(steps[: n + 1])) for n in range(len(steps))]
    prices = [float(one) for one in price]
    work = share * throughput[-1] * len(prices)
    servers = elastic_servers(throughput, prices, work)
    worth = [0.0, *throughput]
    assert sum(worth[n] for n in servers) >= work - 1e-9
    cost, best = float(servers @ prices), best_cost(throughput, prices, work)
    taken = max(p for n, p in zip(servers, prices, strict=True) if n)
    assert best - 1e-9 <= cost <= best + taken


def test_what_cannot_be_is_said() -> None:
    """A speed-up that is not concave, a price of nothing, more work than fits: all faults at once."""
    with pytest.raises(BadInput) as wrong:
        elastic_servers([1.0, 2.5], [0.0, 3.0], 1.0)
    assert [finding.subject for finding in wrong.value.findings] == ["throughput", "price"]
    with pytest.raises(Infeasible):
        elastic_servers([1.0, 1.5], [1.0, 1.0], 3.1)
