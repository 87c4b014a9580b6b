"""What a run's folder says of each site: contract from its case, meters and prices from its tables."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gridtide.case.billing import billed_site
from gridtide.case.schema import CaseFile
from gridtide.decide.event import EventKind
from gridtide.decide.offer_terms import block_of
from gridtide.finding import BadInput, Finding
from gridtide.fleet.site import Site
from gridtide.settle.calls import counted_kw
from gridtide.settle.capacity import SiteMeters
from gridtide.settle.cost import Metered
from gridtide.settle.green_direct import GreenEnergy
from gridtide.settle.site_lines import BilledSite
from gridtide.timeline import Timeline, from_starts

if TYPE_CHECKING:
    import polars as pl

Real = NDArray[np.float64]
SALE = "export_price_per_mwh"
GENSET = ("genset_kw", "genset_fuel_l", "genset_running")


@dataclass(frozen=True, kw_only=True, eq=False)
class RunTables:
    """One policy of a run. import_kwh, and carbon_g_per_kwh of the kind that the case counts: (S, T)."""

    case: CaseFile
    timeline: Timeline
    sites: tuple[BilledSite, ...]
    import_kwh: Real
    carbon_g_per_kwh: Real
    power: "pl.DataFrame"

    def consumed_kwh(self) -> tuple[Real, Real]:
        """What all sites consumed in each step, and what of it was their own generation, (T,) each."""
        load, own = np.zeros(len(self.timeline)), np.zeros(len(self.timeline))
        for one in self.sites:
            told = {
                name: _column(self.power, one.site.name, name) * self.timeline.hours
                for name in ("facility_kw", "supply_kw", "export_kw", "unused_supply_kw")
            }
            load += told["facility_kw"]
            used = told["supply_kw"] - told["export_kw"] - told["unused_supply_kw"]
            own += np.clip(used, 0.0, told["facility_kw"])
        return load, own

    def drawn_kw(self, site: str, kind: EventKind) -> Real:
        """What a call of the grid of a kind counts as drawn at a site, (T,)."""
        names = ("import_kw", "export_kw", "unused_supply_kw")
        return counted_kw(kind, *(_column(self.power, site, name) for name in names))

    def green_energy(self, site: str) -> GreenEnergy:
        """Own generation of a site over the run: what was there, sold and left unused, and what the site consumed."""
        hours = self.timeline.hours
        told = {
            name: float((_column(self.power, site, name) * hours).sum())
            for name in ("supply_kw", "export_kw", "unused_supply_kw", "facility_kw")
        }
        return GreenEnergy(
            generated_kwh=told["supply_kw"],
            sold_kwh=told["export_kw"],
            curtailed_kwh=told["unused_supply_kw"],
            load_kwh=told["facility_kw"],
        )


def run_tables(folder: Path, policy: str) -> RunTables:
    """Raises BadInput where the folder holds no such policy, or no case."""
    import polars as pl

    path = folder / f"power-{policy}.parquet"
    if not path.is_file():
        there = sorted(one.stem.removeprefix("power-") for one in folder.glob("power-*.parquet"))
        raise BadInput([_fault(f"--policy {policy}", f"did not run in {folder}", there)])
    if not (folder / "case.toml").is_file():
        raise BadInput([_fault(str(folder), "holds no case.toml", ["a run of a case"])])
    case = CaseFile.model_validate(tomllib.loads((folder / "case.toml").read_text("utf-8-sig")))
    power = pl.read_parquet(path)
    timeline = _timeline(power, case)
    billed = tuple(_billed(billed_site(table), power, timeline, case) for table in case.site)
    carbon = f"carbon_{case.objective.carbon}_g_per_kwh"
    return RunTables(
        case=case,
        timeline=timeline,
        sites=billed,
        import_kwh=np.stack([one.metered.import_kwh for one in billed]),
        carbon_g_per_kwh=np.stack([_column(power, table.name, carbon) for table in case.site]),
        power=power,
    )


def _timeline(power: "pl.DataFrame", case: CaseFile) -> Timeline:
    import polars as pl

    first = power.filter(pl.col("site") == case.site[0].name)["time_utc"]
    starts_s = first.dt.epoch("s").to_numpy().astype(np.int64)
    return from_starts(starts_s.tolist(), case.case.step_min * 60)


def _column(power: "pl.DataFrame", site: str, name: str) -> Real:
    import polars as pl

    values = power.filter(pl.col("site") == site)[name]
    return np.ascontiguousarray(values.to_numpy(), dtype=np.float64)


def _billed(site: Site, power: "pl.DataFrame", timeline: Timeline, case: CaseFile) -> BilledSite:
    def told(name: str) -> Real:
        return _column(power, site.name, name)

    def there(name: str) -> Real:
        return told(name) if name in power.columns else np.zeros(len(timeline))

    hours, local = timeline.hours, timeline.local_times(site.clock)
    metered = Metered(
        import_kwh=told("import_kw") * hours,
        export_kwh=told("export_kw") * hours,
        price_per_mwh=told("price_per_mwh"),
        real_time_price_per_mwh=told("real_time_price_per_mwh"),
        export_price_per_mwh=told(SALE if SALE in power.columns else "price_per_mwh"),
        position_kwh=told("position_kw") * hours,
        weekday=np.asarray([moment.weekday() for moment in local]),
        hour=np.asarray([moment.hour + moment.minute / 60.0 for moment in local]),
        hours=hours,
    )
    prices = [told(f"price_{product.name.replace(' ', '_')}_per_mw_h") for product in site.products]
    agreements = range(1, len(site.contract.agreements) + 1)
    produced = [told(f"agreement_{number}_made_kw") for number in agreements]
    return BilledSite(
        site=site,
        timeline=timeline,
        metered=metered,
        import_kw=told("import_kw"),
        discharge_kw=told("discharge_kw"),
        genset=np.stack([there(name) for name in GENSET]),
        made_kw=there("plant_kw"),
        led_past_kw=there("led_past_kw"),
        positioned=there("positioned") > 0.0,
        month=np.asarray([moment.year * 12 + moment.month for moment in local]),
        demand_share=case.objective.demand_charge_share,
        produced_kwh=np.reshape(produced, (len(produced), len(timeline))) * hours,
        capacity=_capacity(site, power, timeline) if site.products else None,
        capacity_price_per_mw_h=np.reshape(prices, (len(prices), len(timeline))),
    )


def _capacity(site: Site, power: "pl.DataFrame", timeline: Timeline) -> SiteMeters:
    def told(name: str) -> Real:
        return _column(power, site.name, name)

    battery = site.battery
    begins_kwh = battery.energy_kwh * battery.soc_start if battery else 0.0
    work = ("work_less_kw", "work_more_kw")
    kinds = [product.name.replace(" ", "_") for product in site.products]
    return SiteMeters(
        import_kw=told("import_kw"),
        export_kw=told("export_kw"),
        charge_kw=told("charge_kw"),
        discharge_kw=told("discharge_kw"),
        store_before_kwh=np.append(begins_kwh, told("soc_kwh")[:-1]),
        store_kwh=told("soc_kwh"),
        import_max_kw=told("import_max_kw"),
        export_max_kw=told("export_max_kw"),
        hours=timeline.hours,
        offered_kw=np.stack([told(f"offered_{kind}_kw") for kind in kinds]),
        work_kw=np.stack([told(name) for name in work])
        if set(work) <= set(power.columns)
        else np.zeros((2, 1)),
        block=np.stack([block_of(product, timeline.starts_s) for product in site.products]),
    )


def _fault(subject: str, value: str, there: list[Any]) -> Finding:
    return Finding(
        subject=subject,
        value=value,
        limit="one of " + ", ".join(map(str, there)),
        mend="Choose one that ran.",
    )
