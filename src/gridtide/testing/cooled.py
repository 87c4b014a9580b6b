"""Studies whose sites can be cooled ahead: a hall of its size and a store of chilled water at every site."""

from dataclasses import replace

from gridtide.fleet.site import Cooling, Site
from gridtide.fleet.thermal import ColdStore, Hall
from gridtide.physics.room import AIR_KJ_PER_K, BETWEEN_KW_PER_K, HALL_KW, MASS_KJ_PER_K
from gridtide.simulate.study import Study


def usual_hall(it_capacity_kw: float) -> Hall:
    """A hall as physics has it by default, of this capacity."""
    share = it_capacity_kw / HALL_KW
    return Hall(
        air_kj_per_k=share * AIR_KJ_PER_K,
        mass_kj_per_k=share * MASS_KJ_PER_K,
        between_kw_per_k=share * BETWEEN_KW_PER_K,
    )


def cooled_ahead(
    study: Study,
    *,
    halls: bool = True,
    store_h: float = 3.0,
    cooling: Cooling = Cooling.WATER_CHILLER,
) -> Study:
    """The study with plants of one kind, halls, and stores that hold so many hours of the whole heat, 0 for none."""

    def site_of(site: Site) -> Site:
        heat_kw = site.facility.it_capacity_kw
        store = ColdStore(
            energy_kwh=store_h * heat_kw, charge_max_kw=0.5 * heat_kw, discharge_max_kw=heat_kw
        )
        return replace(
            site,
            facility=replace(site.facility, cooling=cooling),
            hall=usual_hall(heat_kw) if halls else None,
            cold_store=store if store_h > 0 else None,
        )

    sites = tuple(site_of(site) for site in study.fleet.sites)
    return replace(study, fleet=replace(study.fleet, sites=sites))
