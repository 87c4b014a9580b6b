"""Who answers for a decision: nobody, a policy inside what was signed, or a person, once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study
from gridtide.trust.approve import (
    ADVICE_MOST,
    Answer,
    By,
    Docket,
    Tally,
    advised,
    answerable,
    approved,
    counted,
    expired,
    over,
    rejected,
    ruled,
    shown,
    superseded,
)
from gridtide.trust.envelope import Envelope
from gridtide.trust.modes import Autonomy, Mode
from gridtide.trust.people import Person, Role
from gridtide.trust.proposal import Proposal, percent, proposal_of
from gridtide.trust.record import Stage
from gridtide.trust.touch import Touch, touched

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LI = Person(name="Li", role=Role.APPROVER)
OPS, GUEST = Person(name="Ops", role=Role.OPERATOR), Person(name="Guest", role=Role.VIEWER)
ADVISE = Autonomy(since=NOON)
CLOCKS = {"east": "UTC", "north": "Asia/Shanghai"}
TOUCH = Touch(
    jobs=(("east", "a"), ("north", "b")),
    moved_kw=(("east", 50.0), ("north", 20.0)),
    share=0.05,
    hold_h=4.0,
    beyond=(),
)
ENOUGH = Envelope(
    share_max=0.05,
    moved_max_kw=(("east", 50.0), ("north", 20.0)),
    jobs_max_per_day=2,
    hold_max_h=4.0,
)
PROPOSAL = Proposal(
    decision="d" * 64,
    proposed_at=NOON,
    title="Give 2 jobs other slots",
    because="2 cheaper later",
    against=("a has 1 h left",),
    undo_until=NOON + timedelta(hours=3),
    expires_at=NOON + timedelta(minutes=15),
    asks=Role.APPROVER,
    touch=TOUCH,
)


@pytest.fixture(scope="module")
def turn() -> Turn:
    """The second turn of a small study, which holds work back."""
    policy, forecaster, known = policy_named(
        "coordinated", small_study(3, hours=24, jobs=30, accelerators=32)
    )
    twin = Twin.of(known, truth_of(known))
    mandate = mandate_of(known, forecaster)
    first = take_turn(mandate, policy, twin, Memory(), twin.now)
    twin.advance(first.orders, twin.now + timedelta(hours=12))
    return take_turn(mandate, policy, twin, first.memory, twin.now)


def answer(**changes: object) -> Answer:
    """An approval as it should be, but for some changes."""
    right = Answer(id="1", digest=PROPOSAL.digest, by=LI, reason="looks right", at=NOON)
    return replace(right, **changes)  # type: ignore[arg-type]


def test_a_proposal_says_what_why_and_what_speaks_against_it(turn: Turn) -> None:
    """In words, with the jobs and the power it touches, and until when it can be undone."""
    found = proposal_of(turn.decision, turn.orders.dispatch, turn.standing, turn.situation, "EUR")
    assert found.touch.jobs and found.touch.hold_h > 0 and 0 < found.touch.share <= 1
    assert found.title.startswith(f"Give {len(found.touch.jobs)} jobs other slots")
    assert "EUR less is expected" in found.because
    assert any("left at its deadline" in one for one in found.against)
    assert any("more than expected" in one for one in found.against)
    assert turn.situation.as_of <= found.undo_until and found.expires_at > found.proposed_at
    assert json.loads(json.dumps(shown(Docket(proposal=found))))["digest"] == found.digest


def test_the_standing_orders_touch_nothing(turn: Turn) -> None:
    """What goes on where nobody approves needs nobody."""
    touch = touched(turn.standing, turn.standing, turn.situation)
    assert touch.nothing
    ruling = ruled(turn.decision, touch, ADVISE, Tally(), NOON, CLOCKS)
    assert (ruling.by, ruling.owner) == (By.POLICY, "policy standing orders")


@pytest.mark.parametrize(
    ("autonomy", "by"),
    [
        (replace(ADVISE, mode=Mode.OBSERVE), By.NOBODY),
        (ADVISE, By.PERSON),
        (replace(ADVISE, mode=Mode.ACT), By.PERSON),
        (replace(ADVISE, mode=Mode.ACT, envelope=ENOUGH), By.POLICY),
        (replace(ADVISE, mode=Mode.EMERGENCY, ends_at=NOON + timedelta(hours=1)), By.POLICY),
        (replace(ADVISE, mode=Mode.EMERGENCY, ends_at=NOON), By.PERSON),
        (replace(ADVISE, mode=Mode.ACT, envelope=ENOUGH, frozen=True), By.NOBODY),
    ],
)
def test_each_mode_has_its_own_answerer(turn: Turn, autonomy: Autonomy, by: By) -> None:
    """A frozen fleet is told nothing in any mode; an emergency that is over is advice."""
    assert ruled(turn.decision, TOUCH, autonomy, Tally(), NOON, CLOCKS).by is by


def test_what_the_guard_holds_goes_to_a_person_in_every_mode(turn: Turn) -> None:
    """Where no dispatch keeps everything somebody must look."""
    held = replace(turn.decision, rung="hold")
    for mode in (Mode.ADVISE, Mode.ACT, Mode.EMERGENCY):
        autonomy = replace(ADVISE, mode=mode, envelope=ENOUGH)
        assert ruled(held, TOUCH, autonomy, Tally(), NOON, CLOCKS).by is By.PERSON


@pytest.mark.parametrize(
    ("tighter", "said"),
    [
        ({"share_max": 0.049}, "of the fleet's power"),
        ({"moved_max_kw": (("east", 50.0),)}, "20.0 kW at north, 0.0 kW"),
        ({"jobs_max_per_day": 1}, "2 jobs today"),
        ({"hold_max_h": 3.9}, "held for 4 h"),
        ({"from_h": 0.0, "until_h": 12.0}, "12:00 at east"),
        ({"from_h": 8.0, "until_h": 20.0}, "20:00 at north"),
    ],
)
def test_every_bound_of_an_envelope_holds(tighter: dict[str, object], said: str) -> None:
    """Each is named with what it would be and what may be; hours are those of the site."""
    assert over(TOUCH, ENOUGH, Tally(), NOON, CLOCKS) == ()
    found = over(TOUCH, replace(ENOUGH, **tighter), Tally(), NOON, CLOCKS)  # type: ignore[arg-type]
    assert any(said in one for one in found)
    unspoken = over(replace(TOUCH, beyond=("what plants make",)), ENOUGH, Tally(), NOON, CLOCKS)
    assert unspoken == ("no envelope speaks of what plants make",)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2 * 24 * 60)), max_size=12))
def test_jobs_are_counted_once_a_day_of_their_site(told: list[tuple[str, int]]) -> None:
    """Told again on the same day a job counts once; when the day of its site is over, not any more."""
    tally, now = Tally(), NOON
    seen: set[tuple[str, object]] = set()
    for job, minutes in sorted(told, key=lambda one: one[1]):
        now = NOON + timedelta(minutes=minutes)
        tally = counted(tally, replace(TOUCH, jobs=(("north", job),)), now, CLOCKS)
        day = (now + timedelta(hours=8)).date()
        seen.add((job, day))
        of_today = {one for one, on in seen if on == day}
        assert tally.days == (("north", day, frozenset(of_today)),)


def test_an_approval_holds_once() -> None:
    """Then the same answer, another one and a late one are refused, and each leaves a note."""
    first = approved(Docket(proposal=PROPOSAL), answer(), ADVISE)
    assert first.held and first.docket.stage is Stage.APPROVED and first.docket.by == "Li"
    again = approved(first.docket, answer(), ADVISE)
    assert not again.held and "not taken twice" in again.said and again.docket == first.docket
    other = approved(first.docket, answer(id="2"), ADVISE)
    assert not other.held and "approved already, by Li" in other.said
    assert (other.note.held, other.note.what, other.note.who) == (False, "approve", "Li")


@pytest.mark.parametrize(
    ("changes", "autonomy", "said"),
    [
        ({"by": GUEST}, ADVISE, "Guest is a viewer; it takes an approver"),
        ({"by": OPS}, ADVISE, "it takes an approver"),
        ({"digest": "0" * 64}, ADVISE, "names another proposal"),
        ({"reason": "  "}, ADVISE, "gives no reason"),
        ({"at": NOON - timedelta(seconds=1)}, ADVISE, "dated before"),
        ({"at": NOON + timedelta(minutes=15)}, ADVISE, "expired already, by time-out"),
        ({}, replace(ADVISE, frozen=True), "frozen"),
        ({}, replace(ADVISE, mode=Mode.OBSERVE), "observe"),
    ],
)
def test_an_approval_that_does_not_fit_is_refused(
    changes: dict[str, object], autonomy: Autonomy, said: str
) -> None:
    """Wrong role, wrong digest, no reason, wrong time, a frozen fleet: nothing is approved, and it is noted."""
    found = approved(Docket(proposal=PROPOSAL), answer(**changes), autonomy)
    assert not found.held and said in found.said and not found.note.held
    assert found.docket.stage is not Stage.APPROVED


def test_an_operator_may_reject_until_it_is_told() -> None:
    """Also what was approved; a viewer may not."""
    docket = approved(Docket(proposal=PROPOSAL), answer(), ADVISE).docket
    assert not rejected(docket, answer(id="2", by=GUEST)).held
    found = rejected(docket, answer(id="2", by=OPS, reason="too hot"))
    assert found.held and found.docket.stage is Stage.REFUSED
    told = replace(docket, stage=Stage.TOLD)
    assert not rejected(told, answer(id="3", by=OPS)).held


def test_what_nobody_settles_expires_and_what_is_overtaken_cannot_be_approved() -> None:
    """Standing orders go on."""
    docket = Docket(proposal=PROPOSAL)
    assert expired(docket, NOON + timedelta(minutes=14)) == docket
    assert expired(docket, NOON + timedelta(minutes=15)).stage is Stage.EXPIRED
    overtaken = superseded(docket, "e" * 64, NOON)
    assert overtaken.stage is Stage.EXPIRED and "newer decision eeee" in overtaken.said
    assert not approved(overtaken, answer(), ADVISE).held
    done = approved(docket, answer(), ADVISE).docket
    assert superseded(done, "e" * 64, NOON) == done


def test_a_decision_names_who_answers_for_it(turn: Turn) -> None:
    """A person or a policy in place of the study."""
    found = answerable(turn.decision, "Li", Stage.APPROVED)
    assert (found.owner, found.stage, found.id) == ("Li", Stage.APPROVED, turn.decision.id)


@pytest.mark.parametrize(
    ("share", "said"), [(2.2, "220 %"), (12.5, "1,250 %"), (0.72, "72 %"), (0.004, "0.4 %")]
)
def test_a_share_is_said_without_powers_of_ten(share: float, said: str) -> None:
    """People read it before they approve."""
    assert percent(share) == said


def test_advice_of_anybody_stands_beside_a_proposal_and_settles_nothing() -> None:
    """It waits as before, people see who advises what and why, and the note says so."""
    given = advised(Docket(proposal=PROPOSAL), answer(by=GUEST, reason="wind is due"), True)
    assert given.held and given.docket.stage is Stage.PROPOSED
    assert (given.note.what, given.note.who, given.note.held) == ("advise", "Guest", True)
    (said,) = json.loads(json.dumps(shown(given.docket)))["advice"]
    assert (said["by"], said["approve"], said["reason"]) == ("Guest", True, "wind is due")
    changed = advised(given.docket, answer(by=GUEST, reason="it is not"), False)
    assert [one.approve for one in changed.docket.advice] == [False]
    assert approved(changed.docket, answer(), ADVISE).held


def test_advice_on_something_else_too_late_or_of_too_many_is_refused_and_noted() -> None:
    """Another digest, no reason, after it expired, or one too many."""
    docket = Docket(proposal=PROPOSAL)
    late = NOON + timedelta(minutes=15)
    for wrong in ({"digest": "other"}, {"reason": " "}, {"at": late}):
        refused = advised(docket, answer(by=GUEST, **wrong), True)
        assert not refused.held and not refused.note.held and not refused.docket.advice
    for number in range(ADVICE_MOST):
        somebody = Person(name=f"P{number}", role=Role.VIEWER)
        docket = advised(docket, answer(by=somebody), True).docket
    assert not advised(docket, answer(by=GUEST), True).held
    assert advised(docket, answer(by=Person(name="P0", role=Role.VIEWER)), False).held
