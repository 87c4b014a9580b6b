"""What calls of the grid come to by what the meter said."""

from dataclasses import asdict, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.call_answer import CallAnswer, asked_beside, mean_over
from gridtide.decide.event import EventKind
from gridtide.settle.calls import SettledCall, measured_call, settle_call
from gridtide.testing.calls import NOON, answer_to, call, hourly
from gridtide.timeline import regular

powers = st.lists(st.integers(0, 200).map(float), min_size=24, max_size=24)


def settled(answer: CallAnswer, drawn_kw: object) -> SettledCall:
    """One call alone."""
    drawn = np.broadcast_to(np.asarray(drawn_kw, dtype=np.float64), (24,))
    return settle_call(measured_call(answer, (answer,), drawn, hourly()), hourly())


def test_dr_4_nearly_all_of_what_was_agreed_is_paid_whole() -> None:
    """23,000 kW committed, 22,840 kW delivered: 0.993 lies in the band of 0.90 to 1.10."""
    asked = call(
        EventKind.DEMAND_RESPONSE,
        end=NOON + timedelta(hours=1),
        reduce_kw=23_000.0,
        payment_per_mwh=100.0,
        penalty_per_mwh=9.0,
    )
    found = settled(answer_to(asked, 100_000.0), 100_000.0 - 22_840.0)
    assert found.performance == pytest.approx(0.993, abs=5e-4)
    assert found.payment == pytest.approx(2_300.0)
    assert (found.penalty, found.in_band, found.beyond_band) == (0.0, 1.0, 0.0)


def test_below_the_band_what_lacks_is_owed_and_what_came_is_paid() -> None:
    """Half of 100 kW for two hours."""
    asked = call(
        EventKind.DEMAND_RESPONSE, reduce_kw=100.0, payment_per_mwh=80.0, penalty_per_mwh=20.0
    )
    found = settled(answer_to(asked, 500.0), 450.0)
    assert found.payment == pytest.approx(8.0) and found.penalty == pytest.approx(2.0)
    assert found.in_band == 0.0


@given(drawn=powers, more=st.floats(0.0, 100.0), asked_kw=st.integers(1, 80))
def test_drawing_more_than_was_agreed_to_be_left_is_never_paid_better(
    drawn: list[float], more: float, asked_kw: int
) -> None:
    """Payment less penalty only falls as a call to draw less is answered worse, and never passes what was agreed."""
    asked = call(
        EventKind.DEMAND_RESPONSE, reduce_kw=asked_kw, payment_per_mwh=50.0, penalty_per_mwh=30.0
    )
    answer = answer_to(asked, 120.0)
    here, worse = settled(answer, drawn), settled(answer, np.asarray(drawn) + more)
    assert worse.payment - worse.penalty <= here.payment - here.penalty + 1e-9
    assert here.payment <= 0.05 * here.agreed_kwh + 1e-9


@given(drawn=powers, asked_kw=st.integers(1, 80), base=powers)
def test_to_absorb_is_the_mirror_image_of_a_reduction(
    drawn: list[float], asked_kw: int, base: list[float]
) -> None:
    """The same figures where baseline and meter change places."""
    money = {"payment_per_mwh": 50.0, "penalty_per_mwh": 30.0}
    less = call(EventKind.DEMAND_RESPONSE, reduce_kw=float(asked_kw), **money)
    more = call(EventKind.ABSORB, take_kw=float(asked_kw), **money)
    one, other = settled(answer_to(less, base), drawn), settled(answer_to(more, drawn), base)
    assert asdict(one) == pytest.approx(asdict(other))


@given(drawn=powers, share=st.floats(0.0, 1.0))
def test_absorbed_is_never_more_than_the_call_asked_for_nor_than_was_drawn_beyond_the_baseline(
    drawn: list[float], share: float
) -> None:
    """Energy beyond the baseline, capped by the call."""
    asked = call(EventKind.ABSORB, take_kw=40.0, payment_per_mwh=10.0)
    found = settled(answer_to(asked, 60.0, share), drawn)
    beyond = float(np.maximum(np.asarray(drawn)[12:14] - 60.0, 0.0).sum())
    assert found.delivered_kwh <= min(beyond, 80.0 * share) + 1e-9


def test_a_mandatory_limit_owes_for_what_is_above_it_once_its_notice_is_over() -> None:
    """Issued two hours before, with three hours of notice: the first hour of the call is free."""
    order = call(
        EventKind.ORDERLY_USE,
        end=NOON + timedelta(hours=3),
        import_max_kw=50.0,
        penalty_per_mwh=1_000.0,
        notice_h=3.0,
    )
    order = replace(order, issued_at=NOON - timedelta(hours=2))
    found = settled(answer_to(order, 90.0), 70.0)
    assert found.above_limit_kwh == pytest.approx(60.0)
    assert found.penalty == pytest.approx(40.0)


def test_a_rebound_is_what_is_drawn_beyond_the_baseline_and_beyond_what_was_drawn_before() -> None:
    """The higher of the two is the level of the recovery; declined calls have none."""
    asked = call(EventKind.DEMAND_RESPONSE, reduce_kw=10.0, recover_h=2.0)
    base = np.full(24, 100.0)
    base[11], base[14] = 130.0, 110.0
    drawn = np.full(24, 140.0)
    assert settled(answer_to(asked, base), drawn).rebound_kw == pytest.approx(10.0)
    assert settled(answer_to(asked, base, 0.0), drawn).rebound_kw == 0.0


@given(
    kws=st.lists(st.floats(1.0, 90.0), min_size=2, max_size=4),
    priorities=st.lists(st.integers(0, 2), min_size=4, max_size=4),
)
def test_of_calls_that_overlap_one_is_paid_in_every_step(
    kws: list[float], priorities: list[int]
) -> None:
    """That with the lowest number of priority, and of these the one that asks for most."""
    answers = tuple(
        answer_to(call(EventKind.DEMAND_RESPONSE, reduce_kw=kw, priority=rank), 500.0)
        for kw, rank in zip(kws, priorities, strict=False)
    )
    asked = np.stack([asked_beside(one, answers, hourly()) for one in answers])
    first = min(one.event.priority for one in answers)
    most = max(one.event.reduce_kw for one in answers if one.event.priority == first)
    assert ((asked > 0).sum(axis=0)[12:14] == 1).all()
    assert asked.sum(axis=0)[12:14] == pytest.approx(most)


@given(values=powers)
def test_a_baseline_keeps_its_energy_in_other_steps(values: list[float]) -> None:
    """Coarser and finer steps hold the same energy; steps that it does not cover whole are unknown."""
    fine = hourly()
    coarse = regular(fine.start, timedelta(hours=6), 5)
    seen = mean_over(fine, np.asarray(values), coarse)
    assert np.isnan(seen[4])
    assert (seen[:4] * 6.0).sum() == pytest.approx(sum(values))
