"""What a site does by itself when nobody leads: acts at hours of its own clock, each until its hour is over."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gridtide.fleet.site_act import AnyAct


@dataclass(frozen=True, kw_only=True)
class DefaultAct:
    """An act on a device, every day from an hour to an hour of a zone's clock; one that passes midnight belongs to the
    day it begins on. act: its `until` is set anew each time."""

    device: str
    act: AnyAct
    begins: time
    ends: time
    zone: str


def holding_until(entry: DefaultAct, now: datetime) -> datetime | None:
    """When an entry that holds now ends; None where it does not hold now."""
    local = now.astimezone(ZoneInfo(entry.zone))
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        begin = _at(entry, day, entry.begins)
        end_day = day if entry.ends > entry.begins else day + timedelta(days=1)
        end = _at(entry, end_day, entry.ends)
        if begin <= now < end:
            return end
    return None


def told_until(entry: DefaultAct, until: datetime) -> AnyAct:
    """The act of an entry that ends at an instant."""
    act: Any = entry.act
    told: AnyAct = replace(act, until=until)
    return told


def _at(entry: DefaultAct, day: Any, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(entry.zone)).astimezone(UTC)
