"""Prices of flexibility where a peak is paid: drawing less saves none, drawing more pays for what it raises."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.flexibility.curve import curve
from gridtide.decide.flexibility.outlook import Outlook, outlook_of
from gridtide.decide.flexibility.step import Direction, Source, Step
from gridtide.decide.plan import PARTS
from gridtide.simulate.flexing import Standing, asked_step, standing_at
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study

PEAK_PER_KWH = 7.0


@pytest.fixture(scope="module")
def standing() -> Standing:
    """A small study under the coordinated policy, at its default instant."""
    policy, forecaster, known = policy_named(
        "coordinated", small_study(3, hours=24, jobs=60, accelerators=32)
    )
    step = asked_step(known, None)
    return standing_at(known, truth_of(known), policy, forecaster, step, lambda one, all: None)


def outlook_with_peak(standing: Standing, slots: int) -> Outlook:
    """Its outlook, as if the plan priced a peak in the first slots."""
    prices = standing.plan.prices
    more = np.zeros_like(prices.it_price_per_kwh)
    more[:, :slots] = PEAK_PER_KWH
    parts = prices.parts.copy()
    parts[PARTS.index("peak")] += more
    situation, dispatch = standing.turn.situation, standing.turn.orders.dispatch
    slope = outlook_of(standing.plan, situation, dispatch).slope[:, : more.shape[1]]
    parts[PARTS.index("cooling")] += more * (slope - 1.0)
    priced = replace(prices, it_price_per_kwh=parts.sum(axis=0), parts=parts)
    return outlook_of(replace(standing.plan, prices=priced), situation, dispatch, 2)


def prices_of(steps: tuple[Step, ...], direction: Direction) -> list[tuple[str, str, float, float]]:
    """What each step of a direction is, gives and costs; what another site draws for it is a matter of its own."""
    return [
        (step.work, str(step.source), round(step.kw, 6), step.price_per_kwh)
        for step in steps
        if step.direction is direction and step.source is not Source.RELOCATION
    ]


@pytest.mark.parametrize("direction", list(Direction))
def test_a_peak_priced_now_changes_no_price_of_a_step(
    standing: Standing, direction: Direction
) -> None:
    """A kWh less in a few minutes lowers no month's peak; what is drawn more pays for the level it raises, once."""
    plain = prices_of(curve(outlook_with_peak(standing, 0), (900,)), direction)
    peaked = prices_of(curve(outlook_with_peak(standing, 1), (900,)), direction)
    assert plain
    assert [one[:3] for one in plain] == [one[:3] for one in peaked]
    assert [one[3] for one in peaked] == pytest.approx([one[3] for one in plain])


def test_bringing_it_back_into_a_peak_is_dear(standing: Standing) -> None:
    """Where every later slot is at the peak, what comes back pays for it; what is let go there saves none."""
    steps = len(standing.plan.horizon)
    for direction in Direction:
        plain = prices_of(curve(outlook_with_peak(standing, 0), (900,)), direction)
        peaked = prices_of(curve(outlook_with_peak(standing, steps), (900,)), direction)
        moved = [
            (before[3], after[3])
            for before, after in zip(plain, peaked, strict=True)
            if before[1] in ("time", "storage")
        ]
        assert moved
        if direction is Direction.DOWN:
            assert all(after > before + 0.5 * PEAK_PER_KWH for before, after in moved)
        else:
            assert all(after == pytest.approx(before) for before, after in moved)
