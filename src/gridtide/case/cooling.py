"""[site.hall] and [site.cold_store]: what lets a site be cooled earlier or later than machines give off heat."""

from collections.abc import Iterator

from gridtide.case.schema import CaseFile, ColdStoreTable, HallTable
from gridtide.finding import Finding
from gridtide.fleet.thermal import ColdStore, Hall
from gridtide.physics.cold_store import chilled_water_kwh
from gridtide.physics.room import AIR_KJ_PER_K, BETWEEN_KW_PER_K, HALL_KW, MASS_KJ_PER_K


def hall_of(table: HallTable, it_capacity_kw: float) -> Hall:
    """The hall that a valid table describes; what it leaves out is that of a usual hall of its capacity."""
    share = it_capacity_kw / HALL_KW
    air, mass, between = (
        share * usual for usual in (AIR_KJ_PER_K, MASS_KJ_PER_K, BETWEEN_KW_PER_K)
    )
    return Hall(
        air_kj_per_k=air if table.air_kj_per_k is None else table.air_kj_per_k,
        mass_kj_per_k=mass if table.mass_kj_per_k is None else table.mass_kj_per_k,
        between_kw_per_k=between if table.between_kw_per_k is None else table.between_kw_per_k,
        set_c=table.set_c,
        coolest_c=table.coolest_c,
        warmest_c=table.warmest_c,
        change_max_k_per_h=table.change_max_k_per_h,
    )


def cold_store_of(table: ColdStoreTable) -> ColdStore:
    """The store that a valid table describes."""
    return ColdStore(
        energy_kwh=chilled_water_kwh(table.volume_m3, table.span_k),
        charge_max_kw=table.charge_max_kw,
        discharge_max_kw=table.discharge_max_kw,
        loss_share_per_day=table.loss_share_per_day,
        start_share=table.start_share,
    )


def cooling_faults(case: CaseFile) -> Iterator[Finding]:
    """Halls that are kept outside their own temperatures."""
    for number, site in enumerate(case.site, start=1):
        hall = site.hall
        if hall is not None and not hall.coolest_c <= hall.set_c <= hall.warmest_c:
            yield Finding(
                subject=f"site[{number}].hall.set_c",
                value=f"{hall.set_c:g} °C",
                limit=f"from coolest_c, {hall.coolest_c:g}, to warmest_c, {hall.warmest_c:g} °C",
                mend="Correct set_c, or widen the two around it.",
            )
