"""The fleet of `gridtide bench twin`: buildings and stores step by step, beside their plain writing."""

from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.measuring import apart, median_worked, worked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.testing.instances.metered_fleet import MeteredFleet


def measured_fleet(sites: int, steps: int, seed: int, plain: int, repeats: int) -> dict[str, Any]:
    """Everything one run of a fleet tells. Raises RuntimeError where the plain writing differs."""
    from gridtide.testing.instances import metered_fleet as shelf

    metered(shelf.metered_fleet(1, shelf.DAY, 0))
    fleet = shelf.metered_fleet(sites, steps, seed)
    fast_s, seen = median_worked(lambda: metered(fleet), repeats)
    click.echo(f"compiled, {steps} steps: {fast_s:.3f} s", err=True)
    count = min(plain, steps)
    plain_s, other = worked(lambda: plainly_metered(fleet, count))
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


def metered(fleet: "MeteredFleet") -> "NDArray[np.float64]":
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
    nothing = np.zeros(fleet.it_kw.shape)
    feed_in_kw = np.repeat(fleet.export_max_kw[:, None], fleet.it_kw.shape[1], axis=1)
    kernel.run_stores(
        seen[0],
        fleet.supply_kw,
        (
            fleet.charge_kw,
            fleet.discharge_kw,
            np.tile(fleet.import_held_kw[:, None], (1, fleet.it_kw.shape[1])),
        ),
        (0.5 * energy, energy, STORE["least"] * energy, either_way, either_way, power, power),
        (fleet.import_max_kw, feed_in_kw, fleet.ramp_max_kw_per_min),
        (nothing, nothing, nothing, nothing),
        np.full(len(capacity), np.nan),
        np.full(fleet.it_kw.shape[1], STEP_H),
        (seen[1], seen[2], seen[3], seen[4], seen[5], seen[6]),
    )
    return seen


def plainly_metered(fleet: "MeteredFleet", count: int) -> "NDArray[np.float64]":
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
