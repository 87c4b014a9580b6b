"""zones.toml: what is known of a market beforehand is data, and a case may say otherwise."""

from zoneinfo import ZoneInfo

import pytest

from gridtide.case.schema import SignalTable
from gridtide.case.wiring import clock_of, published
from gridtide.case.zones import PriceKind, zone_known, zones


def test_every_zone_is_complete() -> None:
    """A clock that exists, a currency, a publication hour where prices come a day ahead, floor below cap."""
    aliases = [alias for zone in zones().values() for alias in zone.aliases]
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & set(zones())
    for zone in zones().values():
        ZoneInfo(zone.clock)
        assert len(zone.currency) == 3
        assert (zone.published_hour is not None) == (zone.price is PriceKind.DAY_AHEAD)
        if zone.floor_per_mwh is not None and zone.cap_per_mwh is not None:
            assert zone.floor_per_mwh < zone.cap_per_mwh


@pytest.mark.parametrize(
    ("zone", "kind", "hour", "clock"),
    [
        ("DE-LU", PriceKind.DAY_AHEAD, 13.0, "Europe/Berlin"),
        ("PJM", PriceKind.DAY_AHEAD, 13.5, "America/New_York"),
        ("AU-SA", PriceKind.REAL_TIME, 13.0, "Etc/GMT-10"),
        ("ZA", PriceKind.TARIFF, 13.0, "Africa/Johannesburg"),
        ("NOWHERE", PriceKind.DAY_AHEAD, 13.0, "UTC"),
    ],
)
def test_a_case_that_says_nothing_gets_what_is_known(
    zone: str, kind: PriceKind, hour: float, clock: str
) -> None:
    """By name or alias; an unknown market is taken as day-ahead at 13:00 UTC."""
    table = SignalTable(zone=zone)
    assert published(table) == (kind, hour)
    assert clock_of(table) == clock


def test_what_a_case_says_comes_first() -> None:
    """Kind, hour and clock of the case hold against the file."""
    table = SignalTable(zone="DE-LU", published="real-time", published_hour=9.0, clock="UTC")
    assert published(table) == (PriceKind.REAL_TIME, 9.0)
    assert clock_of(table) == "UTC"


def test_an_unknown_name_is_unknown() -> None:
    """Nothing is guessed from a name that only resembles another."""
    assert zone_known("DE-LUX") is None
