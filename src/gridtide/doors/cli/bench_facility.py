"""`gridtide bench facility`: site-steps a second of all models of a building, and what float32 costs in accuracy."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.measuring import Part, apart, measured_on, median_worked, size_of, worked
from gridtide.doors.cli.words import say_compiling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.testing.instances.facility_year import FacilityYear

    Real = NDArray[np.float64]

USUAL = "300x35040"
SITES = Part(name="sites", most=10_000)
STEPS = Part(name="steps", least=24, most=1_000_000)
WITHIN = 1e-5
"""Largest difference of float32's energy from that of float64 that is no fault, as a share."""


@click.command()
@click.option(
    "--size", metavar="SITESxSTEPS", default=USUAL, show_default=True,
    help="Buildings and quarter hours; a year has 35040.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--plain", default=48, show_default=True, type=click.IntRange(1),
    help="Steps of the plain writing.",
)  # fmt: skip
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def facility(size: str, seed: int, plain: int, repeats: int, as_json: bool) -> None:
    """Step buildings with all their models through a year: conversion, fans, pumps, waste heat, plants, hall, stores.

    Seconds are CPU seconds without compiling, medians of --repeats; state in float32. Wet bulbs, once for each
    weather, are counted in, and told apart as well. The same in float64 says what float32 costs; its first steps
    must be those of the plain writing.
    """
    sites, steps = size_of(size, (SITES, STEPS), USUAL)
    say_compiling()
    document = {
        "workload": "facility",
        "seed": seed,
        **measured_year(sites, steps, seed, plain, repeats),
        **measured_on(),
    }
    click.echo(json.dumps(document, indent=2) if as_json else _table(document))


def measured_year(sites: int, steps: int, seed: int, plain: int, repeats: int) -> dict[str, Any]:
    """Everything one run tells. Raises RuntimeError where the plain writing or float32 is too far off."""
    import numpy as np

    from gridtide.testing.instances import facility_year as shelf

    few = shelf.facility_year(9, shelf.DAY, 0)
    year = shelf.facility_year(sites, steps, seed)
    for kind in (np.float32, np.float64):
        prepared(few, outdoor_c(few), kind)()
    weather_s, outdoor = median_worked(lambda: outdoor_c(year), repeats)
    fast_s, (totals, _) = median_worked(prepared(year, outdoor, np.float32), repeats)
    double_s, (exact, _) = median_worked(prepared(year, outdoor, np.float64), repeats)
    click.echo(f"compiled, {steps} steps: {fast_s:.3f} s", err=True)
    count = min(plain, steps)
    plain_s, told = worked(lambda: plainly_stepped(year, outdoor, count))
    _, seen = prepared(year, outdoor, np.float64, count)()
    click.echo(f"plain, {count} steps: {plain_s:.3f} s", err=True)
    off = np.abs(totals[-1] / exact[-1] - 1.0)
    fleet_off = abs(float(totals[-1].sum()) / float(exact[-1].sum()) - 1.0)
    if off.max() > WITHIN:
        raise RuntimeError(f"float32 is {off.max():.1e} of a site's energy off")
    return {
        "instance": shelf.VERSION,
        "size": {"sites": sites, "steps": steps},
        "counted_in": [WEATHER_MODEL.format(shelf.WEATHERS), *MODELS],
        "repeats": repeats,
        "plain_steps": count,
        "seconds": {"compiled": fast_s, "weather": weather_s, "float64": double_s, "plain": plain_s},
        "site_steps_per_s": sites * steps / fast_s,
        "site_steps_per_s_with_weather": sites * steps / (fast_s + weather_s),
        "ratio_to_plain": (plain_s / count) / (fast_s / steps),
        "largest_difference": apart(seen, told),
        "float32_off": {"fleet": fleet_off, "worst_site": float(off.max())},
        "found": dict(zip(FOUND, map(float, exact.sum(axis=1)), strict=True)),
    }  # fmt: skip


MODELS = (
    "UPS, transformer and distribution",
    "fans and pumps",
    "waste heat of every second site, lifted by heat pumps",
    "water chillers, air-cooled chillers and warm liquid, a third of the sites each, towers and free cooling",
    "halls of air and mass",
    "chilled water",
    "batteries",
    "limits of plant and meter",
    "sums of seven energies",
)
WEATHER_MODEL = "wet bulbs of {} weathers"
FOUND = (
    "it_kwh", "room_heat_kwh", "heat_to_others_kwh", "plant_kwh", "extra_cooling_kwh", "battery_kwh",
    "meter_kwh",
)  # fmt: skip


def outdoor_c(year: "FacilityYear") -> "Real":
    """Dry bulb, then wet bulb, of every weather, (T, 2 Z)."""
    import numpy as np

    from gridtide.kernels.facility import wet_bulbs

    return np.hstack([year.temperature_c, wet_bulbs(year.temperature_c, year.humidity)])


def prepared(
    year: "FacilityYear", outdoor: "Real", kind: type["np.floating[Any]"], metered: int = 0
) -> Callable[[], tuple["Real", "Real"]]:
    """A run with state and series of one type, ready to be called: its sums in kWh, (7, S), and what meters show.

    metered: only so many steps, and what the meters show in each of them, kW, (metered, S).
    """
    import numpy as np

    from gridtide.kernels.facility_year import SUMS, run_year
    from gridtide.testing.instances.facility_year import STEP_H

    steps = slice(0, metered or None)
    it_kw: NDArray[Any] = year.it_kw[steps].astype(kind)
    given: NDArray[Any] = np.hstack([outdoor, year.asked])[steps].astype(kind)
    building: tuple[Any, ...] = (
        year.capacity_kw.astype(kind),
        year.plant,
        year.meter_max_kw.astype(kind),
    )
    reuse, hall, cold_store, battery = (
        tuple(table.astype(kind))
        for table in (year.reuse, year.hall, year.cold_store, year.battery)
    )
    meter_kw: NDArray[Any] = np.empty((metered, len(year.plant)), dtype=kind)

    def run() -> tuple["Real", "Real"]:
        totals = np.zeros((SUMS, len(year.plant)))
        state = tuple(year.start.astype(kind))
        run_year(
            it_kw, given, year.column, building, reuse, hall, cold_store, battery, state, STEP_H,
            meter_kw, totals,
        )  # fmt: skip
        return totals, meter_kw

    return run


def plainly_stepped(year: "FacilityYear", outdoor: "Real", count: int) -> "Real":
    """What the meters show in the first steps by the plain writing, kW, (count, S)."""
    import numpy as np

    from gridtide.testing.instances.facility_year import STEP_H
    from gridtide.testing.plain_year import PlainBuilding

    given = np.hstack([outdoor, year.asked])[:count].tolist()
    seen = []
    for site, capacity in enumerate(year.capacity_kw.tolist()):
        air, mass, cold, charge = year.start[:, site].tolist()
        building = PlainBuilding(
            capacity_kw=capacity,
            plant=int(year.plant[site]),
            meter_max_kw=float(year.meter_max_kw[site]),
            hall=tuple(year.hall[:3, site].tolist()),
            limits=tuple(year.hall[3:, site].tolist()),
            cold_store=tuple(year.cold_store[:, site].tolist()),
            battery=tuple(year.battery[:, site].tolist()),
            reuse=tuple(year.reuse[:, site].tolist()),
            air_c=air,
            mass_c=mass,
            cold_kwh=cold,
            charge_kwh=charge,
        )
        out, hall, cold_asked, power = year.column[:, site].tolist()
        it_kw = year.it_kw[:count, site].tolist()
        seen.append(
            [
                building.step(it, now[out], (now[hall], now[cold_asked], now[power]), STEP_H)
                for it, now in zip(it_kw, given, strict=True)
            ]
        )
    return np.asarray(seen).T


def _table(document: dict[str, Any]) -> str:
    """The figures a person looks for first."""
    size = ", ".join(f"{count:,} {name}" for name, count in document["size"].items())
    off = document["float32_off"]
    return "\n".join(
        [
            f"{size}, seed {document['seed']}; plain writing apart by {document['largest_difference']:.1e}",
            f"counted in: {'; '.join(document['counted_in'])}",
            *(f"{name:24s} {value:,.0f}" for name, value in document["found"].items()),
            *(f"{name + ', s':24s} {value:,.5f}" for name, value in document["seconds"].items()),
            f"{'site-steps a second':24s} {document['site_steps_per_s_with_weather']:,.0f}",
            f"{'without wet bulbs':24s} {document['site_steps_per_s']:,.0f}",
            f"{'times plain':24s} {document['ratio_to_plain']:,.0f}",
            f"{'float32 off, fleet':24s} {off['fleet']:.1e} of the energy of float64",
            f"{'float32 off, worst site':24s} {off['worst_site']:.1e}",
        ]
    )
