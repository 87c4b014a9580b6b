"""What the tables of real devices must say together: who is told about what, and that nothing is left without."""

from collections.abc import Iterator
from pathlib import Path

from gridtide.case.learned_listing import not_listed
from gridtide.case.plant_devices import LEADS, led_plants, plant_faults
from gridtide.case.real_points import point_faults
from gridtide.case.real_services import service_faults
from gridtide.case.schema import CaseFile, DeviceTable, SiteTable
from gridtide.case.toml_file import toml_of
from gridtide.finding import Finding
from gridtide.loop.named_meters import GRID, QUANTITIES

AGENT = "agent"
"""The kind of a site's agent, which dials in."""
CONNECTION = (GRID, "import")
"""What a site must be metered by at least."""
ONE_OF = ("place", "meters", "store", *LEADS, "replicas", "requests", "points")
"""What a table of a device says that it is for."""
OF_AGENTS = ("meters", "stores", "places", "replicas", "pools")
"""What a table of an agent says of the devices behind it."""


def names_devices(path: Path) -> bool:
    """Whether a case names real devices. Raises BadInput for what is no TOML."""
    return bool(toml_of(path, "a case file in TOML").get("device"))


def device_faults(case: CaseFile) -> Iterator[Finding]:
    """Why a live room cannot stand on the devices of a case; nothing of a case without any."""
    if not case.device:
        return
    yield from _roles(case)
    yield from _twice(case)
    yield from _metered(case)
    yield from _without(case)
    yield from plant_faults(case)
    yield from _led_too_long(case)
    yield from service_faults(case)
    yield from point_faults(case)
    yield from not_listed(case)


def _roles(case: CaseFile) -> Iterator[Finding]:
    """Each table says one thing that it is for, by names that the case has."""
    sites = {site.name: site for site in case.site}
    places = [f"{site.name}/{pool.name}" for site in case.site for pool in site.pool]
    for number, one in enumerate(case.device, start=1):
        key = f"device[{number}]"
        said = _said(one)
        wrong = [name for name in said if name not in (OF_AGENTS if one.kind == AGENT else ONE_OF)]
        if wrong:
            limit = f"{', '.join(OF_AGENTS)} of an agent; one of {', '.join(ONE_OF)} of others"
            yield _fault(key, " and ".join(wrong), limit)
        elif one.kind != AGENT and len(said) != 1:
            shown = " and ".join(said) or "none"
            yield _fault(key, shown, f"one of {', '.join(ONE_OF)}")
        for what, place in _led_places(one):
            if place not in places:
                yield _fault(f"{key}.{what}", place, "one of " + ", ".join(places))
        for what, site in _led_stores(one):
            if site not in sites:
                yield _fault(f"{key}.{what}", site, "one of " + ", ".join(sites))
            elif not _has_store(sites[site]):
                yield _fault(f"{key}.{what}", site, "a site with a store, as [site.battery]")
        if one.holds_import and one.store is None:
            yield _fault(f"{key}.holds_import", "true", "of a store: nothing else can hold one")


def _twice(case: CaseFile) -> Iterator[Finding]:
    """Nothing has two devices."""
    seen: dict[tuple[str, str], int] = {}
    for number, one in enumerate(case.device, start=1):
        subjects = [("name", "name", one.name)]
        subjects += [("place", key, place) for key, place in _led_places(one)]
        subjects += [("store", key, site) for key, site in _led_stores(one)]
        subjects += led_plants(one)
        subjects += [("meters", "meters", name) for name in _measured(one)]
        subjects += [("replicas", "replicas", name) for name in one.replicas.values()]
        taken = [(what, subject) for what, _, subject in subjects]
        for what, key, subject in subjects:
            first = seen.setdefault((what, subject), number)
            if first != number or taken.count((what, subject)) > 1:
                limit = f"one device; device[{first}] has it"
                yield _fault(f"device[{number}].{key}", subject, limit)


def _metered(case: CaseFile) -> Iterator[Finding]:
    """Meters have names that the loop knows, and every site is metered at its connection."""
    kinds = (*QUANTITIES, *_classes(case))
    known = {f"{site.name} {kind}" for site in case.site for kind in kinds}
    for number, one in enumerate(case.device, start=1):
        for said, name in one.meters.items():
            if name not in known:
                limit = "a site and one of " + ", ".join(kinds)
                yield _fault(f"device[{number}].meters.{said}", name, limit)
    there = {name for one in case.device for name in one.meters.values()}
    for number, site in enumerate(case.site, start=1):
        if not there & {f"{site.name} {what}" for what in CONNECTION}:
            limit = f'a device with meters = {{ ... = "{site.name} {GRID}" }}'
            yield _fault(f"site[{number}]", f"{site.name} has no meter at its connection", limit)


def _classes(case: CaseFile) -> list[str]:
    """Classes of work and services: what of a site may have a meter of its own."""
    return [kind.name for kind in case.work_class] + [one.name for one in case.service]


def _without(case: CaseFile) -> Iterator[Finding]:
    """What a plan would tell and no device takes."""
    told = {site for one in case.device for _, site in _led_stores(one)}
    for number, site in enumerate(case.site, start=1):
        if _has_store(site) and site.name not in told:
            limit = f'a device with store = "{site.name}"'
            yield _fault(f"site[{number}]", f"{site.name} has a store and no device", limit)


def _led_too_long(case: CaseFile) -> Iterator[Finding]:
    """Set-points move a store that ends them by its own register, or whose agent does; one that only its room would end
    is refused."""
    by_agent = {one.store for one in case.device if (one.model_extra or {}).get("agent")}
    held = {one.store for one in case.device if one.holds_import}
    for number, line in enumerate(case.setpoint, start=1):
        if line.site in by_agent:
            limit = "a store whose own lease register ends set-points, or the device of an agent"
            yield _fault(f"setpoint[{number}]", f"{line.site}, whose store has agent = true", limit)
        if line.site in held:
            limit = "one of both: set-points and a held import move the same store"
            yield _fault(f"setpoint[{number}]", f"{line.site}, whose store holds_import", limit)


def _said(one: DeviceTable) -> list[str]:
    """What a table says it is for."""
    return [key for key in dict.fromkeys((*ONE_OF, *OF_AGENTS)) if getattr(one, key)]


def _led_places(one: DeviceTable) -> list[tuple[str, str]]:
    """Places whose jobs a table leads, each with the key that says so."""
    own = [("place", one.place)] if one.place is not None else []
    return [*own, *((f"places.{name}", place) for name, place in one.places.items())]


def _led_stores(one: DeviceTable) -> list[tuple[str, str]]:
    """Sites whose store a table leads, each with the key that says so."""
    own = [("store", one.store)] if one.store is not None else []
    return [*own, *((f"stores.{name}", site) for name, site in one.stores.items())]


def _measured(one: DeviceTable) -> list[str]:
    """What meters of a table measure, one of both ways as import and export."""
    found: list[str] = []
    for name in one.meters.values():
        site, _, what = name.rpartition(" ")
        found += [f"{site} import", f"{site} export"] if what == GRID else [name]
    return found


def _has_store(site: SiteTable) -> bool:
    return any(one is not None for one in (site.battery, site.pumped_hydro, site.hydrogen))


def _fault(subject: str, value: str, limit: str) -> Finding:
    mend = "Mend the tables [[device]]; docs/live.md shows a case with real devices."
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
