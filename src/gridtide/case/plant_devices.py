"""The real devices of halls, stores of cold and plants: what a case's tables must say of them, and how each is led."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from gridtide.case.schema import CaseFile, DeviceTable, SiteTable
from gridtide.finding import Finding
from gridtide.fleet.site_plants import MakesPower, StoresCold
from gridtide.loop.hall_by_chiller import Chiller, HallByChiller
from gridtide.simulate.study import Study


class _Led(NamedTuple):
    """What of a site a device leads. of: by its table; called: what follows the site's name in what the loop calls it;
    has: whether a site has one; table: how it says so; device: what the device must be."""

    of: Callable[[DeviceTable], str | None]
    called: str
    has: Callable[[SiteTable], bool]
    table: str
    device: str


LEADS: Mapping[str, _Led] = {
    "hall": _Led(
        lambda one: one.hall,
        "hall",
        lambda site: site.hall is not None,
        "[site.hall]",
        "a chiller that reads the air of its hall",
    ),
    "cold_store": _Led(
        lambda one: one.cold_store,
        "cold store",
        lambda site: site.cold_store is not None,
        "[site.cold_store]",
        "a store of cold",
    ),
    "plant": _Led(
        lambda one: one.plant,
        "plant",
        lambda site: site.reactor is not None,
        "[site.reactor]",
        "a plant that is told what to make",
    ),
}
"""By the key of a device's table."""
WHAT_LEADS: Mapping[str, str] = {key: led.device for key, led in LEADS.items()}
"""What the device of each must be."""


def led_plants(one: DeviceTable) -> list[tuple[str, str, str]]:
    """What of which site a table leads: the key, once more, and the site."""
    said = [(key, led.of(one)) for key, led in LEADS.items()]
    return [(key, key, site) for key, site in said if site is not None]


def plant_led(one: DeviceTable) -> str:
    """What the loop calls the hall, store of cold or plant that a table leads; empty where it leads none."""
    return next((f"{site} {LEADS[key].called}" for key, _, site in led_plants(one)), "")


def plant_of(
    one: DeviceTable, made: object, study: Study, now: Callable[[], datetime]
) -> object | None:
    """A device as the loop leads it; None for one that cannot be what its table says."""
    if one.hall is not None and isinstance(made, Chiller) and made.reads_air:
        hall = next(site.hall for site in study.fleet.sites if site.name == one.hall)
        assert hall is not None
        return HallByChiller(name=plant_led(one), hall=hall, chiller=made, now=now)
    if one.cold_store is not None and isinstance(made, StoresCold):
        return made
    if one.plant is not None and isinstance(made, MakesPower):
        return made
    return None


def plant_faults(case: CaseFile) -> Iterator[Finding]:
    """Devices of what no site has, and halls, stores of cold and plants that a plan would tell and no device takes."""
    sites = {site.name: site for site in case.site}
    told = {(key, site) for one in case.device for key, _, site in led_plants(one)}
    for number, one in enumerate(case.device, start=1):
        for key, _, site in led_plants(one):
            if site not in sites:
                yield _fault(f"device[{number}].{key}", site, "one of " + ", ".join(sites))
            elif not LEADS[key].has(sites[site]):
                yield _fault(f"device[{number}].{key}", site, f"a site with {LEADS[key].table}")
    for number, of in enumerate(case.site, start=1):
        for key, led in LEADS.items():
            if led.has(of) and (key, of.name) not in told:
                limit = f'a device with {key} = "{of.name}"'
                said = f"{of.name} has a {led.called} and no device"
                yield _fault(f"site[{number}]", said, limit)


def _fault(subject: str, value: str, limit: str) -> Finding:
    mend = "Mend the tables [[device]]; docs/live.md shows a case with real devices."
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
