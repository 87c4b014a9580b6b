"""Own supply by its models: wind of an area beside its measured output, batteries, generators.

    python benchmarks/plots/supply.py [--out docs/images/supply.svg]

Reads `grid_hourly` (wind at 10 m of one city an area) and `eia_mix_2022` (wind power of the whole area, hourly) in the
folder GRIDTIDE_DATA. Dots are means of measured hours by wind speed.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from svg import Chart, Series, picture

from gridtide.physics.battery_life import cycles_to_end
from gridtide.physics.genset import fuel_l_per_h
from gridtide.physics.wind import farm_power_share, hub_wind_m_per_s, wind_power_share

Real = NDArray[np.float64]
AREAS = {"ERCO": "US-TEX-ERCO", "PJM": "US-MIDA-PJM"}
LEAST_HOURS = 30
FINE = np.linspace(0.0, 30.0, 121).tolist()


def hours_of(folder: Path, area: str, zone: str) -> tuple[Real, Real]:
    """Wind at hub height [m/s] and output over its highest of the year, of each measured hour of 2022."""
    made = pl.read_parquet(folder / "eia_mix_2022" / "eia_mix_2022.parquet")
    blown = pl.read_parquet(folder / "grid_hourly" / "grid_hourly.parquet")
    made = made.filter(pl.col("area") == area).select("time_utc", "wind_mw")
    blown = blown.filter(pl.col("zone") == zone).select("time_utc", "wind10m_m_per_s")
    both = made.join(blown, on="time_utc").drop_nulls().sort("time_utc")
    wind = [hub_wind_m_per_s(float(speed)) for speed in both["wind10m_m_per_s"]]
    power = both["wind_mw"].to_numpy().astype(float)
    return np.asarray(wind), power / power.max()


def by_wind(wind: Real, share: Real) -> tuple[list[float], list[float]]:
    """Mean wind and mean output of hours alike in wind, by whole m/s."""
    means = []
    for speed in range(int(wind.max()) + 1):
        here = (wind >= speed) & (wind < speed + 1)
        if here.sum() >= LEAST_HOURS:
            means.append((float(wind[here].mean()), float(share[here].mean())))
    return [at for at, _ in means], [of for _, of in means]


def wind_chart(folder: Path, area: str, zone: str) -> Chart:
    """Measured hours of an area by wind, a turbine and a farm; prints how near each is."""
    wind, share = hours_of(folder, area, zone)
    for name, model in (("turbine", wind_power_share), ("farm", farm_power_share)):
        made = np.asarray([model(float(one)) for one in wind])
        apart = float(np.sqrt(np.mean((made - share) ** 2))) / float(share.mean())
        alike = float(np.corrcoef(made, share)[0, 1])
        print(
            f"{area}, {name}: mean {made.mean():.3f} of {share.mean():.3f} measured, "
            f"correlation {alike:.2f}, CVRMSE {100 * apart:.0f} %, {len(wind)} hours"
        )
    at, means = by_wind(wind, share)
    return Chart(
        title=f"Wind of {area}, 2022", across="wind of one city, at 100 m, m/s", up="output over highest",
        series=[
            Series(x=at, y=means, name="measured, mean of hours", kind="dots", colour=2),
            Series(x=FINE, y=[wind_power_share(one) for one in FINE], name="one turbine", kind="dashes", colour=1),
            Series(x=FINE, y=[farm_power_share(one) for one in FINE], name="farm, 7 % to wakes"),
        ],
        lowest_up=0.0, legend="high",
    )  # fmt: skip


def battery_chart() -> Chart:
    """Cycles until the end of life by depth."""
    depths = np.linspace(0.2, 1.0, 81).tolist()
    lines = []
    for colour, power in enumerate((1.1, 1.5, 2.0)):
        thousands = [cycles_to_end(one, exponent=power) / 1000.0 for one in depths]
        lines.append(Series(x=depths, y=thousands, name=f"exponent {power:g}", colour=colour))
    return Chart(
        title="Battery: cycles until its end", across="depth of a cycle", up="thousand cycles",
        series=lines, lowest_up=0.0, legend="high",
    )  # fmt: skip


def fuel_chart() -> Chart:
    """Litres of diesel a kWh by load."""
    shares = np.linspace(0.1, 1.0, 91).tolist()
    litres = [fuel_l_per_h(1000.0 * one, 1000.0) / (1000.0 * one) for one in shares]
    return Chart(
        title="Diesel generator", across="share of rated power", up="litres a kWh",
        series=[Series(x=shares, y=litres, name="diesel")], lowest_up=0.0, legend="high",
    )  # fmt: skip


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    folder = Path(os.environ["GRIDTIDE_DATA"])
    charts = [wind_chart(folder, area, zone) for area, zone in AREAS.items()]
    charts += [battery_chart(), fuel_chart()]
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
