"""What instants and durations of OpenADR mean: whole microseconds since 1970, calendar months, and for ever.

For ever is told apart before anything is added: `P9999Y` lies beyond every calendar.
Source: OpenADR 3.1.1, User Guide 7.3.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from gridtide.timeline import EPOCH
from gridtide.wire.openadr.text import DURATION, NOW

SECOND_US = 1_000_000
ENDLESS_YEARS = 9999
LATEST_US = (datetime(9999, 1, 1, tzinfo=EPOCH.tzinfo) - EPOCH) // timedelta(microseconds=1)
"""The end of every calendar here; what reaches beyond and is not for ever is refused."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A duration: calendar months, and microseconds beside them; both negative for one written with a minus."""

    months: int
    us: int

    @property
    def is_nothing(self) -> bool:
        """Whether it lasts no time at all."""
        return self.months == 0 and self.us == 0


ENDLESS = Span(months=12 * ENDLESS_YEARS, us=0)
"""For ever: no other duration is this noun, and it is never added to anything."""


def span_of(text: str) -> Span:
    """The duration a text means; 9999 years and more are for ever. Raises ValueError for another text."""
    found = DURATION.match(text)
    if not found:
        raise ValueError(f"{text!r} is no duration")
    sign, years, months, days, unit, hours, minutes, seconds = found.groups()
    if int(years or 0) >= ENDLESS_YEARS:
        return ENDLESS
    whole_days = int(days or 0) * (7 if unit == "W" else 1)
    whole_s = 86_400 * whole_days + 3_600 * int(hours or 0) + 60 * int(minutes or 0)
    us = whole_s * SECOND_US + round(Fraction(seconds or 0) * SECOND_US)
    way = -1 if sign else 1
    return Span(months=way * (12 * int(years or 0) + int(months or 0)), us=way * us)


def instant_us(text: str) -> int | None:
    """Microseconds since 1970 of an instant; None for the sign that means now. Raises ValueError.

    A leap second is the first instant of the next minute.
    """
    if NOW.match(text):
        return None
    leap = text[17:19] == "60"
    plain = f"{text[:17]}59{text[19:]}" if leap else text
    at = datetime.fromisoformat(plain.upper())
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return (at - EPOCH) // timedelta(microseconds=1) + (SECOND_US if leap else 0)


def later(at_us: int, span: Span) -> int:
    """The instant a duration after another, by the calendar of UTC; never called with ENDLESS.

    Raises ValueError when it lies beyond the calendar.
    """
    if not span.months:
        return _within(at_us + span.us)
    whole, rest_us = divmod(at_us, SECOND_US)
    at = EPOCH + timedelta(seconds=whole)
    year, month = divmod(12 * at.year + at.month - 1 + span.months, 12)
    if not 1 <= year < ENDLESS_YEARS:
        raise ValueError("beyond the calendar")
    day = min(at.day, monthrange(year, month + 1)[1])
    moved = at.replace(year=year, month=month + 1, day=day)
    return _within((moved - EPOCH) // timedelta(microseconds=1) + rest_us + span.us)


def whole_s(at_us: int) -> int:
    """The whole second an instant is nearest to."""
    return (at_us + SECOND_US // 2) // SECOND_US


def _within(at_us: int) -> int:
    if abs(at_us) > LATEST_US:
        raise ValueError("beyond the calendar")
    return at_us
