"""What a bill must know of a site of a case: clock, contract, store, plants and offers, nothing of its machines."""

from gridtide.case.backup import battery_at
from gridtide.case.build import contract_of
from gridtide.case.offers import product_of
from gridtide.case.reactor import reactor_of
from gridtide.case.schema import SiteTable
from gridtide.fleet.genset import Genset
from gridtide.fleet.site import Facility, Site


def billed_site(table: SiteTable) -> Site:
    """The site without its pools, so that no file which describes machines has to be read again."""
    return Site(
        name=table.name,
        zone=table.zone,
        weather_zone=table.weather_zone or table.zone,
        clock=table.clock,
        region=table.region,
        latitude=table.latitude,
        longitude=table.longitude,
        facility=Facility(
            it_capacity_kw=table.facility.it_capacity_kw, cooling=table.facility.cooling
        ),
        pools=(),
        contract=contract_of(table.contract),
        battery=battery_at(table),
        genset=Genset(**table.genset.model_dump()) if table.genset else None,
        reactor=reactor_of(table.reactor) if table.reactor else None,
        products=tuple(product_of(offer) for offer in table.offer),
    )
