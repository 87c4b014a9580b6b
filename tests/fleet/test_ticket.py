"""A ticket is done once, in time, and on the word of who leads."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.ticket import Fate, Gate, Ticket

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def ticket(number: int, epoch: int = 1, minutes: float = 5.0) -> Ticket:
    """A ticket that expires in so many minutes."""
    return Ticket(
        id=f"act-{epoch}-{number}",
        epoch=epoch,
        sequence=number,
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=minutes),
    )


def done(gate: Gate, one: Ticket, subject: str = "job 7") -> Fate:
    """What a device answers that does all that it may."""
    stopped = gate.stopped(one, subject, NOW)
    return stopped.fate if stopped else gate.settled(one, Fate.DONE, "done", NOW).fate


def test_what_is_told_twice_is_done_once() -> None:
    """Also after newer acts."""
    gate = Gate()
    assert [done(gate, ticket(number)) for number in (1, 2, 1)] == ["done", "done", "unchanged"]


def test_what_has_expired_is_not_begun() -> None:
    """At the instant itself it is over."""
    assert done(Gate(), ticket(1, minutes=0.0)) is Fate.EXPIRED


def test_a_leader_that_was_tells_nobody() -> None:
    """Whatever its sequence says."""
    gate = Gate()
    assert done(gate, ticket(1, epoch=2)) is Fate.DONE
    assert done(gate, ticket(9, epoch=1)) is Fate.SUPERSEDED


def test_an_act_that_comes_late_does_not_undo_a_newer_one() -> None:
    """Of the same subject; of another it may come in any order."""
    gate = Gate()
    assert done(gate, ticket(5)) is Fate.DONE
    assert done(gate, ticket(4)) is Fate.SUPERSEDED
    assert done(gate, ticket(3), "job 8") is Fate.DONE


def test_a_new_leader_counts_from_the_beginning() -> None:
    """Its sequence may be lower than that of the one before."""
    gate = Gate()
    assert done(gate, ticket(50, epoch=1)) is Fate.DONE
    assert done(gate, ticket(1, epoch=2)) is Fate.DONE


def test_a_device_that_did_not_answer_may_be_told_again() -> None:
    """Nobody knows whether it holds."""
    gate = Gate()
    assert gate.stopped(ticket(1), "job 7", NOW) is None
    gate.settled(ticket(1), Fate.FAILED, "no answer", NOW)
    assert done(gate, ticket(1)) is Fate.DONE


@given(st.permutations(list(range(12))), st.lists(st.integers(0, 11), max_size=20))
def test_in_whatever_order_acts_come_the_newest_holds(order: list[int], again: list[int]) -> None:
    """Told late or more than once, nothing is done behind the newest, and nothing twice."""
    gate, held = Gate(), []
    for number in [*order, *again]:
        if done(gate, ticket(number)) is Fate.DONE:
            held.append(number)
    assert held == sorted(set(held)) and held[-1] == 11


def test_outcomes_are_forgotten_once_their_ticket_is_long_late() -> None:
    """Not before, for clocks are set back; told again it is late, and not done."""
    gate = Gate()
    one = ticket(1, minutes=5.0)
    assert done(gate, one) is Fate.DONE
    gate.forget_old(NOW + timedelta(minutes=64))
    assert done(gate, one) is Fate.UNCHANGED
    gate.forget_old(NOW + timedelta(minutes=66))
    assert (gate.outcomes, gate.ends) == ({}, {})
    late = gate.stopped(one, "job 7", NOW + timedelta(minutes=66))
    assert late is not None and late.fate is Fate.EXPIRED


def test_a_device_that_is_told_every_two_seconds_for_a_day_forgets_as_it_goes() -> None:
    """Outcomes of an hour and of what came since they were looked through last, never of the whole day."""
    gate = Gate()
    for number in range(43_200):
        now = NOW + timedelta(seconds=2 * number)
        one = Ticket(
            id=str(number),
            epoch=1,
            sequence=number,
            issued_at=now,
            expires_at=now + timedelta(seconds=12),
        )
        gate.settled(one, Fate.DONE, "done", now)
    assert len(gate.ends) == len(gate.outcomes)
    assert len(gate.ends) <= 1_806 + 1_024


def test_a_ticket_of_seconds_is_not_remembered_for_an_hour() -> None:
    """Thousands of set-points an hour would be; while it may still be told again, it is."""
    gate = Gate()
    done(gate, ticket(1))
    done(gate, ticket(2, minutes=0.2))
    gate.forget_old(NOW + timedelta(seconds=12 + 29))
    assert len(gate.outcomes) == 2
    gate.forget_old(NOW + timedelta(seconds=12 + 31))
    assert list(gate.outcomes) == ["act-1-1"]
