"""`gridtide bench twin`: unit-steps a second of compiled loops, held against a plain step-by-step writing."""

import json
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.bench_store import measured_store
from gridtide.doors.cli.measuring import Part, apart, measured_on, median_worked, size_of, worked
from gridtide.doors.cli.words import say_compiling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.testing.instances.metered_fleet import MeteredFleet

USUAL = {"fleet": "20x35040", "store": "8760"}
LEAST_HOURS, SITES_MOST, STEPS_MOST = 24, 10_000, 1_000_000


@click.command()
@click.option(
    "--workload", type=click.Choice(list(USUAL)), default="fleet", show_default=True,
    help="Buildings and stores of a fleet, or the least store for a year of sun and wind.",
)  # fmt: skip
@click.option("--size", metavar="SITESxSTEPS", help="[default: 20x35040; HOURS, 8760, of a store]")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--plain", default=672, show_default=True, type=click.IntRange(1),
    help="Steps of the plain writing of a fleet; that of a store runs whole.",
)  # fmt: skip
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def twin(
    workload: str, size: str | None, seed: int, plain: int, repeats: int, as_json: bool
) -> None:
    """Step a seeded fleet, or a store, through a year; the plain writing must find the same.

    Seconds are CPU seconds without compiling, medians of --repeats; the plain writing runs once. The ratio is seconds
    per unit-step of the plain writing over those of the compiled loops; a unit is a site, or the store.
    """
    sizes = _sizes_of(workload, size)
    say_compiling()
    measured = (
        _fleet(sizes[0], sizes[1], seed, plain, repeats)
        if workload == "fleet"
        else measured_store(sizes[0], seed, repeats)
    )
    document = {
        "workload": workload,
        "seed": seed,
        **measured,
        **measured_on(),
    }
    click.echo(json.dumps(document, indent=2) if as_json else _table(document))


def _fleet(sites: int, steps: int, seed: int, plain: int, repeats: int) -> dict[str, Any]:
    """Everything one run of a fleet tells. Raises RuntimeError where the plain writing differs."""
    from gridtide.testing.instances import metered_fleet as shelf

    _metered(shelf.metered_fleet(1, shelf.DAY, 0))
    fleet = shelf.metered_fleet(sites, steps, seed)
    fast_s, seen = median_worked(lambda: _metered(fleet), repeats)
    click.echo(f"compiled, {steps} steps: {fast_s:.3f} s", err=True)
    count = min(plain, steps)
    plain_s, other = worked(lambda: _plainly_metered(fleet, count))
    click.echo(f"plain, {count} steps: {plain_s:.3f} s", err=True)
    return {
        "instance": shelf.VERSION,
        "size": {"sites": sites, "steps": steps},
        "repeats": repeats,
        "plain_steps": count,
        "seconds": {"compiled": fast_s, "plain": plain_s},
        "unit_steps_per_s": sites * steps / fast_s,
        "ratio_to_plain": (plain_s / count) / (fast_s / steps),
        "largest_difference": apart(seen[:, :, :count], other),
        "found": {
            "facility_kwh": float(seen[0].sum()) * shelf.STEP_H,
            "import_kwh": float(seen[1].sum()) * shelf.STEP_H,
            "export_kwh": float(seen[2].sum()) * shelf.STEP_H,
        },
    }


def _metered(fleet: "MeteredFleet") -> "NDArray[np.float64]":
    """Facility, import, export, charge, discharge and unused supply in kW, energy in kWh: (7, S, T)."""
    import numpy as np

    from gridtide.kernels import facility
    from gridtide.kernels import twin as kernel
    from gridtide.testing.instances.metered_fleet import STEP_H, STORE

    seen = np.empty((7, *fleet.it_kw.shape))
    capacity = fleet.capacity_kw
    energy = STORE["energy_h"] * capacity
    power = STORE["power"] * capacity
    either_way = np.full(len(capacity), STORE["efficiency"])
    seen[0] = facility.facility_power(fleet.it_kw, capacity, fleet.outdoor_c, fleet.plant)
    kernel.run_stores(
        seen[0],
        fleet.supply_kw,
        (fleet.charge_kw, fleet.discharge_kw, fleet.import_held_kw),
        (0.5 * energy, energy, STORE["least"] * energy, either_way, either_way, power, power),
        (fleet.import_max_kw, fleet.export_max_kw, fleet.ramp_max_kw_per_min),
        np.full(len(capacity), np.nan),
        np.full(fleet.it_kw.shape[1], STEP_H),
        (seen[1], seen[2], seen[3], seen[4], seen[5], seen[6]),
    )
    return seen


def _plainly_metered(fleet: "MeteredFleet", count: int) -> "NDArray[np.float64]":
    """The same by the plain writing over the first steps, (7, S, count)."""
    import numpy as np

    from gridtide.testing.instances.metered_fleet import STEP_H, STORE
    from gridtide.testing.plain_twin import PlainSite, PlainStep

    names = tuple(PlainStep.__dataclass_fields__)
    seen = []
    for row, capacity in enumerate(fleet.capacity_kw.tolist()):
        energy = STORE["energy_h"] * capacity
        site = PlainSite(
            capacity_kw=capacity,
            plant=int(fleet.plant[row]),
            energy_kwh=energy,
            least_kwh=STORE["least"] * energy,
            efficiency=STORE["efficiency"],
            power_kw=STORE["power"] * capacity,
            import_held_kw=float(fleet.import_held_kw[row]),
            export_max_kw=float(fleet.export_max_kw[row]),
            ramp_max_kw_per_min=float(fleet.ramp_max_kw_per_min[row]),
            soc_kwh=0.5 * energy,
        )
        columns = [getattr(fleet, name)[row, :count].tolist() for name in names]
        steps = (
            PlainStep(**dict(zip(names, given, strict=True)))
            for given in zip(*columns, strict=True)
        )
        read = [site.step(given, STEP_H) for given in steps]
        seen.append([[*vars(one).values()] for one in read])
    return np.moveaxis(np.asarray(seen), -1, 0)


def _sizes_of(workload: str, text: str | None) -> tuple[int, ...]:
    """Sites and steps, or hours. Raises BadInput for anything else."""
    from gridtide.testing.instances.renewable_year import HOURS

    steps = Part(name="steps", least=LEAST_HOURS, most=STEPS_MOST)
    parts = {
        "fleet": (Part(name="sites", most=SITES_MOST), steps),
        "store": (Part(name="hours", least=LEAST_HOURS, most=HOURS),),
    }
    return size_of(text or USUAL[workload], parts[workload], USUAL[workload])


def _table(document: dict[str, Any]) -> str:
    """The figures a person looks for first."""
    size = ", ".join(f"{count:,} {name}" for name, count in document["size"].items())
    lines = [
        f"{size}, seed {document['seed']}; plain writing apart by {document['largest_difference']:.1e}",
        *(
            f"{name:22s} {value:,.4f}"
            for name, value in document["found"].items()
            if value is not None
        ),
        *(f"{name + ', s':22s} {value:,.5f}" for name, value in document["seconds"].items()),
        f"{'unit-steps a second':22s} {document['unit_steps_per_s']:,.0f}",
        *(
            f"{_told(name):22s} {value:,.0f}"
            for name, value in document.items()
            if name.startswith("ratio_to_plain")
        ),
    ]
    return "\n".join(lines)


def _told(key: str) -> str:
    """times plain, and of what where a document has several ratios."""
    what = key.removeprefix("ratio_to_plain").strip("_").replace("_", " ")
    return f"times plain, {what}" if what else "times plain"
