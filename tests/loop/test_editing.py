"""A decision that waits is edited by a person: another stands in its place, judged by the same guard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_control_room import ANN, BOB, EVE, gone_on, opened, stages

from gridtide.case.live_room import room_of
from gridtide.decide.room import promised_room
from gridtide.finding import BadInput
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.editing import as_told
from gridtide.loop.turn import Turn
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.timeline import instant
from gridtide.trust.audit import contents
from gridtide.trust.edit import Edit, edit_of, edit_values
from gridtide.trust.edited import edited
from gridtide.trust.guard import check
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role
from gridtide.trust.said import of_value
from gridtide.trust.touch import LEAST_KW, changed_rows, slots_of, touched


@pytest.fixture(scope="module")
def room() -> ControlRoom:
    """A room in advise with a decision that holds work back; tests that change it open their own."""
    return gone_on(opened(), 6)


def waiting(room: ControlRoom) -> tuple[str, str, Turn]:
    """The newest decision that waits, the digest of what is read of it, and its turn."""
    newest = room.proposals()[-1]
    turn = room.turn_of(str(newest["id"]))
    assert turn is not None
    return str(newest["id"]), str(newest["digest"]), turn


def held_back(turn: Turn) -> list[int]:
    """Jobs that a decision moves and that could begin at another time, by row."""
    jobs, rows = turn.situation.jobs, changed_rows(turn.orders.dispatch, turn.standing)
    return [row for row in rows if jobs.movable[row] and jobs.deadline_s[row] != NO_DEADLINE_S]


def test_a_job_left_alone_stays_as_it_is_told_and_the_rest_as_it_was_decided() -> None:
    """Another decision waits in the place of the first, which has expired for it; the chain has who, what and why."""
    store = MemoryStore()
    room = gone_on(opened(store=store), 6)
    decision, read, turn = waiting(room)
    row = held_back(turn)[0]
    name = str(turn.situation.jobs.name[row])
    receipt = room.edit(decision, read, Edit(leave_jobs=(name,)), ANN, "it is mine")
    assert receipt.held and "waits for approval" in receipt.said
    new, read, made = waiting(room)
    others = list(changed_rows(made.orders.dispatch, turn.orders.dispatch))
    assert others == [row]
    assert np.array_equal(slots_of(made.orders.dispatch, row), slots_of(turn.standing, row))
    assert stages(store, decision) == ["proposed", "expired"]
    said = next(one for one in contents(store.entries()) if one.get("what") == "edit")
    assert (said["who"], said["of"], said["decision"]) == ("Ann", decision, new)
    assert said["edit"] == {"leave_jobs": [name]} and said["reason"] == "it is mine"
    shown = room.proposals()[-1]
    assert shown["edited"]["by"] == "Ann" and name in str(shown["because"])  # type: ignore[index]
    assert room.approve(new, read, BOB, "agreed").held
    gone_on(room, 1)
    assert stages(store, new)[:3] == ["proposed", "approved", "told"]


def test_an_edit_that_is_advised_changes_nothing_until_a_person_makes_it(room: ControlRoom) -> None:
    """It stands beside the decision in words and as values; what the guard would refuse is refused at once."""
    decision, read, turn = waiting(room)
    name = str(turn.situation.jobs.name[held_back(turn)[0]])
    helper, edit = Person(name="helper", role=Role.VIEWER), Edit(leave_jobs=(name,))
    receipt = room.advise(decision, read, helper, "little slack", True, edit)
    assert receipt.held and "helper advises to edit it" in receipt.said
    assert waiting(room) == (decision, read, turn)
    advised: Any = room.proposals()[-1]["advice"]
    (advice,) = advised
    assert edit_of(advice["edit"]) == edit and name in advice["reason"]
    assert of_value(advice["values"]["reason"]) == f"{name} 维持已下达的指令: little slack"
    said = contents(room.minutes.store.entries())[-1]
    assert (said["what"], said["who"], said["edit"]) == ("advise", "helper", edit_values(edit))
    with pytest.raises(BadInput, match="nobody"):
        room.advise(decision, read, helper, "try", True, Edit(leave_jobs=("nobody",)))
    said = contents(room.minutes.store.entries())[-1]
    assert said["held"] is False and said["edit"] == {"leave_jobs": ["nobody"]}
    assert not room.edit(decision, read, edit, helper, "mine").held


def test_a_job_given_another_begin_begins_then_within_its_promise(room: ControlRoom) -> None:
    """In one run; too late for its promise, it is refused with the latest begin there is."""
    _, _, turn = waiting(room)
    situation, promised = turn.situation, turn.orders.promised
    row = next(one for one in held_back(turn) if promised[one])
    name, horizon = str(situation.jobs.name[row]), turn.orders.dispatch.placement.horizon
    at = instant(int(horizon.starts_s[2]))
    found = edited(
        turn.orders.dispatch, turn.standing, situation, promised, Edit(begin=((name, at),)), at
    )
    slots = slots_of(found, row)
    assert slots[0] == 2 and (np.diff(slots) == 1).all()
    late = instant(int(situation.jobs.deadline_s[row]) - 900)
    with pytest.raises(BadInput, match="begin by"):
        edited(
            turn.orders.dispatch,
            turn.standing,
            situation,
            promised,
            Edit(begin=((name, late),)),
            at,
        )


def test_everything_in_an_edit_that_does_not_fit_is_said_at_once(room: ControlRoom) -> None:
    """Jobs and sites by name; the decision waits on as it was."""
    decision, read, turn = waiting(room)
    past = turn.situation.as_of - timedelta(hours=1)
    name = str(turn.situation.jobs.name[held_back(turn)[0]])
    wrong = Edit(
        leave_jobs=("nobody",),
        leave_sites=("nowhere",),
        begin=((name, past),),
        store_most_kw=(("east", 1.0),),
    )
    with pytest.raises(BadInput) as fault:
        room.edit(decision, read, wrong, ANN, "try")
    subjects = [one.subject for one in fault.value.findings]
    assert subjects == ["nobody", f"begin {name}", "nowhere", "east"]
    assert waiting(room)[0] == decision


def test_what_the_guard_refuses_is_refused_with_what_and_limit_and_written_down() -> None:
    """Jobs all given one begin pass the machines there are."""
    store = MemoryStore()
    study = small_study(3, hours=24, jobs=80, accelerators=8)
    clock = DrivenClock(study.timeline.start)
    room = gone_on(room_of(study, clock, store, MemoryIntents(), Mode.ADVISE), 12)
    decision, read, turn = waiting(room)
    jobs, at, told = turn.situation.jobs, clock.now(), turn.orders
    rows = [row for row in range(len(jobs)) if jobs.movable[row] and not told.promised[row]]
    placed = [row for row in rows if told.dispatch.placement.place[row] >= 0]
    together = tuple((str(jobs.name[row]), at) for row in placed if jobs.interruptible[row])
    with pytest.raises(BadInput, match="The guard refuses it"):
        room.edit(decision, read, Edit(begin=together), ANN, "all at once")
    said = next(one for one in contents(store.entries()) if one.get("what") == "edit")
    assert said["held"] is False and "accelerators in use" in str(said["said"])


@pytest.mark.parametrize(
    ("who", "read", "said"),
    [(EVE, "", "it takes an approver"), (ANN, "0" * 64, "another proposal")],
)
def test_only_who_may_approve_and_has_read_it_edits(
    room: ControlRoom, who: object, read: str, said: str
) -> None:
    """Others are told why, and nothing holds."""
    decision, right, _ = waiting(room)
    receipt = room.edit(decision, read or right, Edit(leave_sites=("east",)), who, "so")  # type: ignore[arg-type]
    assert not receipt.held and said in receipt.said


def test_an_edit_of_what_is_gone_or_that_changes_nothing_is_refused(room: ControlRoom) -> None:
    """By name."""
    decision, read, turn = waiting(room)
    assert not room.edit("0" * 64, read, Edit(leave_sites=("east",)), ANN, "so").held
    store = Edit(store_most_kw=(("north", 1e6),), moved_most_kw=(("east", 1e6),))
    loose = turn.orders.dispatch.import_held_kw
    if not np.isfinite(loose).any():
        with pytest.raises(BadInput, match="approve or reject"):
            room.edit(decision, read, store, ANN, "so")


kw = st.floats(0.0, 64.0)
EDITS: list[Callable[[float], Edit]] = [
    lambda most: Edit(moved_most_kw=(("east", most), ("north", most))),
    lambda most: Edit(store_most_kw=(("north", most),)),
    lambda most: Edit(store_least_kw=(("north", most),)),
    lambda _: Edit(leave_sites=("north",)),
    lambda most: Edit(leave_sites=("east",), moved_most_kw=(("north", most),)),
]


@settings(max_examples=25, deadline=None)
@given(most=kw, which=st.sampled_from(range(len(EDITS))))
def test_what_is_bounded_stays_within_its_bound_and_a_site_left_alone_is_told_nothing_new(
    room: ControlRoom, most: float, which: int
) -> None:
    """Whatever the bound, and the guard lets each through."""
    _, _, turn = waiting(room)
    edit = EDITS[which](most)
    told = as_told(turn, room.orders)
    situation, promised = turn.situation, turn.orders.promised
    found = edited(turn.orders.dispatch, told, situation, promised, edit, situation.as_of)
    moved = dict(touched(found, told, situation).moved_kw)
    for site, most_kw in edit.moved_most_kw:
        assert moved[site] <= most_kw + LEAST_KW
    for site in edit.leave_sites:
        assert moved[site] <= LEAST_KW
    if edit.store_most_kw:
        assert max(found.charge_kw.max(), found.discharge_kw.max()) <= most + LEAST_KW
    grid = turn.orders.dispatch.placement.horizon
    assert check(found, situation, promised_room(situation, grid), promised) == ()
    assert edit_of(edit_values(edit)) == edit


def test_an_edit_names_each_thing_once_and_says_something() -> None:
    """Every fault at once."""
    with pytest.raises(BadInput, match="at least one change"):
        Edit()
    with pytest.raises(BadInput) as fault:
        Edit(leave_jobs=("a", "a"), leave_sites=("s",), store_most_kw=(("s", 1.0), ("t", np.nan)))
    assert len(fault.value.findings) == 3
    with pytest.raises(BadInput, match="offset"):
        edit_of({"begin": {"a": "2026-03-01T00:00:00"}})
