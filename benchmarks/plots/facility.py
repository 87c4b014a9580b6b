"""A building by its models: PUE by weather and load, chillers, losses, and a hall without cooling.

    python benchmarks/plots/facility.py [--out docs/images/facility.svg]

No measured series of a building is at hand: dots are reference vectors (the tests hold the models to them), lines the
models. Prints how far the models are from the dots.
"""

import argparse
from functools import partial
from pathlib import Path

from lines import dots, line
from svg import Chart, picture

from gridtide.physics.cooling import chiller_cop
from gridtide.physics.heat_plant import AIR_CHILLER, WARM_LIQUID, WATER_CHILLER
from gridtide.physics.pue import marginal_facility_power, pue
from gridtide.physics.room import room_after_c
from gridtide.physics.transformer import transformer_efficiency
from gridtide.physics.ups import ups_efficiency

CAPACITY_KW = 10_000.0
PLANTS = {"water chiller": WATER_CHILLER, "air chiller": AIR_CHILLER, "warm liquid": WARM_LIQUID}


def by_weather() -> Chart:
    """PUE at 80 per cent by what the plant rejects its heat to, and what one more kW draws."""
    vectors = [(5.0, 1.1171), (24.0, 1.3205)]
    more = [(5.0, 1.1860), (24.0, 1.3998)]

    def at(outdoor_c: float) -> float:
        return pue(0.8 * CAPACITY_KW, CAPACITY_KW, outdoor_c)

    def marginal(outdoor_c: float) -> float:
        return marginal_facility_power(0.8 * CAPACITY_KW, CAPACITY_KW, outdoor_c)

    def with_plant(outdoor_c: float, plant: int) -> float:
        return pue(0.8 * CAPACITY_KW, CAPACITY_KW, outdoor_c, plant)

    lines = [
        line(-5.0, 35.0, partial(with_plant, plant=plant), name, colour)
        for colour, (name, plant) in enumerate(PLANTS.items())
    ]
    lines.append(line(-5.0, 35.0, marginal, "one more kW, water", 3))
    return Chart(
        title="PUE at 80 % of capacity", across="wet bulb; air chiller: dry bulb, °C",
        up="facility over IT", series=[*lines, dots(vectors, at, "PUE", 0), dots(more, marginal, "marginal", 3)],
        lowest_up=1.0,
    )  # fmt: skip


def by_chiller() -> Chart:
    """COP of an air-cooled chiller by temperature, full and half loaded."""
    full = [(20.0, 3.762), (30.0, 3.220), (35.0, 2.960), (40.0, 2.732)]
    half = [(20.0, 4.217), (30.0, 3.609), (35.0, 3.318), (40.0, 3.062)]
    drawn = []
    for share, vectors, colour in ((1.0, full, 0), (0.5, half, 1)):

        def cop(outdoor_c: float, share: float = share) -> float:
            return chiller_cop(outdoor_c, share)

        name = f"at {100 * share:.0f} % of load"
        drawn += [line(10.0, 45.0, cop, name, colour), dots(vectors, cop, f"COP {name}", colour)]
    return Chart(
        title="Air-cooled chiller", across="outdoor, °C", up="heat over power", series=drawn,
        lowest_up=0.0,
    )  # fmt: skip


def by_share() -> Chart:
    """Efficiency of UPS and transformer by load."""
    ups = [(0.1, 0.8982), (0.5, 0.9629), (0.75, 0.9661), (1.0, 0.9662)]
    transformer = [(0.25, 0.99379), (1.0, 0.99010)]
    return Chart(
        title="Conversion", across="share of rated load", up="efficiency",
        series=[
            line(0.05, 1.0, ups_efficiency, "UPS", 0), dots(ups, ups_efficiency, "UPS", 0),
            line(0.05, 1.0, transformer_efficiency, "transformer", 1),
            dots(transformer, transformer_efficiency, "transformer", 1),
        ],
        lowest_up=0.8,
    )  # fmt: skip


def without_cooling() -> Chart:
    """Air of a hall of 1,000 kW without cooling, and with a fifth of it cut."""
    all_cut = [(0.5, 30.55), (2.0, 38.91), (5.0, 43.46), (10.0, 48.26)]
    fifth = [(1.0, 26.12), (15.0, 29.79)]

    def air(minutes: float, heat_kw: float) -> float:
        return room_after_c(24.0, 24.0, heat_kw, minutes / 60.0)[0]

    return Chart(
        title="Air of a hall of 1,000 kW", across="minutes", up="°C",
        series=[
            line(0.0, 15.0, lambda m: air(m, 1000.0), "no cooling", 1),
            dots(all_cut, lambda m: air(m, 1000.0), "hall without cooling", 1),
            line(0.0, 15.0, lambda m: air(m, 200.0), "a fifth cut", 0),
            dots(fifth, lambda m: air(m, 200.0), "hall with a fifth cut", 0),
        ],
        lowest_up=20.0,
    )  # fmt: skip


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    charts = [by_weather(), by_chiller(), by_share(), without_cooling()]
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
