"""A campus of 20 MW with eight technologies and work that waits: made-up series of a year, or of its first hours."""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.case.technologies import technologies
from gridtide.invest.campus import Campus, Circuit, Grid, Option, Waiting
from gridtide.invest.hours import HOURS_PER_YEAR, real_hours
from gridtide.sources.synthetic import Climate, Market, Synthetic
from gridtide.timeline import epoch_s, regular

Real = NDArray[np.float64]
VERSION = 1
START = datetime(2025, 1, 1, tzinfo=UTC)
LOAD_KW = 20_000.0
SEVEN = ("wind", "hydro", "battery", "hydrogen", "genset", "gas-turbine", "reactor")
MOST_KW = {"solar": 100_000.0, "wind": 60_000.0, "hydro": 3_000.0, "gas-turbine": 20_000.0}
DIP = ((11.0, 15.0),)


def campus_year(
    hours: int = 8760,
    seed: int = 1,
    *,
    waiting_share: float = 0.3,
    slack_h: int = 24,
    names: tuple[str, ...] = ("solar", *SEVEN),
) -> Campus:
    """The campus; the same arguments give the same bytes."""
    span = regular(START, timedelta(hours=1), hours)
    source = Synthetic(zone="campus", timeline=span, seed=seed, clock_offset_h=1.0)
    climate = Climate(wind_m_per_s=7.0, year_swing_c=9.0)
    market = Market(
        mean_per_mwh=80.0, swing_per_mwh=30.0, dip_per_mwh=40.0, dips=DIP, currency="EUR"
    )
    price = source.price(market).values
    carbon_g = source.carbon(350.0, 150.0, DIP).values
    river = 0.5 + 0.3 * np.cos(2.0 * np.pi * (np.arange(hours) / HOURS_PER_YEAR - 0.35))
    share = {
        "solar": source.solar(climate, 48.0, 10.0).values,
        "wind": source.wind(climate).values,
        "hydro": river,
    }
    return Campus(
        name="campus year",
        currency="EUR",
        cost_year=2025,
        interest=0.07,
        hours=real_hours(hours, epoch_s(START)),
        fixed_kw=np.full(hours, LOAD_KW * (1.0 - waiting_share)),
        waiting=_waiting(hours, waiting_share, slack_h),
        options=tuple(
            Option(
                technology=technologies()[name],
                share=share.get(name, np.zeros(0)),
                most_kw=MOST_KW.get(name, np.inf),
            )
            for name in names
        ),
        grid=_grid(price, carbon_g),
    )


def _waiting(hours: int, share: float, slack_h: int) -> tuple[Waiting, ...]:
    if not share:
        return ()
    arrives_kw = np.full(hours, LOAD_KW * share)
    return (
        Waiting(name="work", arrives_kw=arrives_kw, slack_h=slack_h, most_kw=3.0 * LOAD_KW * share),
    )


def _grid(price: Real, carbon_g: Real) -> Grid:
    return Grid(
        circuits=(Circuit(name="line", import_max_kw=25_000.0, export_max_kw=10_000.0),),
        buy_per_mwh=price + 25.0,
        sell_per_mwh=0.9 * price - 5.0,
        market_per_mwh=price,
        carbon_average_g_per_kwh=carbon_g,
        clean_share=np.clip(1.0 - carbon_g / 700.0, 0.0, 1.0),
    )
