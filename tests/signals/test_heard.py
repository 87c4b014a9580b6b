"""What a line heard: each telegram and each fault is handed out once, in order, and the newest survive."""

from datetime import UTC, datetime, timedelta

from gridtide.signals.heard import UNREAD_AT_MOST, Heard
from gridtide.signals.setpoint import Setpoint

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def a_telegram(k: int) -> Setpoint:
    return Setpoint(p_set_kw=float(k), measured_at=BEGIN + timedelta(seconds=4 * k), sequence=k)


def test_telegrams_are_read_once_and_in_order() -> None:
    heard = Heard()
    for k in range(3):
        heard.tell(a_telegram(k))
    assert [heard.oldest() for _ in range(4)] == [a_telegram(0), a_telegram(1), a_telegram(2), None]


def test_faults_are_told_once_oldest_first() -> None:
    heard = Heard()
    heard.fail("the line was lost")
    heard.fail("the line was lost again")
    assert heard.faults() == ("the line was lost", "the line was lost again")
    assert heard.faults() == ()


def test_a_plant_that_was_away_reads_the_newest() -> None:
    heard = Heard()
    for k in range(UNREAD_AT_MOST + 5):
        heard.tell(a_telegram(k))
    assert heard.oldest() == a_telegram(5)
