"""The time tag of seven octets, CP56Time2a (IEC 60870-5-4, clause 6.8): milliseconds to years."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OCTETS = 7
PIVOT = 70
"""Two-digit years from here on belong to the last century."""


@dataclass(frozen=True, kw_only=True)
class TimeTag:
    """What a tag shows. shown: the reading of the sender's clock, labelled UTC whatever zone it keeps; None when the
    octets are no date. invalid, summer: the bits IV and SU."""

    shown: datetime | None
    invalid: bool = False
    summer: bool = False

    def instant(self, utc_offset: timedelta) -> datetime | None:
        """The instant in UTC, of a clock that keeps this offset in winter; None when it is not valid."""
        if self.invalid or self.shown is None:
            return None
        try:
            return self.shown - utc_offset - timedelta(hours=int(self.summer))
        except OverflowError:
            return None


def tag_of(instant: datetime, utc_offset: timedelta = timedelta(0)) -> TimeTag:
    """The tag of an instant, to the millisecond below, by a clock of this offset."""
    shown = instant.astimezone(UTC) + utc_offset
    return TimeTag(shown=shown.replace(microsecond=shown.microsecond // 1000 * 1000))


def encoded(tag: TimeTag) -> bytes:
    """Seven octets; a tag that shows nothing is all zero and marked invalid. The day of the week is Monday = 1."""
    mark = 0x80 if tag.invalid or tag.shown is None else 0
    if tag.shown is None:
        return bytes([0, 0, mark, 0, 0, 0, 0])
    shown = tag.shown
    in_minute = shown.second * 1000 + shown.microsecond // 1000
    return in_minute.to_bytes(2, "little") + bytes(
        [
            shown.minute | mark,
            shown.hour | (0x80 if tag.summer else 0),
            shown.day | shown.isoweekday() << 5,
            shown.month,
            shown.year % 100,
        ]
    )


def decoded(octets: bytes) -> TimeTag:
    """The tag that seven octets show; octets that are no date show nothing and are invalid."""
    in_minute = int.from_bytes(octets[:2], "little")
    two_digits = octets[6] & 0x7F
    try:
        shown = datetime(
            two_digits + (1900 if two_digits >= PIVOT else 2000),
            octets[5] & 0x0F,
            octets[4] & 0x1F,
            octets[3] & 0x1F,
            octets[2] & 0x3F,
            in_minute // 1000,
            in_minute % 1000 * 1000,
            tzinfo=UTC,
        )
    except ValueError:
        return TimeTag(shown=None, invalid=True)
    return TimeTag(shown=shown, invalid=bool(octets[2] & 0x80), summer=bool(octets[3] & 0x80))
