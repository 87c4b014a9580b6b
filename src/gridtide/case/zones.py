"""What is known of price zones beforehand: clock, currency, kind of price, and when it is published."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class PriceKind(StrEnum):
    """How the price of a zone comes about."""

    DAY_AHEAD = "day-ahead"
    REAL_TIME = "real-time"
    TARIFF = "tariff"


@dataclass(frozen=True, kw_only=True)
class Zone:
    """One zone as `zones.toml` has it. published_hour: local hour at which tomorrow's prices are known, None
    where none are published ahead. floor, cap: per MWh in `currency`, None where unknown."""

    name: str
    aliases: tuple[str, ...]
    clock: str
    currency: str
    price: PriceKind
    published_hour: float | None
    floor_per_mwh: float | None
    cap_per_mwh: float | None


@cache
def zones() -> dict[str, Zone]:
    """Every known zone by name, in the order of the file."""
    text = (files("gridtide.case") / "zones.toml").read_text(encoding="utf-8")
    return {name: _zone(name, table) for name, table in tomllib.loads(text).items()}


def zone_known(name: str) -> Zone | None:
    """The zone of a name or an alias, None when nothing is known of it."""
    if name in zones():
        return zones()[name]
    return next((zone for zone in zones().values() if name in zone.aliases), None)


def _zone(name: str, table: dict[str, object]) -> Zone:
    floor, cap = table.get("floor"), table.get("cap")
    return Zone(
        name=name,
        aliases=tuple(str(alias) for alias in _list(table.get("aliases"))),
        clock=str(table["clock"]),
        currency=str(table["currency"]),
        price=PriceKind(str(table["price"])),
        published_hour=_hour(table.get("published")),
        floor_per_mwh=float(floor) if isinstance(floor, float) else None,
        cap_per_mwh=float(cap) if isinstance(cap, float) else None,
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _hour(text: object) -> float | None:
    if not isinstance(text, str):
        return None
    hour, _, minute = text.partition(":")
    return int(hour) + int(minute) / 60.0
