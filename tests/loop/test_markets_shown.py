"""Markets, models and sources as they are shown: by the contract's own settlement, against what was metered."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.live_room import room_of
from gridtide.case.load import load_case
from gridtide.decide.situation import Commitment, OfferedCapacity
from gridtide.fleet.product import CapacityProduct, Direction, ProductKind
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.shown.markets import ROWS_MOST, markets_shown
from gridtide.loop.shown.past_steps import columns, timeline_of, unbroken
from gridtide.loop.shown.power_model import power_shown
from gridtide.loop.shown.sources import sources_shown
from gridtide.signals.history import known
from gridtide.signals.signal import Kind
from gridtide.simulate.study import Study
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode

ROOT = Path(__file__).parents[2]
STEPS = 8


def opened(study: Study, steps: int = STEPS) -> ControlRoom:
    """A room that may act, so many steps on."""
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    for _ in range(steps):
        room.go_on()
    return room


@pytest.fixture(scope="module")
def room() -> ControlRoom:
    """Of a small study."""
    return opened(small_study(3, hours=24, jobs=60, accelerators=32))


def test_the_month_so_far_costs_what_was_metered_at_the_price_of_each_step(
    room: ControlRoom,
) -> None:
    """By the index; its peak is the highest import of any step."""
    glance = room.glance()
    steps = unbroken(glance.past, 1_000)
    assert len(steps) == STEPS
    metered, _ = columns(steps)
    shown = timeline_of(steps)
    for n, row in enumerate(markets_shown(glance)["this_month"]):
        zone = glance.mandate.fleet.sites[n].zone
        price = known(glance.mandate.history, Kind.PRICE, zone, shown, glance.at).values
        drawn_kwh = metered["import_kw"][n] * shown.hours
        assert row["import_kwh"] == pytest.approx(float(drawn_kwh.sum()), abs=0.01)
        assert row["energy_cost"] == pytest.approx(float((drawn_kwh * price).sum()) / 1e3, abs=0.01)
        assert row["peak_kw"] == pytest.approx(float(metered["import_kw"][n].max()), abs=0.01)


def test_before_a_step_is_over_nothing_is_known_of_the_month() -> None:
    """Unknown, never 0."""
    fresh = opened(small_study(3, hours=24, jobs=9, accelerators=32), 0)
    assert {row["energy_cost"] for row in markets_shown(fresh.glance())["this_month"]} == {None}
    assert power_shown(fresh.glance(), 0)["sites"] == []
    assert sources_shown(fresh.glance())["series"] == []


def test_positions_that_are_to_come_are_shown_soonest_first_and_past_ones_settled(
    room: ControlRoom,
) -> None:
    """So many at most, the rest counted; what was drawn beyond one that is over is the deviation."""
    glance = room.glance()
    start, step = glance.mandate.steps.start, timedelta(minutes=15)
    held = tuple(
        Commitment(site="east", start=start + n * step, end=start + (n + 1) * step, position_kw=1.0)
        for n in range(STEPS + ROWS_MOST + 5)
    )
    said = markets_shown(replace(glance, memory=replace(glance.memory, commitments=held)))
    starts = [one["start"] for one in said["positions"]]
    assert starts == sorted(starts) and starts[0] == glance.at.isoformat()
    assert (len(starts), said["left_out"]["positions"]) == (ROWS_MOST, 5)
    east = said["this_month"][0]
    assert east["position_kwh"] == pytest.approx(STEPS * 0.25)
    assert east["beyond_position_kwh"] == pytest.approx(east["import_kwh"] - STEPS * 0.25, abs=0.01)


def test_an_offer_says_what_it_would_earn_at_its_price(room: ControlRoom) -> None:
    """Held through its block, before it is called."""
    product = CapacityProduct(
        kind=ProductKind.RESERVE,
        direction=Direction.UP,
        price_per_mw_h=20.0,
        offered_max_kw=500.0,
    )
    glance = room.glance()
    fleet = glance.mandate.fleet
    east = replace(fleet.sites[0], products=(product,))
    mandate = replace(glance.mandate, fleet=replace(fleet, sites=(east, *fleet.sites[1:])))
    offer = OfferedCapacity(
        site="east",
        product=product.name,
        start=glance.at,
        end=glance.at + timedelta(hours=2),
        offered_kw=500.0,
    )
    memory = replace(glance.memory, commitments=(offer,))
    said = markets_shown(replace(glance, mandate=mandate, memory=memory))["offers"]
    assert said[0]["would_earn"] == pytest.approx(20.0)


def test_calls_are_shown_with_what_was_answered() -> None:
    """A mandatory one is kept, others are agreed or declined with the reason."""
    study = load_case(ROOT / "examples" / "events.toml")
    room = opened(study, 1)
    glance = room.glance()
    assert glance.turn is not None
    events = glance.turn.situation.events
    said = markets_shown(glance)["calls"]
    assert [one["call"] for one in said] == [
        event.label for event in sorted(events, key=lambda one: one.start)
    ]
    for one in said:
        assert one["stands"] in {"must_be_kept", "agreed", "declined", "not_answered"}


def test_the_model_of_a_simulated_building_is_off_by_nothing(room: ControlRoom) -> None:
    """Since it draws by that model; bias and error are those of the steps that are shown."""
    said = power_shown(room.glance(), 0)
    assert said["steps"] == STEPS
    for row, site in zip(said["models"], said["sites"], strict=True):
        assert row["model_error_kw"] == pytest.approx(0.0, abs=0.01)
        np.testing.assert_allclose(site["facility_kw"], site["modelled_facility_kw"], atol=0.01)
    steps = [row["steps"] for row in said["pue_by_outdoor_c"] if row["site"] == "east"]
    assert sum(steps) == STEPS


def test_every_series_of_a_situation_is_shown_with_its_newest_issue(room: ControlRoom) -> None:
    """Known until no earlier than it was issued, and never from after now."""
    glance = room.glance()
    said = sources_shown(glance)["series"]
    assert {one["kind"] for one in said} >= {"price_per_mwh", "temperature_c"}
    for one in said:
        assert one["age_s"] is None or one["age_s"] >= 0
        assert one["issued_at"] is None or one["issued_at"] <= glance.at.isoformat()
