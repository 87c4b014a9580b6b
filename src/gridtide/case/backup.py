"""[site.backup]: UPS and rack batteries, what they keep for their duty and what of them may cycle."""

from collections.abc import Iterator

from gridtide.case.pumped_hydro import own_store
from gridtide.case.schema import BackupTable, CaseFile, SiteTable
from gridtide.finding import Finding
from gridtide.fleet.backup_store import BackupStore
from gridtide.fleet.joined_battery import joined_battery
from gridtide.fleet.site import Battery


def backup_of(table: BackupTable, it_capacity_kw: float) -> BackupStore:
    """The store that a table describes; it must carry all IT power unless the table states a load."""
    stated = table.model_dump()
    if table.carries_kw is None:
        stated["carries_kw"] = it_capacity_kw
    return BackupStore(**stated)


def backup_at(site: SiteTable) -> BackupStore | None:
    """The store for backup of a site, None without one."""
    return backup_of(site.backup, site.facility.it_capacity_kw) if site.backup else None


def battery_at(site: SiteTable) -> Battery | None:
    """All that may cycle at a site: its own store, and what its store for backup may give beyond its reserve."""
    return joined_battery(own_store(site), backup_at(site))


def backup_faults(case: CaseFile) -> Iterator[Finding]:
    """Stores that cannot do their duty: too little energy for the load they must carry, or too little power."""
    for number, site in enumerate(case.site, start=1):
        store, key = backup_at(site), f"site[{number}].backup"
        if store is None:
            continue
        if store.reserve_kwh > store.energy_kwh:
            yield Finding(
                subject=f"{key}.energy_kwh",
                value=f"{store.energy_kwh:,.1f}",
                limit=f"at least {store.reserve_kwh:,.1f} kWh, what {store.carries_kw:,.0f} kW take in"
                f" {store.carries_s:,.0f} s",
                mend="Enlarge the store, or correct carries_kw and carries_s.",
            )
        if store.power_max_kw < store.carries_kw:
            yield Finding(
                subject=f"{key}.power_max_kw",
                value=f"{store.power_max_kw:,.1f}",
                limit=f"at least {store.carries_kw:,.1f} kW, the load it must carry",
                mend="Correct power_max_kw or carries_kw.",
            )


def backup_notes(case: CaseFile) -> tuple[str, ...]:
    """A sentence for each store: what it keeps, and what of it cycles."""
    said = []
    for site in case.site:
        store = backup_at(site)
        if store is None:
            continue
        kept = f"store for backup at {site.name}: {store.reserve_kwh:,.1f} of {store.energy_kwh:,.1f} kWh never touched"
        alone, whole = own_store(site), battery_at(site)
        more_kwh = (whole.energy_kwh if whole else 0.0) - (alone.energy_kwh if alone else 0.0)
        cycles = (
            f"{more_kwh:,.1f} kWh cycle as part of its battery" if store.cycling else "none cycles"
        )
        said.append(f"{kept}, {cycles}")
    return tuple(said)
