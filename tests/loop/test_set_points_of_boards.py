"""Running work under a line of set-points: boards give what the store cannot, within points, promises and leases."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_of_boards import (
    BOUNDS,
    COUNT,
    CYCLE_S,
    OFFER,
    PER_KW,
    PLACE,
    POINTS,
    Led,
    orders_of,
)

from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.set_points.led_place import LIES_S
from gridtide.loop.set_points.led_plant import held_s
from gridtide.loop.set_points.slowable import HANDOVER_S
from gridtide.loop.set_points.slowed import Slowed
from gridtide.loop.world import Orders
from gridtide.testing.studies import START


def test_a_site_with_jobs_alone_follows_by_the_points_of_its_boards_as_metered() -> None:
    """As near as whole points come, and back to full speed at once when nothing less is asked."""
    led = Led()
    for less_kw in (2.5, 5.0, 0.0, 4.0, 6.0):
        led.tick(less_kw, times=3)
        assert led.less_kw() == pytest.approx(less_kw, abs=1.3)
        values = led.regulation.values()
        assert values["response_of"] == "meter" and values["fault"] == ""
    led.tick(0.0, times=2)
    assert led.hall.caps == {} and led.less_kw() == pytest.approx(0.0, abs=1e-9)


def test_work_is_slowed_only_for_what_the_store_cannot_give() -> None:
    """A store with energy answers alone; an empty one leaves all of it to boards."""
    full = Led(soc_kwh=5.0)
    full.tick(3.0, times=3)
    assert full.hall.caps == {} and full.less_kw() == pytest.approx(3.0)
    full.tick(6.0, times=3)
    assert full.hall.caps and full.less_kw() == pytest.approx(6.0, abs=0.2)
    empty = Led(soc_kwh=0.5)
    empty.tick(4.0, times=3)
    assert empty.hall.store is not None and empty.hall.store.drawn_kw() >= 0.0
    assert empty.less_kw() == pytest.approx(4.0, abs=0.2)


def test_slowed_work_is_never_behind_by_more_than_its_promise_bears() -> None:
    """At the rail until its slack is used up: then its boards are back at its point, and that counts as saturated."""
    led = Led(orders_of(slack_s=60))
    led.tick(6.0, times=250)
    assert 30.0 < led.slowed.lost_s(led.job) <= 60.0 - HANDOVER_S
    assert led.hall.caps == {} and led.regulation.plant.saturated
    assert led.less_kw() == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("orders", "spare_s", "said"),
    [
        (orders_of(movable=False), None, "may not be slowed"),
        (orders_of(slack_s=0), None, ""),
        (orders_of(), 10.0, ""),
    ],
)
def test_work_that_may_not_wait_is_left_alone(
    orders: Orders, spare_s: float | None, said: str
) -> None:
    """Not movable, without slack, or ended by its scheduler at its limit whatever its speed."""
    led = Led(orders)
    if spare_s is not None:
        led.slowed.runs("north/training", {led.job: spare_s})
    led.tick(5.0, times=4)
    assert led.hall.caps == {} and led.slowed.lost_s(led.job) == 0.0
    assert said in str(led.regulation.values()["boards_held"])


def test_a_job_that_nobody_decides_on_keeps_the_boards_that_it_runs_on_at_their_point() -> None:
    """Nobody would count what it loses."""
    led = Led()
    led.slowed.runs("north/training", {led.job: np.inf, "stranger": np.inf})
    led.tick(5.0, times=4)
    assert led.hall.caps == {}
    assert "stranger" in str(led.regulation.values()["boards_held"])


def test_a_service_that_answers_on_its_boards_keeps_them_at_their_point() -> None:
    """Nobody's answers come later because the grid asked for less."""
    orders = orders_of()
    shares = orders.dispatch.shares.copy()
    shares[0, 0, PLACE] = 0.5
    led = Led(replace(orders, dispatch=replace(orders.dispatch, shares=shares)))
    led.tick(5.0, times=4)
    assert led.hall.caps == {}
    assert "service" in str(led.regulation.values()["boards_held"])


def test_caps_are_told_for_three_cycles_and_end_by_themselves_once_nothing_may_be_told() -> None:
    """Frozen, released or closed: from the next tick on nothing is told, and boards go back by their lease."""
    led = Led()
    led.tick(5.0, times=2)
    now = led.hall.clock.now()
    assert {until for _, until in led.hall.caps.values()} <= {
        now + timedelta(seconds=held_s(CYCLE_S)) - timedelta(seconds=CYCLE_S * k) for k in (0, 1)
    }
    led.base = None
    before = dict(led.hall.caps)
    led.tick(5.0)
    assert led.hall.caps == before
    led.tick(5.0, after_s=held_s(CYCLE_S))
    assert led.less_kw() == pytest.approx(0.0)


def test_what_the_room_tells_boards_is_the_base_of_set_points() -> None:
    """Its point is told on under set-points, and it reads back what it told."""
    led = Led(orders_of(point=1))
    now = led.hall.clock.now()
    led.base = replace(OFFER, base_kw=OFFER.base_kw - PER_KW * 0.15 * COUNT)
    ends = now + timedelta(minutes=2)
    for number, unit in enumerate(led.hall.units()):
        ticket = Ticket(id=f"{number}", epoch=1, sequence=5, issued_at=now, expires_at=ends)
        assert led.boards.cap(ticket, unit, 0.85, ends).fate is Fate.DONE
    led.tick(5.0, times=4)
    assert led.hall.all_kw() == pytest.approx(0.7 * COUNT)
    assert {one.value for one in led.boards.restraints()} == {"0.85 kW"}
    led.tick(2.4, times=4)
    assert led.hall.all_kw() == pytest.approx(0.85 * COUNT)
    led.tick(0.0, times=4)
    assert led.hall.all_kw() == pytest.approx(COUNT)


def test_boards_that_take_a_cap_and_draw_on_are_named_and_left_alone() -> None:
    """Whatever their agent answers: their own reading says so, and the meter shows it."""
    led = Led()
    led.hall.lying = {"gpu-3"}
    led.tick(5.0, times=int(LIES_S / CYCLE_S) + 4)
    assert "gpu-3" in led.regulation.wrong
    led.tick(5.0, times=4)
    assert led.hall.caps == {} or led.less_kw() == pytest.approx(0.0, abs=1e-6)
    assert led.regulation.plant.saturated


@pytest.mark.parametrize("broken", ["silent", "no number"])
def test_boards_that_do_not_say_what_they_draw_are_told_nothing(broken: str) -> None:
    """What they were told ends by its lease, and their work is behind by no more from then on; a power that is no
    number is no lie."""
    led = Led()
    led.tick(5.0, times=3)
    if broken == "silent":
        led.hall.silent = True
    else:
        led.hall.mute = {"gpu-3"}
    led.tick(5.0, times=4)
    assert led.less_kw() == pytest.approx(0.0)
    assert "does not say" in led.regulation.wrong and "draws more" not in led.regulation.wrong
    behind_s = led.slowed.lost_s(led.job)
    led.tick(5.0, times=20)
    assert led.slowed.lost_s(led.job) == behind_s
    led.hall.silent, led.hall.mute = False, set()
    led.tick(5.0, times=3)
    assert led.less_kw() == pytest.approx(5.0, abs=1.3)


def test_what_boards_were_told_counts_until_its_lease_ended_where_nothing_may_be_told_any_more() -> (
    None
):
    """Frozen in the midst of it: they are slow for up to three cycles more, and so much their work is behind by."""
    led = Led()
    led.tick(6.0, times=4)
    behind_s, kw = led.slowed.lost_s(led.job), led.hall.all_kw() / COUNT
    (speed,) = (one.speed for one in POINTS if one.it_kw_per_accelerator == pytest.approx(kw))
    led.base, slow_s = None, 0.0
    while led.hall.all_kw() < COUNT:
        led.tick(6.0, after_s=0.5)
        slow_s += 0.5
    counted_s = (led.slowed.lost_s(led.job) - behind_s) / (1.0 - speed)
    assert 0.0 < slow_s <= counted_s <= held_s(CYCLE_S) + 1e-9
    settled = led.slowed.lost_s(led.job)
    led.tick(6.0, times=10)
    assert led.slowed.lost_s(led.job) == settled


@settings(max_examples=25, deadline=None)
@given(
    asked=st.lists(st.tuples(st.floats(-20.0, 20.0), st.floats(0.2, 8.0)), max_size=25),
    slack_s=st.integers(0, 300),
    soc_kwh=st.none() | st.floats(0.5, 10.0),
)
def test_whatever_is_asked_points_promises_and_leases_hold(
    asked: list[tuple[float, float]], slack_s: int, soc_kwh: float | None
) -> None:
    """Every cap is one of the menu and ends within three cycles; no job is behind by more than its slack."""
    led = Led(orders_of(slack_s=slack_s), soc_kwh)
    menu = {bound.cap_kw for bound in BOUNDS if bound.cap_kw is not None}
    for less_kw, after_s in asked:
        led.tick(less_kw, after_s=after_s)
        now = led.hall.clock.now()
        for cap_kw, until in led.hall.caps.values():
            assert cap_kw in menu and until <= now + timedelta(seconds=held_s(CYCLE_S))
        assert led.slowed.lost_s(led.job) <= max(slack_s - HANDOVER_S, 0.0) + 1e-6


def test_what_a_newer_decision_knows_of_slowed_work_is_not_taken_off_its_slack_again() -> None:
    """What was lost before it was made is in its slots; what came after, or was too new to be known, is not."""
    slowed = Slowed()
    for minute in range(10):
        slowed.lose("job", START + timedelta(minutes=minute), 6.0)
    assert slowed.lost_s("job") == pytest.approx(60.0)
    assert slowed.since_s("job", START) == pytest.approx(60.0)
    assert slowed.since_s("job", START + timedelta(minutes=5)) == pytest.approx(30.0)
    other = Slowed()
    other.take_up(slowed.plain(), START, more_s=3.0)
    assert other.plain() == {"job": pytest.approx(63.0)}
