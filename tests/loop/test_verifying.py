"""Whether power moved: what a meter can prove, and what it cannot."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.device import PowerReading
from gridtide.loop.verifying import Beside, Expected, Moved, alarms_after, verified

NOW = datetime(2026, 3, 1, tzinfo=UTC)
METER = "Nantong training"
kilowatts = st.floats(-500.0, 500.0).map(lambda kw: round(kw, 1))


def read(kw: float, share: float | None = 0.0) -> dict[str, PowerReading]:
    """One meter's reading."""
    return {METER: PowerReading(of=METER, kw=kw, measured_at=NOW, method="meter", share=share)}


def asked(*changes_kw: float) -> list[Expected]:
    """Acts that should change the meter so."""
    return [Expected(subject=f"job {n}", of=METER, change_kw=kw) for n, kw in enumerate(changes_kw)]


def test_a_job_that_stopped_is_seen_by_its_meter() -> None:
    """What was asked is what the meter shows."""
    (verdict,) = verified(asked(-100.0), [], read(500.0), read(400.0))
    assert verdict.moved is Moved.MOVED


def test_told_but_not_moved_is_an_alarm_until_it_moves() -> None:
    """The meter stays where it was; the alarm names what was asked and goes when power follows."""
    still = verified(asked(-100.0), [], read(500.0), read(500.0))
    assert still[0].moved is Moved.NOT_MOVED
    standing = alarms_after({}, still, NOW, "the machines")
    assert "told but not moved" in standing["job 0"].said
    moved = verified(asked(-100.0), [], read(500.0), read(400.0))
    assert alarms_after(standing, moved, NOW, "the machines") == {}


def test_noise_and_what_ended_beside_it_leave_it_open() -> None:
    """A meter that is 20 % off, or another job that may have ended just then, proves nothing."""
    (noisy,) = verified(asked(-100.0), [], read(500.0, 0.2), read(400.0, 0.2))
    ended = [Beside(of=METER, least_kw=-120.0, most_kw=0.0)]
    (other,) = verified(asked(-100.0), ended, read(500.0), read(400.0))
    (unread,) = verified(asked(-100.0), [], {}, read(400.0))
    assert {noisy.moved, other.moved, unread.moved} == {Moved.CANNOT_TELL}


@given(
    acts=st.lists(st.tuples(kilowatts, st.booleans()), min_size=1, max_size=6),
    others=st.lists(st.tuples(kilowatts, st.floats(0.0, 1.0)), max_size=4),
    error=st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01)),
)
def test_no_verdict_is_ever_wrong(
    acts: list[tuple[float, bool]],
    others: list[tuple[float, float]],
    error: tuple[float, float],
) -> None:
    """Whatever moved, whatever changed beside it and however a meter errs within what it says: never the wrong word."""
    base_kw = 10_000.0
    change_kw = sum(kw for kw, moved in acts if moved) + sum(kw * part for kw, part in others)
    around = [Beside(of=METER, least_kw=min(kw, 0.0), most_kw=max(kw, 0.0)) for kw, _ in others]
    before = read(base_kw * (1.0 + error[0]), 0.011)
    after = read((base_kw + change_kw) * (1.0 + error[1]), 0.011)
    verdicts = verified(asked(*(kw for kw, _ in acts)), around, before, after)
    for (_, moved), verdict in zip(acts, verdicts, strict=True):
        assert verdict.moved is not (Moved.NOT_MOVED if moved else Moved.MOVED)
