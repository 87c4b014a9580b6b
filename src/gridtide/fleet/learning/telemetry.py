"""Telemetry of one site, in order of time, as it is fitted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.changeover import Changeover, felt_changed_over_c

Real = NDArray[np.float64]
DAY_S = 86_400


@dataclass(frozen=True, kw_only=True, eq=False)
class Telemetry:
    """time_s: seconds since 1970, increasing, (n,). utilisation, humidity: 0-1. clock_mhz. outdoor_c: dry bulb, °C.

    facility_kw: mean power at the meter, NaN where it is unknown or not to be trusted. All (n,).
    """

    site: str
    time_s: NDArray[np.int64]
    utilisation: Real
    clock_mhz: Real
    outdoor_c: Real
    humidity: Real
    facility_kw: Real

    def __post_init__(self) -> None:
        real = ("utilisation", "clock_mhz", "outdoor_c", "humidity", "facility_kw")
        freeze(self, time_s=np.int64, **dict.fromkeys(real, np.float64))

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, kw_only=True, eq=False)
class Drivers:
    """What a map is asked with: clock as a share of `highest_mhz`, both bulbs in °C, seconds since before.

    humidity: relative, 0-1.
    """

    utilisation: Real
    clock: Real
    wet_c: Real
    dry_c: Real
    humidity: Real
    gap_s: Real

    def __post_init__(self) -> None:
        names = ("utilisation", "clock", "wet_c", "dry_c", "humidity", "gap_s")
        freeze(self, **dict.fromkeys(names, float))


def drivers_of(telemetry: Telemetry, highest_mhz: float) -> Drivers:
    """The drivers of each row; the meter is no part of them."""
    from gridtide.kernels.facility import wet_bulbs

    wet = wet_bulbs(telemetry.outdoor_c[None, :].copy(), telemetry.humidity[None, :].copy())[0]
    return Drivers(
        utilisation=telemetry.utilisation,
        clock=telemetry.clock_mhz / highest_mhz,
        wet_c=wet,
        dry_c=telemetry.outdoor_c,
        humidity=telemetry.humidity,
        gap_s=np.diff(telemetry.time_s, prepend=telemetry.time_s[0]).astype(np.float64),
    )


def felt_by(drivers: Drivers, changeover: Changeover | None) -> Drivers:
    """The drivers with both bulbs at what a plant that changes over feels; the same where it does not."""
    if changeover is None:
        return drivers
    share = changeover.wet_share
    between = share * drivers.wet_c + (1.0 - share) * drivers.dry_c
    felt_c = felt_changed_over_c(changeover, between, drivers.humidity)
    return replace(drivers, wet_c=felt_c, dry_c=felt_c)


def days_of(telemetry: Telemetry) -> NDArray[np.int64]:
    """The day (UTC) of each row, counted from 1970, (n,)."""
    return telemetry.time_s // DAY_S
