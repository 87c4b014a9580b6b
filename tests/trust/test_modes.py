"""How much is done without people is theirs to say: two of them for more, one for less."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.trust.autonomy_values import autonomy_of, values_of
from gridtide.trust.envelope import Envelope, changed, in_words, spelled, within
from gridtide.trust.modes import (
    RULES,
    Autonomy,
    Change,
    Freeze,
    Mode,
    Release,
    Thaw,
    ToEnvelope,
    ToMode,
    asked,
    lapsed,
    raises,
    waiting,
)
from gridtide.trust.people import Person, Role

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LI, MA = (Person(name=name, role=Role.APPROVER) for name in ("Li", "Ma"))
OPS, GUEST = Person(name="Ops", role=Role.OPERATOR), Person(name="Guest", role=Role.VIEWER)
SMALL = Envelope(
    share_max=0.1, moved_max_kw=(("north", 400.0),), jobs_max_per_day=5, hold_max_h=6.0
)
HOURS = st.integers(0, 95).map(lambda quarter: quarter / 4)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """Few values of each bound, so that wider, narrower and neither are all common."""
    sites = draw(st.lists(st.sampled_from(["north", "south"]), unique=True))
    return Envelope(
        share_max=draw(st.sampled_from([0.0, 0.1, 0.5])),
        moved_max_kw=tuple((site, draw(st.sampled_from([0.0, 100.0, 400.0]))) for site in sites),
        jobs_max_per_day=draw(st.integers(0, 2)),
        hold_max_h=draw(st.sampled_from([0.0, 6.0])),
        from_h=draw(HOURS),
        until_h=draw(HOURS | st.just(24.0)),
        mandatory=draw(st.booleans()),
    )


changes = (
    st.builds(ToMode, mode=st.sampled_from(list(Mode)))
    | st.builds(ToEnvelope, envelope=envelopes())
    | st.sampled_from([Freeze(), Thaw(), Release()])
)
people = st.builds(
    Person, name=st.sampled_from(["Li", "Ma", "Wu", "li "]), role=st.sampled_from(list(Role))
)


def is_above(after: Autonomy, before: Autonomy) -> bool:
    """Whether anything more is done without people."""
    return (
        after.mode.level > before.mode.level
        or not within(after.envelope, before.envelope)
        or (before.frozen and not after.frozen)
    )


@given(st.lists(st.tuples(changes, people, st.integers(-5, 40)), max_size=25))
def test_autonomy_is_never_above_what_two_people_asked_for(
    steps: list[tuple[Change, Person, int]],
) -> None:
    """Whatever is asked in whatever order: each rise was asked by two approvers, the same, in time, of one state."""
    now, autonomy = NOON, Autonomy(since=NOON)
    history: list[tuple[Change, Person, datetime, int]] = []
    for change, person, minutes in steps:
        now += timedelta(minutes=minutes)
        before = lapsed(autonomy, now)
        heard = asked(autonomy, change, person, now)
        autonomy = heard.autonomy
        if is_above(autonomy, before):
            assert heard.held and person.role >= Role.APPROVER
            assert any(
                other == change
                and one.role >= Role.APPROVER
                and one.name.strip().casefold() != person.name.strip().casefold()
                and timedelta(0) <= now - at < timedelta(hours=RULES.request_h)
                and number == before.number
                for other, one, at, number in history
            )
        assert not is_above(lapsed(autonomy, now), autonomy)
        assert heard.note.held == heard.held and heard.note.who == person.name
        history.append((change, person, now, before.number))


@given(st.lists(st.tuples(changes, people), max_size=12), changes)
def test_lowering_holds_at_once_whatever_is_pending(
    steps: list[tuple[Change, Person]], change: Change
) -> None:
    """One operator, and no request asked before it can be borne out any more."""
    autonomy = Autonomy(since=NOON, mode=Mode.ACT, envelope=SMALL)
    for one, person in steps:
        autonomy = asked(autonomy, one, person, NOON).autonomy
    if raises(autonomy, change):
        return
    heard = asked(autonomy, change, OPS, NOON)
    assert heard.held and heard.needs == 0 and not is_above(heard.autonomy, autonomy)
    assert heard.autonomy.pending == () and waiting(heard.autonomy, NOON) == ()
    match change:
        case ToMode(mode=mode):
            assert heard.autonomy.mode is mode
        case ToEnvelope(envelope=envelope):
            assert heard.autonomy.envelope == envelope
        case Freeze() | Release():
            assert heard.autonomy.frozen


@given(envelopes(), envelopes())
def test_within_is_what_every_hour_and_bound_says(one: Envelope, other: Envelope) -> None:
    """An envelope within another permits at no quarter of an hour what the other does not."""
    bounds = (
        one.share_max <= other.share_max
        and one.jobs_max_per_day <= other.jobs_max_per_day
        and one.hold_max_h <= other.hold_max_h
        and all(one.at(site) <= other.at(site) for site in ("north", "south"))
    )
    quarters = [quarter / 4 for quarter in range(96)]
    hours = all(other.open_at(hour) or not one.open_at(hour) for hour in quarters)
    assert within(one, other) == (bounds and hours)
    assert within(one, one)


def test_the_same_person_twice_is_one_person() -> None:
    """However the name is typed."""
    first = asked(Autonomy(since=NOON), ToMode(mode=Mode.ACT), LI, NOON)
    assert (first.held, first.needs) == (False, 1)
    for name in ("Li", " LI ", "Ｌｉ"):
        again = asked(
            first.autonomy, ToMode(mode=Mode.ACT), Person(name=name, role=Role.ADMIN), NOON
        )
        assert not again.held and "somebody else" in again.said
    assert asked(first.autonomy, ToMode(mode=Mode.ACT), MA, NOON).autonomy.mode is Mode.ACT


@pytest.mark.parametrize("minutes", [-1, 30, 600])
def test_a_request_expires(minutes: int) -> None:
    """Also for a clock that went back; the second is then a first."""
    first = asked(Autonomy(since=NOON), ToMode(mode=Mode.ACT), LI, NOON).autonomy
    later = NOON + timedelta(minutes=minutes)
    heard = asked(first, ToMode(mode=Mode.ACT), MA, later)
    assert not heard.held and "has expired" in heard.said and heard.needs == 1
    assert waiting(first, later) == ()


def test_a_request_of_a_state_that_has_changed_is_refused() -> None:
    """What one signed is what the other signs."""
    first = asked(Autonomy(since=NOON), ToMode(mode=Mode.ACT), LI, NOON).autonomy
    wider = asked(first, ToEnvelope(envelope=SMALL), LI, NOON).autonomy
    wider = asked(wider, ToEnvelope(envelope=SMALL), MA, NOON).autonomy
    assert wider.envelope == SMALL
    assert not asked(wider, ToMode(mode=Mode.ACT), MA, NOON).held
    expired = asked(first, ToEnvelope(envelope=Envelope()), OPS, NOON).autonomy
    assert not asked(expired, ToMode(mode=Mode.ACT), MA, NOON).held


def test_a_viewer_changes_nothing_and_an_operator_raises_nothing() -> None:
    """Each is told which role it takes, and the note says who tried."""
    for change in (Freeze(), Release(), ToMode(mode=Mode.OBSERVE)):
        heard = asked(Autonomy(since=NOON), change, GUEST, NOON, reason="because")
        assert not heard.held and "it takes an operator" in heard.said
        assert heard.autonomy == Autonomy(since=NOON)
        assert (heard.note.who, heard.note.role, heard.note.held) == ("Guest", "viewer", False)
    heard = asked(Autonomy(since=NOON), ToMode(mode=Mode.ACT), OPS, NOON)
    assert not heard.held and "two approvers" in heard.said and heard.autonomy.pending == ()


def test_an_emergency_is_over_by_itself() -> None:
    """Whatever is changed meanwhile; then people approve again."""
    state = asked(Autonomy(since=NOON), ToMode(mode=Mode.EMERGENCY), LI, NOON).autonomy
    state = asked(state, ToMode(mode=Mode.EMERGENCY), MA, NOON).autonomy
    later = NOON + timedelta(hours=3, minutes=59)
    state = asked(state, Freeze(), OPS, later).autonomy
    assert lapsed(state, later).mode is Mode.EMERGENCY
    after = lapsed(state, NOON + timedelta(hours=4))
    assert (after.mode, after.by, after.frozen) == (Mode.ADVISE, ("time-out",), True)


def test_release_freezes_too() -> None:
    """What was undone is not put back by the next turn."""
    heard = asked(Autonomy(since=NOON, mode=Mode.ACT), Release(), OPS, NOON)
    assert heard.held and heard.autonomy.frozen and "every restraint" in heard.said


def test_an_envelope_is_refused_with_all_its_faults() -> None:
    """Names, kinds and ranges in one answer."""
    values = {"share_max": 1.5, "jobs_max_per_day": 2.5, "hold_max_h": float("nan")}
    values |= {"moved_max_kw.nowhere": 3.0, "until_h": 7.1, "sahre_max": 0.1}
    with pytest.raises(BadInput) as refused:
        changed(Envelope(), values, sites=["north"])
    subjects = {finding.subject.removeprefix("envelope ") for finding in refused.value.findings}
    assert subjects == set(values)
    with pytest.raises(BadInput, match="named twice"):
        Envelope(moved_max_kw=(("north", 1.0), ("north", 2.0)))


@given(envelopes(), st.lists(st.tuples(changes, people), max_size=6))
def test_what_is_kept_is_what_is_read(
    envelope: Envelope, steps: list[tuple[Change, Person]]
) -> None:
    """Envelope and autonomy, with what is pending."""
    assert changed(Envelope(), spelled(envelope)) == envelope
    autonomy = Autonomy(since=NOON, mode=Mode.ACT, envelope=envelope)
    for change, person in steps:
        autonomy = asked(autonomy, change, person, NOON).autonomy
    assert autonomy_of(values_of(autonomy)) == autonomy
    with pytest.raises(BadInput, match="autonomy as it was kept"):
        autonomy_of({"mode": "act"})


def test_an_envelope_reads_well() -> None:
    """As a person signs it."""
    assert in_words(SMALL) == (
        "at most 0.1 of the fleet's power, 400 kW at north, 5 jobs a day, held for 6 h, between 00:00 and 24:00;"
        " mandatory limits of the grid wait for a person"
    )
    assert in_words(replace(SMALL, mandatory=True)).endswith(
        "mandatory limits of the grid at their time"
    )
    with pytest.raises(BadInput, match="0 to ask a person first"):
        changed(SMALL, {"mandatory": 0.5})
