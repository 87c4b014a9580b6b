"""A mandatory limit of the grid waits for nobody: what it requires is told at its time, and nothing else is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_control_room import ANN, BOB, gone_on, waits

from gridtide.case.live_room import room_of
from gridtide.decide.event import Event, EventKind
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import START, small_study
from gridtide.trust.audit import contents
from gridtide.trust.modes import Mode

QUARTER = timedelta(minutes=15)


def limit(begins: int, lasts: int, kw: float, issued: int = 4, **told: object) -> Event:
    """A limit of the site `east`, by quarters of an hour since the course began."""
    start = START + begins * QUARTER
    return Event(
        site="east",
        start=start,
        end=start + lasts * QUARTER,
        issued_at=START + issued * QUARTER,
        import_max_kw=kw,
        **told,  # type: ignore[arg-type]
    )


def called(
    *events: Event, mode: Mode = Mode.ADVISE, seed: int = 3
) -> tuple[ControlRoom, MemoryStore]:
    """A room that hears of calls at their time, and its chain."""
    study, store = small_study(seed, hours=24, jobs=30, accelerators=32), MemoryStore()
    room = room_of(study, DrivenClock(study.timeline.start), store, MemoryIntents(), mode)
    room.mandate = replace(room.mandate, events=events)
    return room, store


def kinds(room: ControlRoom) -> set[str]:
    """Of the alarms of the newest frame."""
    alarms = room.newest().values["alarms"]
    assert isinstance(alarms, list)
    return {one["kind"] for one in alarms}


def imported_kw(room: ControlRoom) -> float:
    """What the site of the limit drew in the last step."""
    assert room.world.seen is not None
    return float(room.world.seen.import_kw[0])


def told_for_limits(store: MemoryStore) -> list[dict[str, object]]:
    """What the chain says of decisions that limits required."""
    return [one for one in contents(store.entries()) if one.get("policy") == "mandatory limit"]


@settings(max_examples=5, deadline=None)
@given(
    begins=st.integers(6, 16),
    lasts=st.integers(1, 5),
    kw=st.floats(40.0, 120.0),
    issued=st.integers(1, 6),
    seed=st.integers(0, 3),
)
def test_a_limit_holds_from_its_first_step_on_though_nobody_answers(
    begins: int, lasts: int, kw: float, issued: int, seed: int
) -> None:
    """Whatever the limit and the work: not a kW above it, not an act before it, none at another site's store."""
    room, store = called(limit(begins, lasts, kw, issued), seed=seed)
    gone_on(room, begins)
    assert not room.world.told and not room.world.others
    for _ in range(lasts):
        gone_on(room, 1)
        assert imported_kw(room) <= kw + 1e-6
    assert set(room.world.others) <= {"east"}
    stages = [one["stage"] for one in told_for_limits(store)]
    assert stages[:3] == ["proposed", "approved", "told"]
    assert all(
        str(one["owner"]).startswith("policy mandatory limit ") for one in told_for_limits(store)
    )


def test_the_decision_and_the_alarm_name_the_limit_and_people_are_still_asked() -> None:
    """What goes beyond the limit waits as before; the record says which call, which site, until when."""
    room, store = called(limit(24, 8, 50.0, name="feeder 7"))
    gone_on(room, 26)
    assert "limit-kept" in kinds(room)
    (first, *_) = told_for_limits(store)
    assert "feeder 7: east may draw 50 kW at most" in str(first["answers"])
    assert room.proposals() and str(first["id"]) not in {one["id"] for one in room.proposals()}


def test_what_a_limit_held_is_let_go_when_it_is_over_or_taken_back() -> None:
    """Nothing that is told for it outlives it: the level of the meter is gone at once, work keeps its new start."""
    room, _ = called(limit(24, 40, 40.0, taken_back_at=START + 28 * QUARTER))
    gone_on(room, 28)
    levels = [one.most_kw for one in room.world.others.values() if hasattr(one, "most_kw")]
    assert levels == [40.0]
    gone_on(room, 2)
    levels = [one.most_kw for one in room.world.others.values() if hasattr(one, "most_kw")]
    assert levels == [float("inf")] and kinds(room).isdisjoint({"limit-kept"})


@pytest.mark.parametrize("step", ["freeze", "observe", "ask"])
def test_frozen_observing_or_told_to_ask_nothing_is_told_and_an_alarm_says_so(step: str) -> None:
    """People took the wheel: the room does not touch it behind their backs."""
    room, _ = called(limit(24, 8, 50.0))
    gone_on(room, 20)
    if step == "freeze":
        assert room.freeze(BOB, "storm").held
    elif step == "observe":
        assert room.change_mode("observe", BOB, "storm").held
    else:
        assert room.change_envelope({"mandatory": 0.0}, BOB, "we call them").held
    gone_on(room, 6)
    assert not room.world.told and not room.world.others
    assert "limit-waits" in kinds(room)
    if step == "ask":
        assert room.change_envelope({"mandatory": 1.0}, ANN, "too slow").needs == 1
        assert room.change_envelope({"mandatory": 1.0}, BOB, "too slow").held
        gone_on(room, 1)
        assert imported_kw(room) <= 50.0 and "limit-kept" in kinds(room)


def test_what_people_approved_knowing_of_the_limit_is_left_as_it_is() -> None:
    """It keeps the limit by itself; only work that comes meanwhile is told to wait."""
    room, store = called(limit(24, 8, 50.0, issued=0))
    gone_on(room, 1)
    decision, read = waits(room)
    assert room.approve(decision, read, ANN, "fits").held
    gone_on(room, 22)
    assert not told_for_limits(store)
    before = dict(room.world.given)
    for _ in range(9):
        gone_on(room, 1)
        assert imported_kw(room) <= 50.0 + 1e-6
    kept = [name for name in before if name in room.world.given and name not in room.world.over]
    assert all(
        (room.world.given[name].starts_s[-1:] == before[name].starts_s[-1:]).all() for name in kept
    )


def test_beyond_a_narrow_envelope_a_limit_is_kept_too() -> None:
    """Acting, what passes the envelope waits for a person, and the limit does not."""
    room, store = called(limit(24, 4, 50.0), mode=Mode.ACT)
    assert room.change_envelope({"share_max": 0.0, "jobs_max_per_day": 0.0}, BOB, "careful").held
    gone_on(room, 24)
    assert room.proposals() and not told_for_limits(store)
    for _ in range(4):
        gone_on(room, 1)
        assert imported_kw(room) <= 50.0 + 1e-6
    assert told_for_limits(store)


def test_what_may_be_declined_waits_for_people() -> None:
    """A call that is no limit is told by nobody."""
    asks = replace(limit(24, 8, 50.0), mandatory=False, kind=EventKind.DEMAND_RESPONSE)
    room, store = called(asks)
    gone_on(room, 30)
    assert not told_for_limits(store) and not room.world.told
