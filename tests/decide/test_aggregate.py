"""One call split over many members: cheapest, within what each may, with headroom, and again where some fail."""

import time
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.aggregate import Member, Split, split, split_again
from gridtide.grid.stagger import queued_starts_s

prices = st.integers(0, 200)
steps = st.lists(st.tuples(st.integers(1, 50), prices), min_size=1, max_size=3)


@st.composite
def members(draw: st.DrawFn, blocks: bool = False, most: int = 6) -> tuple[Member, ...]:
    """A few members with rising offers."""
    found = []
    for number in range(draw(st.integers(1, most))):
        told = draw(steps)
        costs = sorted(price for _, price in told)
        offer = tuple((float(kw), float(price)) for (kw, _), price in zip(told, costs, strict=True))
        whole = sum(kw for kw, _ in offer)
        found.append(
            Member(
                name=f"m{number}",
                offer=offer,
                cap_kw=draw(st.sampled_from([whole, 0.5 * whole])),
                block_kw=draw(st.sampled_from([0.0, 0.5 * whole])) if blocks else 0.0,
                floor_kw=0.0,
                record=tuple(draw(st.lists(st.sampled_from([0.5, 0.9, 1.0]), max_size=4))),
                called_h=float(draw(st.integers(0, 2))),
            )
        )
    return tuple(found)


def lawful(found: Split, among: Sequence[Member]) -> None:
    """Nobody beyond what it may; the call reached, or said how far not."""
    for one, kw in zip(among, found.told_kw, strict=True):
        assert -1e-9 <= kw <= one.most_kw + 1e-6
        assert kw <= 1e-6 or kw >= min(one.block_kw, one.most_kw) - 1e-6
        assert kw >= min(one.floor_kw, one.most_kw) - 1e-9
    assert found.sure_kw + found.lacking_kw >= found.call_kw - 1e-3


@given(among=members(), call_kw=st.integers(1, 300))
def test_without_blocks_no_split_is_cheaper(among: tuple[Member, ...], call_kw: int) -> None:
    """The cost is that of the cheapest steps, whoever offers them."""
    found = split(float(call_kw), among)
    lawful(found, among)
    assert found.bound_per_h is not None
    assert found.cost_per_h == pytest.approx(found.bound_per_h, abs=1e-5)


@settings(max_examples=60)
@given(among=members(blocks=True, most=4), call_kw=st.integers(1, 150))
def test_with_blocks_the_cost_lies_within_one_block_of_the_best(
    among: tuple[Member, ...], call_kw: int
) -> None:
    """Against every choice of who is called at all."""
    found = split(float(call_kw), among)
    lawful(found, among)
    best = min(
        (
            _cost_of(among, chosen, float(call_kw))
            for chosen in product((False, True), repeat=len(among))
        ),
        default=np.inf,
    )
    dearest = max(one.most_kw * max(price for _, price in one.offer) / 1e3 for one in among)
    if np.isfinite(best):
        assert found.lacking_kw == 0.0
        assert found.cost_per_h <= best + dearest + 1e-6


def _cost_of(among: tuple[Member, ...], chosen: tuple[bool, ...], call_kw: float) -> float:
    """The least cost with exactly these called, infinite where they do not reach the call."""
    some = [
        Member(
            name=one.name,
            offer=one.offer,
            cap_kw=one.cap_kw,
            floor_kw=min(one.block_kw, one.most_kw),
            record=one.record,
        )
        for one, taken in zip(among, chosen, strict=True)
        if taken and one.block_kw <= one.most_kw
    ]
    found = split(call_kw, some)
    return found.cost_per_h if found.lacking_kw == 0.0 else np.inf


@given(among=members(blocks=True), call_kw=st.integers(1, 200), seed=st.integers(0, 99))
def test_the_order_in_which_members_stand_changes_nothing(
    among: tuple[Member, ...], call_kw: int, seed: int
) -> None:
    """Of equal prices who was called least comes first, then the name."""
    order = np.random.default_rng(seed).permutation(len(among))
    turned = split(float(call_kw), [among[number] for number in order])
    plain = split(float(call_kw), among)
    assert [plain.told_kw[number] for number in order] == pytest.approx(list(turned.told_kw))


@given(among=members(), call_kw=st.integers(1, 100))
def test_more_confidence_never_tells_less(among: tuple[Member, ...], call_kw: int) -> None:
    """Headroom grows with what members missed before, and with how sure one wants to be."""
    told = [sum(split(float(call_kw), among, sure).told_kw) for sure in (0.5, 0.8, 0.95)]
    lacking = [split(float(call_kw), among, sure).lacking_kw for sure in (0.5, 0.8, 0.95)]
    if not any(lacking):
        assert told[0] <= told[1] + 1e-6 and told[1] <= told[2] + 1e-6


def test_of_equal_prices_who_was_called_least_comes_first() -> None:
    """And a lower rank before any price."""
    often = Member(name="a", offer=((10.0, 50.0),), cap_kw=10.0, called_h=5.0)
    seldom = Member(name="b", offer=((10.0, 50.0),), cap_kw=10.0)
    assert split(10.0, (often, seldom)).told_kw == pytest.approx((0.0, 10.0))
    dear = Member(name="c", offer=((10.0, 900.0),), cap_kw=10.0)
    ranked = (Member(name="d", offer=((10.0, 1.0),), cap_kw=10.0, rank=1), dear)
    assert split(10.0, ranked).told_kw == pytest.approx((0.0, 10.0))


def test_a_member_that_delivers_four_tenths_is_made_up_for_by_others() -> None:
    """It keeps what it was told and counts with what it gives; nobody is told less."""
    trio = tuple(
        Member(name=name, offer=((100.0, price),), cap_kw=100.0)
        for name, price in (("a", 10.0), ("b", 20.0), ("c", 30.0))
    )
    first = split(150.0, trio)
    assert first.told_kw == pytest.approx((100.0, 50.0, 0.0))
    again = split_again(150.0, trio, first.told_kw, {"a": 40.0, "b": 50.0})
    assert again.told_kw == pytest.approx((100.0, 100.0, 10.0))
    assert again.expects_kw == pytest.approx((40.0, 100.0, 10.0))
    worse = split_again(250.0, trio, (100.0, 100.0, 50.0), {"a": 40.0, "b": 40.0, "c": 50.0})
    assert worse.lacking_kw == pytest.approx(70.0)


@given(
    among=members(blocks=True),
    call_kw=st.integers(1, 200),
    shares=st.lists(st.sampled_from([0.0, 0.4, 0.95, 1.0, 1.2]), min_size=6, max_size=6),
)
def test_a_split_made_again_tells_nobody_less(
    among: tuple[Member, ...], call_kw: int, shares: list[float]
) -> None:
    """Whatever was measured."""
    first = split(float(call_kw), among)
    seen = {
        one.name: share * kw for one, kw, share in zip(among, first.told_kw, shares, strict=False)
    }
    again = split_again(float(call_kw), among, first.told_kw, seen)
    assert all(now >= kw - 1e-6 for kw, now in zip(first.told_kw, again.told_kw, strict=True))


def test_a_thousand_members_are_split_in_a_second() -> None:
    """With blocks, records and confidence."""
    rng = np.random.default_rng(3)
    many = tuple(
        Member(
            name=f"m{number:04}",
            offer=tuple(
                zip(rng.uniform(50, 500, 3), np.sort(rng.uniform(20, 300, 3)), strict=True)
            ),
            cap_kw=1_000.0,
            block_kw=float(rng.choice([0.0, 40.0])),
            record=tuple(rng.uniform(0.6, 1.05, 5)),
        )
        for number in range(1_000)
    )
    begun = time.perf_counter()
    found = split(200_000.0, many, 0.95)
    assert time.perf_counter() - begun < 1.0
    lawful(found, many)
    assert found.lacking_kw == 0.0


@given(
    kws=st.lists(st.integers(1, 90), min_size=1, max_size=12),
    ramp=st.integers(1, 60),
    span_s=st.integers(1, 300),
)
def test_starts_that_are_staggered_never_change_faster_than_the_ramp(
    kws: list[int], ramp: int, span_s: int
) -> None:
    """In any span no more than the ramp lets, and one step."""
    starts = np.asarray(queued_starts_s(kws, ramp))
    for begin in starts:
        inside = (starts >= begin) & (starts < begin + span_s)
        assert np.asarray(kws)[inside].sum() <= ramp * span_s / 60.0 + max(kws) + 1e-6
