"""What every device promises that holds something for a lease, as tests that the test of a new device inherits.

    class TestMyBattery(LeasePromises):
        def opened(self):
            return Leasing(device=..., clock=..., subject="battery", act=..., holds=..., lease=timedelta(minutes=1))

The actuator is seen from behind, without the device: whether it holds, and what becomes of it when nobody speaks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock

DAWN = datetime(2026, 11, 30, 6, tzinfo=UTC)
LONG = timedelta(minutes=3)


@dataclass(frozen=True, kw_only=True)
class Leasing:
    """A device at rest, and what is behind it.

    act: has it hold something until an instant. holds: whether the actuator holds it now. lease: for how long without
    being renewed, much shorter than three minutes. beside: lets what ends leases at the actuator look once, where
    it does not look by itself.
    """

    device: Any
    clock: DrivenClock
    subject: str
    act: Callable[[Ticket, datetime], Outcome]
    holds: Callable[[], bool]
    lease: timedelta
    beside: Callable[[], None] = field(default=lambda: None)
    _told: list[int] = field(default_factory=lambda: [0])

    def ticket(self, *, epoch: int = 1) -> Ticket:
        """Newer than those before, good for a minute."""
        self._told[0] += 1
        now = self.clock.now()
        return Ticket(
            id=f"lease-{self._told[0]}",
            epoch=epoch,
            sequence=self._told[0],
            issued_at=now,
            expires_at=now + timedelta(minutes=1),
        )

    def later(self, span: timedelta) -> None:
        """Let time pass."""
        self.clock.wait_until(self.clock.now() + span)
        self.beside()

    def listed(self) -> dict[str, datetime]:
        """What the device says is held, and until when."""
        return {one.subject: one.until for one in self.device.restraints()}


class LeasePromises:
    """Give `opened()`. For devices that satisfy Restrains and RenewsLeases."""

    def opened(self) -> Leasing:
        """A device at rest."""
        raise NotImplementedError("open a device of the kind under test")

    def test_what_was_told_holds_and_is_listed(self) -> None:
        """With its end."""
        at = self.opened()
        assert at.listed() == {} and not at.holds()
        until = at.clock.now() + LONG
        outcome = at.act(at.ticket(), until)
        assert outcome.fate is Fate.DONE, outcome.said
        assert at.holds()
        assert at.listed() == {at.subject: until}

    def test_it_lets_go_by_itself_when_nobody_renews(self) -> None:
        """One lease after the last word, long before the end of the act."""
        at = self.opened()
        at.act(at.ticket(), at.clock.now() + LONG)
        at.later(at.lease + timedelta(seconds=1))
        assert not at.holds()
        assert at.listed() == {}

    def test_renewed_it_holds_to_its_end_and_no_longer(self) -> None:
        """The brain lives, and dies just before the end."""
        at = self.opened()
        until = at.clock.now() + LONG
        at.act(at.ticket(), until)
        while at.clock.now() + at.lease / 2 < until:
            at.later(at.lease / 2)
            assert [one.subject for one in at.device.renew()] == [at.subject]
            assert at.holds()
        at.later(until - at.clock.now())
        assert not at.holds()

    def test_renewing_nothing_holds_nothing(self) -> None:
        """Also once the end has come."""
        at = self.opened()
        assert at.device.renew() == ()
        at.act(at.ticket(), at.clock.now() + at.lease / 2)
        at.later(at.lease / 2)
        assert at.device.renew() == ()
        assert not at.holds()

    def test_told_twice_is_done_once(self) -> None:
        """The same ticket changes nothing the second time, though it asks for more."""
        at = self.opened()
        ticket, until = at.ticket(), at.clock.now() + LONG
        assert at.act(ticket, until).fate is Fate.DONE
        assert at.act(ticket, until + LONG).fate is Fate.UNCHANGED
        assert at.listed() == {at.subject: until}

    def test_what_came_too_late_or_from_an_older_leader_is_not_done(self) -> None:
        """Expired and superseded acts leave it at rest."""
        at = self.opened()
        late, older, newer = at.ticket(), at.ticket(), at.ticket(epoch=2)
        at.device.release(newer, at.subject)
        assert at.act(older, at.clock.now() + LONG).fate is Fate.SUPERSEDED
        at.clock.present = late.expires_at
        assert at.act(late, at.clock.now() + LONG).fate is Fate.EXPIRED
        assert not at.holds()

    def test_an_end_that_has_passed_is_refused(self) -> None:
        """Nothing is told."""
        at = self.opened()
        assert at.act(at.ticket(), at.clock.now() - LONG).fate is Fate.REFUSED
        assert not at.holds()

    def test_a_release_lets_go_at_once(self) -> None:
        """Once more it is unchanged; another subject is refused."""
        at = self.opened()
        at.act(at.ticket(), at.clock.now() + LONG)
        assert at.device.release(at.ticket(), at.subject).fate is Fate.DONE
        assert not at.holds() and at.listed() == {}
        assert at.device.release(at.ticket(), at.subject).fate is Fate.UNCHANGED
        assert at.device.release(at.ticket(), "nobody knows it").fate is Fate.REFUSED
