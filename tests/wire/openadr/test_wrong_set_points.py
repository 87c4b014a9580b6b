"""Set-points of OpenADR that are wrong, old, double or at odds: the known one goes on, and it is said."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from gridtide.testing.openadr import AGREEMENT, event_of, program_of
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.called import Ask
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.holding import Holding, holding
from gridtide.wire.openadr.known import Known, answered

NOW_S = epoch_s(datetime(2026, 11, 22, tzinfo=UTC))
MIDNIGHT = "2026-11-22T00:00:00Z"
LATER = "2026-11-22T01:00:00Z"
SIGNED = program_of(
    attributes=[{"type": "DISPATCH_SETPOINT_RELATIVE_SIGN", "values": ["REDUCTION"]}]
)
RELATIVE = "DISPATCH_SETPOINT_RELATIVE"


def at(kw: object, kind: str = "DISPATCH_SETPOINT", **said: object) -> Event:
    """A set-point of six hours from midnight on."""
    period: dict[str, object] = {"start": MIDNIGHT, "duration": "PT6H"}
    return event_of(kind, kw, **(period | said))  # type: ignore[arg-type]


def after(known: Known, *events: Event) -> tuple[Known, int]:
    """What is known after another answer, and how many faults it had."""
    found, news = answered(known, events, (SIGNED,), NOW_S + 60, AGREEMENT)
    return found, len(news.faults)


def powers(known: Known) -> list[tuple[Ask, float | None]]:
    """What is asked over the day."""
    return [(one.ask, one.kw) for one in _held(known).called]


def _held(known: Known) -> Holding:
    return holding(known, AGREEMENT, NOW_S, NOW_S + 86_400)


@pytest.mark.parametrize("kind", ["DISPATCH_SETPOINT", RELATIVE])
@pytest.mark.parametrize("wrong", [-1.0, 1e9, "much", True])
def test_a_set_point_that_is_no_power_leaves_the_one_known_in_force(
    kind: str, wrong: object
) -> None:
    """Below nothing, absurd, a word, a flag: one finding, and nothing changes."""
    known, faults = after(Known(), at(400.0, kind))
    assert faults == 0
    worse, faults = after(known, at(wrong, kind, modified=LATER))
    assert faults == 1
    assert powers(worse) == powers(known) != []


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_a_set_point_that_is_no_number_is_no_event_at_all(wrong: float) -> None:
    """It does not get past reading; what a VEN does then stands with its source."""
    with pytest.raises(ValidationError, match="finite"):
        at(wrong)


@pytest.mark.parametrize("kind", ["DISPATCH_SETPOINT", RELATIVE])
def test_a_set_point_of_an_older_version_or_told_again_changes_nothing(kind: str) -> None:
    """A replayed version is a finding, the same once more is none."""
    known, _ = after(Known(), at(400.0, kind, modified=LATER))
    stale, faults = after(known, at(900.0, kind))
    assert (powers(stale), faults) == (powers(known), 1)
    again, faults = after(known, at(400.0, kind, modified=LATER))
    assert (powers(again), faults) == (powers(known), 0)


def test_a_set_point_twice_in_one_answer_is_followed_in_its_later_version() -> None:
    """And it is said."""
    known, faults = after(Known(), at(400.0), at(500.0, modified=LATER))
    assert (powers(known), faults) == ([(Ask.SETPOINT, 500.0)], 1)


def test_set_points_at_odds_follow_the_lower_priority_number_else_the_lower_power() -> None:
    """An open conflict is told; one that priorities settle is none."""
    first, other = at(900.0, id="a", priority=1), at(400.0, id="b", priority=2)
    known, _ = after(Known(), first, other)
    assert powers(known) == [(Ask.SETPOINT, 900.0)] and _held(known).conflicts == ()
    level, _ = after(Known(), first, at(400.0, id="b", priority=1))
    assert powers(level) == [(Ask.SETPOINT, 400.0)]
    (told,) = _held(level).conflicts
    assert (told.followed, told.left, told.value, told.other) == ("b", "a", 400.0, 900.0)


def test_a_set_point_that_is_deleted_asks_for_nothing_any_more() -> None:
    """With the next answer."""
    known, _ = after(Known(), at(400.0))
    gone, faults = after(known)
    assert (powers(gone), faults) == ([], 0)


def test_an_absolute_and_a_relative_set_point_are_both_told_and_decided_beside_each_other() -> None:
    """Which of the two holds is settled with the calls of the house, by priority, then by the lower power."""
    known, _ = after(Known(), at(400.0, id="a"), at(100.0, RELATIVE, id="b"))
    assert powers(known) == [(Ask.SETPOINT, 400.0), (Ask.SETPOINT_BELOW, 100.0)]
