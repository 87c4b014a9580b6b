"""Orderly use of several sites together: by rank, down to floors, all of it or refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.case.orders import by_rank_kw
from gridtide.case.schema import OrderedTable, OrderTable
from gridtide.decide.event import EventKind
from gridtide.finding import BadInput

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
ORDER = """
[[order]]
name = "evening"
start = 2026-03-02T18:00:00+01:00
end = 2026-03-02T20:00:00+01:00
reduce_kw = {kw}
notice_h = 2
penalty_per_mwh = 500

[[order.site]]
name = "here"
baseline_kw = 250
floor_kw = 100
rank = 1
"""


@given(
    sites=st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(0, 2)),
        min_size=1,
        max_size=5,
    ),
    asked=st.integers(1, 600),
)
def test_lower_ranks_give_way_first_and_nobody_below_its_floor(
    sites: list[tuple[int, int, int]], asked: int
) -> None:
    """A higher rank gives nothing while a lower one has anything left; all that is asked is given, if it is there."""
    order = OrderTable(
        name="all",
        start=datetime(2026, 3, 2, tzinfo=UTC),
        end=datetime(2026, 3, 3, tzinfo=UTC),
        reduce_kw=asked,
        site=tuple(
            OrderedTable(name=f"s{number}", baseline_kw=floor + can, floor_kw=floor, rank=rank)
            for number, (floor, can, rank) in enumerate(sites)
        ),
    )
    told = by_rank_kw(order)
    can = [float(one) for _, one, _ in sites]
    assert sum(told) == pytest.approx(min(asked, sum(can)))
    assert all(0.0 <= kw <= most + 1e-9 for kw, most in zip(told, can, strict=True))
    for (_, _, high), more in zip(sites, told, strict=True):
        if more > 1e-9:
            lower = [
                most - kw
                for (_, _, rank), kw, most in zip(sites, told, can, strict=True)
                if rank < high
            ]
            assert all(left <= 1e-6 for left in lower)


def test_an_order_becomes_a_limit_of_each_site_it_calls_on(tmp_path: Path) -> None:
    """With its rank, notice and penalty."""
    path = tmp_path / "case.toml"
    path.write_text(TEXT + ORDER.format(kw=120))
    (call,) = load_case(path).events
    assert (call.kind, call.limit_kw, call.rank) == (EventKind.ORDERLY_USE, 130.0, 1)
    assert (call.notice_h, call.penalty_per_mwh, call.mandatory) == (2.0, 500.0, True)


def test_an_order_that_cannot_be_met_is_refused_with_how_much_can(tmp_path: Path) -> None:
    """All its faults at once."""
    path = tmp_path / "case.toml"
    path.write_text(TEXT + ORDER.format(kw=151).replace('"here"', '"there"'))
    with pytest.raises(BadInput) as refused:
        load_case(path)
    found = {finding.subject: finding.limit for finding in refused.value.findings}
    assert set(found) == {"order[1].site[1].name", "order[1].reduce_kw"}
    assert "150 kW" in found["order[1].reduce_kw"]
