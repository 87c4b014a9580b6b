"""Starts and stops that keep every window of the ramp rules, whatever they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.grid_rules import bundled_rules
from gridtide.finding import BadInput, Infeasible
from gridtide.grid.judge import Load, Outcome, judged
from gridtide.grid.stagger import Step, WindowCap, caps_of, staggered
from gridtide.grid.waveform import Waveform

IESO = [bundled_rules().rules[name] for name in ("ieso-ramp", "ieso-15s")]
LATE = 1e6


def step(name: str, kw: float, earliest_s: float = 0.0, **more: float) -> Step:
    """A step that may wait for long."""
    latest_s = more.pop("latest_s", LATE)
    return Step(name=name, kw=kw, earliest_s=earliest_s, latest_s=latest_s, **more)  # type: ignore[arg-type]


STEPS = st.lists(
    st.builds(
        step,
        name=st.just("job"),
        kw=st.floats(-5_000.0, 5_000.0).map(round).map(float),
        earliest_s=st.integers(0, 90).map(float),
        ramp_s=st.sampled_from([0.0, 5.0, 18.0]),
    ),
    max_size=9,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_staggered_steps_pass_the_rules_they_were_staggered_by(steps: list[Step]) -> None:
    """The power that follows is judged as any waveform would be, ten times a second."""
    found = staggered(steps, caps_of(IESO, 1e6, 1e6, 0))
    at = np.arange(0.0, 90.0 + max(found.start_s, default=0.0) + 120.0, 0.1)
    power = np.full(len(at), 100_000.0)
    for one, start in zip(steps, found.start_s, strict=True):
        rising = (at - start) / one.ramp_s if one.ramp_s else (at >= start - 1e-9).astype(float)
        power += one.kw * np.clip(rising, 0.0, 1.0)
    course = Waveform(name="staggered", start_s=0.0, step_s=0.1, power_kw=power)
    for rule in IESO:
        assert judged(rule, course, Load(nominal_kw=200_000.0)).outcome == Outcome.PASS


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_no_step_starts_before_its_time_and_few_are_delayed_least(steps: list[Step]) -> None:
    """Delays are what they are said to be; up to six steps every order was tried."""
    found = staggered(steps, caps_of(IESO, 1e6, 1e6, 0))
    late = [start - one.earliest_s for one, start in zip(steps, found.start_s, strict=True)]
    assert min(late, default=0.0) >= 0.0 and found.delay_s == pytest.approx(sum(late))
    assert found.proven == (len(steps) <= 6)


def test_three_steps_of_two_thousand_kilowatts_wait_for_one_window() -> None:
    """Two fit into 5,000 kW; the third waits 15 s and a tick."""
    found = staggered([step(str(k), 2_000.0) for k in range(3)], caps_of(IESO, 1e6, 1e6, 0))
    assert sorted(found.start_s) == [0.0, 0.0, 16.0] and found.delay_s == 16.0


def test_the_order_with_the_least_delay_is_found_where_there_are_few() -> None:
    """One large step before two small ones would delay two; they go first."""
    steps = [step("large", 4_000.0), step("small", 2_000.0), step("other", 3_000.0)]
    found = staggered(steps, [WindowCap(window_s=10.0, up_kw=5_000.0, down_kw=5_000.0)])
    assert found.start_s.tolist() == [11.0, 0.0, 0.0]


def test_more_and_less_power_do_not_make_room_for_each_other() -> None:
    """A start that waits for a stop would fail if the stop did not come."""
    steps = [step("up", 5_000.0), step("down", -5_000.0), step("next", 1_000.0)]
    found = staggered(steps, caps_of(IESO, 1e6, 1e6, 0))
    assert found.start_s.tolist()[1] == 0.0 and found.delay_s > 0.0


def test_a_cap_on_the_fleet_holds_across_sites() -> None:
    """Two sites that answer one signal do not do so at once."""
    steps = [step("north", -900.0, site=0), step("south", -900.0, site=1)]
    apart = [WindowCap(window_s=4.0, up_kw=np.inf, down_kw=1_000.0, site=site) for site in (0, 1)]
    assert staggered(steps, apart).delay_s == 0.0
    assert staggered(steps, [WindowCap(window_s=4.0, up_kw=np.inf, down_kw=1_000.0)]).delay_s == 5.0


def test_a_step_no_window_can_hold_is_refused_with_the_ramp_that_would_do() -> None:
    """100 MW at once is too much whenever it starts; over five minutes it is not."""
    with pytest.raises(BadInput, match="ramp over 300 s"):
        staggered([step("pause", -100_000.0)], caps_of(IESO, 1e6, 1e6, 0))
    staggered([step("pause", -100_000.0, ramp_s=300.0)], caps_of(IESO, 1e6, 1e6, 0))


def test_steps_without_room_before_their_latest_start_are_named() -> None:
    """Three at once where two fit."""
    steps = [step(f"job {k}", 2_500.0, latest_s=10.0) for k in range(3)]
    with pytest.raises(Infeasible, match="job"):
        staggered(steps, caps_of(IESO, 1e6, 1e6, 0))
    assert staggered([], []).delay_s == 0.0
