"""An act is done at a device that can, and refused by one that cannot."""

from datetime import UTC, datetime, timedelta

from gridtide.fleet.act import (
    BeginAt,
    CapPower,
    PauseJob,
    Release,
    ResumeJob,
    do,
    holds_until,
    lets_go,
    subject_of,
)
from gridtide.fleet.ticket import Fate, Outcome, Ticket

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TICKET = Ticket(id="one", epoch=1, sequence=1, issued_at=NOW, expires_at=LATER)


class OnlyCaps:
    """A device that bounds power and can do nothing else."""

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Say what was told."""
        said = f"{unit} {cap_kw} {until:%H:%M}"
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said=said, at=NOW)


def test_an_act_reaches_the_capability_it_names() -> None:
    """With all its values."""
    told = do(CapPower(unit="gpu-0", cap_kw=0.4, until=LATER), OnlyCaps(), TICKET, NOW)
    assert (told.fate, told.said) == (Fate.DONE, "gpu-0 0.4 09:00")


def test_a_device_without_the_capability_refuses_in_words() -> None:
    """It is told nothing, and who asked learns what cannot be done."""
    told = do(PauseJob(job="7", until=LATER), OnlyCaps(), TICKET, NOW)
    assert (told.fate, told.said) == (Fate.REFUSED, "OnlyCaps cannot do PauseJob")


def test_what_restrains_says_until_when() -> None:
    """And what lets go does not."""
    assert holds_until(BeginAt(job="7", at=LATER)) == LATER
    assert holds_until(CapPower(unit="gpu-0", cap_kw=0.4, until=LATER)) == LATER
    assert holds_until(ResumeJob(job="7")) is None
    assert [lets_go(act) for act in (Release(subject="gpu-0"), BeginAt(job="7", at=LATER))] == [
        True,
        False,
    ]
    assert subject_of(Release(subject="gpu-0")) == "gpu-0"
