"""What every device promises that caps power, as tests that the test of a new device inherits.

    class TestMyDevice(CapsPowerPromises):
        def opened(self):
            return Capping(device=MyDevice(...), unit="gpu-0", cap_kw=0.4, below_kw=0.1, ...)

`limit_kw` reads what holds at the actuator by a way of its own, not through the device; `pass_s` lets time pass there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridtide.fleet.device import CapsPower, ReadsPower, Restrains
from gridtide.fleet.ticket import Fate, Ticket


@dataclass(frozen=True, kw_only=True)
class Capping:
    """A device and its actuator. cap_kw: permitted; below_kw: below its floor; limit_kw: what holds there now;
    pass_s: lets so many seconds pass and ends what has to end; now: the instant there."""

    device: Any
    unit: str
    cap_kw: float
    below_kw: float
    limit_kw: Callable[[], float]
    pass_s: Callable[[float], None]
    now: Callable[[], datetime]

    def ticket(self, sequence: int, epoch: int = 1, lives_s: float = 60.0) -> Ticket:
        """One that lives so long from now."""
        now = self.now()
        return Ticket(
            id=f"act-{epoch}-{sequence}",
            epoch=epoch,
            sequence=sequence,
            issued_at=now,
            expires_at=now + timedelta(seconds=lives_s),
        )

    def cap(self, ticket: Ticket, cap_kw: float | None = None, for_s: float = 30.0) -> Fate:
        """Cap the unit for so many seconds."""
        value = self.cap_kw if cap_kw is None else cap_kw
        until = self.now() + timedelta(seconds=for_s)
        fate: Fate = self.device.cap(ticket, self.unit, value, until).fate
        return fate


class CapsPowerPromises:
    """Promises of a device that caps power; `opened` gives a fresh one each time."""

    def opened(self) -> Capping:
        """A device without a restraint, and how its actuator is seen."""
        raise NotImplementedError("open a device of the kind under test")

    def test_it_is_what_it_says(self) -> None:
        """It caps, it reads, it says what it holds."""
        device = self.opened().device
        assert isinstance(device, CapsPower) and isinstance(device, ReadsPower)
        assert isinstance(device, Restrains)

    def test_a_cap_holds_and_ends_by_itself(self) -> None:
        """At the actuator, without another word."""
        one = self.opened()
        rest_kw = one.limit_kw()
        assert one.cap(one.ticket(1)) is Fate.DONE
        assert abs(one.limit_kw() - one.cap_kw) < 0.005
        (held,) = one.device.restraints()
        assert (held.subject, held.kind) == (one.unit, "cap")
        one.pass_s(31.0)
        assert one.limit_kw() == rest_kw
        assert one.device.restraints() == ()

    def test_told_twice_it_is_done_once(self) -> None:
        """Also when a newer cap stands meanwhile: that one stays."""
        one = self.opened()
        first = one.ticket(1)
        higher_kw = (one.cap_kw + one.limit_kw()) / 2.0
        assert one.cap(first) is Fate.DONE
        assert one.cap(one.ticket(2), higher_kw) is Fate.DONE
        assert one.cap(first) is Fate.UNCHANGED
        assert abs(one.limit_kw() - higher_kw) < 0.005

    def test_what_comes_late_or_from_who_led_before_is_not_done(self) -> None:
        """Expired, an older act of the same unit, a lower epoch."""
        one = self.opened()
        rest_kw = one.limit_kw()
        assert one.cap(one.ticket(1, lives_s=0.0)) is Fate.EXPIRED
        assert one.limit_kw() == rest_kw
        assert one.cap(one.ticket(5, epoch=2)) is Fate.DONE
        assert one.cap(one.ticket(4, epoch=2), rest_kw) is Fate.SUPERSEDED
        assert one.cap(one.ticket(9, epoch=1), rest_kw) is Fate.SUPERSEDED
        assert abs(one.limit_kw() - one.cap_kw) < 0.005

    def test_below_its_floor_and_without_an_end_it_is_refused(self) -> None:
        """And nothing moves. So is a unit nobody permitted."""
        one = self.opened()
        rest_kw = one.limit_kw()
        assert one.cap(one.ticket(1), one.below_kw) is Fate.REFUSED
        assert one.cap(one.ticket(2), for_s=0.0) is Fate.REFUSED
        assert one.cap(one.ticket(3), for_s=1e6) is Fate.REFUSED
        until = one.now() + timedelta(seconds=5)
        assert one.device.cap(one.ticket(4), "another", one.cap_kw, until).fate is Fate.REFUSED
        assert one.limit_kw() == rest_kw
        assert one.device.restraints() == ()

    def test_a_release_gives_everything_back_at_once(self) -> None:
        """And may be told again."""
        one = self.opened()
        rest_kw = one.limit_kw()
        assert one.cap(one.ticket(1)) is Fate.DONE
        assert one.device.release(one.ticket(2), one.unit).fate is Fate.DONE
        assert one.limit_kw() == rest_kw
        assert one.device.restraints() == ()
        assert one.device.release(one.ticket(3), one.unit).fate in (Fate.DONE, Fate.UNCHANGED)

    def test_a_reading_says_of_what_when_and_how(self) -> None:
        """Of every unit, in kilowatts, 0 or more."""
        one = self.opened()
        readings = one.device.read_power()
        assert one.unit in [reading.of for reading in readings]
        assert all(reading.kw >= 0.0 and reading.method for reading in readings)
        assert all(reading.measured_at.tzinfo is not None for reading in readings)
