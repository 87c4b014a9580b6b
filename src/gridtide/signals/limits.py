"""What a series can be by the rules of its market or by what its region burns; beyond lies an error or a lie.

Intensities of fuels span what is emitted at the stack and over a life, so that either way of counting lies inside.
Source: IPCC (2014), AR5 WG III, annex III, table A.III.2, least to most, 0 where nothing is burnt; coal is widened to
old lignite and gas to open cycles, oil between the two, hydro to most reservoirs [unverified].
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gridtide.signals.signal import Kind

FUELS_G_PER_KWH: dict[str, tuple[float, float]] = {
    "coal": (670.0, 1_300.0),
    "oil": (500.0, 1_100.0),
    "gas": (340.0, 800.0),
    "waste": (0.0, 1_000.0),
    "biomass": (0.0, 420.0),
    "geothermal": (0.0, 130.0),
    "hydro": (0.0, 150.0),
    "solar": (0.0, 180.0),
    "nuclear": (0.0, 110.0),
    "wind": (0.0, 60.0),
}
"""Least and most that a kilowatt-hour of each comes with, g CO2."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What a kind of a zone lies within, in its own unit (a price in the settlement currency). why: in words."""

    kind: Kind
    zone: str
    low: float
    high: float
    why: str


def mix_g_per_kwh(shares: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Least and most average intensity of a mix, g CO2 per kWh. shares: least and most share of each fuel, by its name
    in FUELS_G_PER_KWH, which must be able to sum to 1."""
    lows = sorted((FUELS_G_PER_KWH[fuel][0], *share) for fuel, share in shares.items())
    highs = sorted(
        ((FUELS_G_PER_KWH[fuel][1], *share) for fuel, share in shares.items()), reverse=True
    )
    return _filled(lows), _filled(highs)


def _filled(fuels: list[tuple[float, float, float]]) -> float:
    """Each fuel at its least, and what is left to the first of them, up to its most."""
    left = 1.0 - sum(least for _, least, _ in fuels)
    total = 0.0
    for g_per_kwh, least, most in fuels:
        more = min(max(left, 0.0), most - least)
        total, left = total + g_per_kwh * (least + more), left - more
    return total
