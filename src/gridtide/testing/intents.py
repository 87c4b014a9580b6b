"""What everything that keeps intents promises; a newcomer's test inherits this class."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridtide.finding import BadInput
from gridtide.fleet.ticket import Fate, Outcome
from gridtide.loop.intents import Intent, KeepsIntents

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def intent_of(id: str) -> Intent:
    """An intent to pause a job."""
    return Intent(
        id=id,
        device="slurm",
        decision="d1",
        act={"pause": "job-7", "until": "2026-03-02T13:00:00+00:00"},
        issued_at=NOON,
        expires_at=NOON + timedelta(minutes=5),
    )


def outcome_of(id: str, fate: Fate) -> Outcome:
    """What came of an intent a second later."""
    return Outcome(
        ticket=id, fate=fate, said="said so", at=NOON + timedelta(seconds=1), lost_accelerator_h=0.5
    )


class IntentPromises:
    """Give `new_intents()`, empty, and `reopened(intents)` that opens the same ones again under a next leader, or
    returns None where nothing outlives the process."""

    def new_intents(self) -> KeepsIntents:
        """An empty keeper of intents."""
        raise NotImplementedError("return an empty keeper of the kind under test")

    def reopened(self, intents: KeepsIntents) -> KeepsIntents | None:
        """The same intents as the next leader would open them."""
        return None

    def test_tickets_are_numbered_in_the_order_they_are_asked_for(self) -> None:
        """No number of an epoch comes twice."""
        intents = self.new_intents()
        first = intents.intend([intent_of("a"), intent_of("b")])
        second = intents.intend([intent_of("c")])
        numbers = [ticket.sequence for ticket in (*first, *second)]
        assert numbers == sorted(set(numbers))
        assert len({ticket.epoch for ticket in (*first, *second)}) == 1
        assert [ticket.id for ticket in (*first, *second)] == ["a", "b", "c"]

    def test_the_same_intended_again_keeps_its_ticket(self) -> None:
        """Who does not know whether an intent was kept writes it again."""
        intents = self.new_intents()
        tickets = intents.intend([intent_of("a"), intent_of("b")])
        assert intents.intend([intent_of("b"), intent_of("a")]) == tickets[::-1]
        assert len(intents.unsettled()) == 2

    def test_what_nothing_came_of_is_known(self) -> None:
        """Whole, with its ticket; a device that did not answer settles nothing."""
        intents = self.new_intents()
        tickets = intents.intend([intent_of(id) for id in "abcd"])
        intents.came([outcome_of("b", Fate.DONE), outcome_of("c", Fate.FAILED)])
        intents.came([outcome_of("d", Fate.FAILED)])
        intents.came([outcome_of("d", Fate.REFUSED)])
        unsettled = intents.unsettled()
        assert [told.ticket for told in unsettled] == [tickets[0], tickets[2]]
        assert unsettled[0].intent == intent_of("a")
        assert unsettled[0].outcome is None
        assert unsettled[1].outcome == outcome_of("c", Fate.FAILED)

    def test_what_settled_an_act_stands(self) -> None:
        """An act that was done stays done when its device does not answer to the same again."""
        intents = self.new_intents()
        intents.intend([intent_of("a")])
        intents.came([outcome_of("a", Fate.DONE)])
        intents.came([outcome_of("a", Fate.FAILED)])
        assert [told.outcome for told in intents.told("a")] == [outcome_of("a", Fate.DONE)]
        assert intents.unsettled() == ()
        assert intents.told("never") == ()

    def test_an_outcome_of_nothing_is_refused_with_all_beside_it(self) -> None:
        """Every fault is said, and nothing is half-written."""
        intents = self.new_intents()
        intents.intend([intent_of("a")])
        with pytest.raises(BadInput) as refused:
            intents.came([outcome_of(id, Fate.DONE) for id in ("a", "x", "y")])
        assert len(refused.value.findings) == 2
        assert len(intents.unsettled()) == 1

    def test_the_next_leader_sees_what_is_open_and_numbers_anew(self) -> None:
        """A higher epoch; an act told again keeps its id and gets a ticket of the new one."""
        intents = self.new_intents()
        (old, _) = intents.intend([intent_of("a"), intent_of("b")])
        intents.came([outcome_of("b", Fate.DONE)])
        again = self.reopened(intents)
        if again is None:
            return
        assert [told.ticket for told in again.unsettled()] == [old]
        (new,) = again.intend([replace(intent_of("a"), expires_at=NOON + timedelta(hours=1))])
        assert new.id == old.id
        assert new.epoch > old.epoch
        assert [told.ticket for told in again.unsettled()] == [new]
        assert [told.ticket for told in again.told("a")] == [old, new]
