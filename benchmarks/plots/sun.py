"""The sun and a solar field by their models, beside a reference library and the solar power of two areas.

    python benchmarks/plots/sun.py [--out docs/images/sun.svg]

Reads `grid_hourly` (clouds, warmth and wind of one city an area) and `eia_mix_2022` (solar power of the whole area)
in the folder GRIDTIDE_DATA; their stamps end their hour. Dots of the clear days are pvlib 0.16.1's.
"""

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from lines import dots, line
from numpy.typing import NDArray
from svg import Chart, Series, picture

from gridtide.physics.solar import (
    cell_temperature_c,
    clear_beam_w_per_m2,
    clear_sky_w_per_m2,
    day_of_year,
    field_power_kw,
    module_power_share,
    on_plane_w_per_m2,
    share_through_clouds,
)
from gridtide.physics.sun import seen_sun_deg

Real = NDArray[np.float64]
PLACE = (41.15, 114.70, 1400.0)
DAYS = {"21 June": "2026-06-21T00:00+08:00", "21 December": "2026-12-21T00:00+08:00"}
FIRST_H = 6
PLANE_W_PER_M2 = {
    "21 June": (30.96, 177.74, 415.26, 642.85, 831.98, 964.51, 1029.08,
                1020.39, 939.15, 792.06, 591.97, 358.92, 125.37, 23.48),
    "21 December": (0.0, 0.0, 29.65, 351.42, 605.90, 768.99, 842.85, 826.42, 720.03, 524.45, 234.63),
}  # fmt: skip
POWER_KW = {
    "21 June": (25.20, 166.06, 384.39, 582.65, 739.41, 833.33, 833.33,
                833.33, 825.05, 706.92, 539.25, 333.68, 116.33, 17.89),
    "21 December": (0.0, 0.0, 23.92, 326.87, 551.18, 688.00, 748.20, 734.90, 647.49, 480.83, 219.44),
}  # fmt: skip
AREAS = {"CISO": ("US-CAL-CISO", (35.3, -118.5), -8), "ERCO": ("US-TEX-ERCO", (31.5, -101.5), -6)}
"""Zone of the weather, where much of an area's solar power stands, and hours of its clock from UTC."""
HOUR_S = 3600.0


def plane_w_per_m2(day: str, hour: float) -> float:
    """Irradiance on modules tilted by 40° at a local hour under a clear sky."""
    at = datetime.fromisoformat(DAYS[day]) + timedelta(hours=hour)
    sun = seen_sun_deg(at.timestamp(), *PLACE)
    number = at.timetuple().tm_yday
    sky = clear_sky_w_per_m2(sun[0], number, PLACE[2])
    beam = clear_beam_w_per_m2(sun[0], number, PLACE[2])
    return on_plane_w_per_m2(sky, beam, sun, (40.0, 180.0))


def power_kw(day: str, hour: float) -> float:
    """What 1,000 kW of modules then make behind an inverter of 833 kW, at 25 °C and 2 m/s."""
    tilted = plane_w_per_m2(day, hour)
    return field_power_kw(tilted, cell_temperature_c(tilted, 25.0, 2.0), 1000.0, 1000.0 / 1.2)


def clear_days(of: str) -> Chart:
    """Two clear days beside the reference library."""
    model, seen = (plane_w_per_m2, PLANE_W_PER_M2) if of == "irradiance" else (power_kw, POWER_KW)
    drawn = []
    for colour, day in enumerate(DAYS):
        known = [(FIRST_H + n, y) for n, y in enumerate(seen[day]) if y > 0.0]

        def at(hour: float, day: str = day) -> float:
            return model(day, hour)

        drawn += [line(5.0, 20.0, at, day, colour), dots(known, at, f"{of}, {day}", colour)]
    title, up = (
        ("Clear sky on a plane of 40°", "W/m²")
        if of == "irradiance"
        else ("1,000 kW of modules, clear sky", "kW behind the inverter")
    )
    return Chart(
        title=title, across="local hour", up=up, series=drawn, lowest_up=0.0, legend="high"
    )


def hours_of(folder: Path, area: str) -> tuple[Real, Real, Real]:
    """Middle of each measured hour of 2022 [s], output over its highest but for a thousandth, and the model's."""
    zone, place, _ = AREAS[area]
    made = pl.read_parquet(folder / "eia_mix_2022" / "eia_mix_2022.parquet")
    sky = pl.read_parquet(folder / "grid_hourly" / "grid_hourly.parquet")
    made = made.filter(pl.col("area") == area).select("time_utc", "solar_mw")
    sky = sky.filter(pl.col("zone") == zone).select("time_utc", "cloud_pct", "temp_c", "wind10m_m_per_s")  # fmt: skip
    both = made.join(sky, on="time_utc").drop_nulls().sort("time_utc")
    middle = both["time_utc"].dt.epoch("s").to_numpy() - 0.5 * HOUR_S
    power = both["solar_mw"].to_numpy().astype(float)
    weather = both.select("cloud_pct", "temp_c", "wind10m_m_per_s").iter_rows()
    ours = [
        module_power_share(
            day_of_year(float(at)), place[0], seen_sun_deg(float(at), *place),
            share_through_clouds(cloud / 100.0), (warm, blows),
        )
        for at, (cloud, warm, blows) in zip(middle, weather, strict=True)
    ]  # fmt: skip
    return middle, power / float(np.quantile(power, 0.999)), np.asarray(ours)


def area_chart(folder: Path, area: str) -> Chart:
    """Mean days of June and December, measured and modelled; prints how near a year of hours is."""
    middle, seen, ours = hours_of(folder, area)
    apart = float(np.sqrt(np.mean((ours - seen) ** 2))) / float(seen.mean())
    print(
        f"{area}: mean {ours.mean():.3f} of {seen.mean():.3f} measured, correlation "
        f"{np.corrcoef(ours, seen)[0, 1]:.2f}, CVRMSE {100 * apart:.0f} %, {len(seen)} hours"
    )
    hour = ((middle + AREAS[area][2] * HOUR_S) // HOUR_S % 24).astype(int)
    month = np.asarray([datetime.fromtimestamp(at, tz=UTC).month for at in middle])
    drawn = []
    across = [h + 0.5 for h in range(24)]
    for colour, number in enumerate((6, 12)):
        picks = [(month == number) & (hour == h) for h in range(24)]
        names = ("model", "measured") if number == 6 else ("", "")
        made, was = ([float(of[one].mean()) for one in picks] for of in (ours, seen))
        drawn.append(Series(x=across, y=made, name=names[0], colour=colour))
        drawn.append(Series(x=across, y=was, name=names[1], kind="dots", colour=colour))
    return Chart(
        title=f"Solar power of {area}, June and December 2022", across="hour of standard time",
        up="output over highest", series=drawn, lowest_up=0.0, legend="high",
    )  # fmt: skip


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    folder = Path(os.environ["GRIDTIDE_DATA"])
    charts = [clear_days("irradiance"), clear_days("power")]
    charts += [area_chart(folder, area) for area in AREAS]
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
