"""What is wrong with [[setpoint]] of a case: lines that no site can follow, addresses that anybody could use."""

from collections.abc import Iterator
from ipaddress import ip_address

from gridtide.case.schema import CaseFile, DeviceTable, SetpointTable, SiteTable
from gridtide.finding import Finding
from gridtide.fleet.product import ProductKind


def setpoint_faults(case: CaseFile) -> Iterator[Finding]:
    """What is wrong with lines beside the sites that they lead."""
    sites = {site.name: site for site in case.site}
    led: set[str] = set()
    boards = {place.rpartition("/")[0] for one in case.device for place in _points(one)}
    for number, table in enumerate(case.setpoint, 1):
        place = f"setpoint[{number}]"
        site = sites.get(table.site)
        if site is None:
            yield _fault(f"{place}.site", table.site, "one of " + ", ".join(sites))
            continue
        if table.site in led:
            yield _fault(f"{place}.site", table.site, "one line a site")
        led.add(table.site)
        if site.battery is None and table.site not in boards:
            limit = (
                "a site with [site.battery], or with boards that a device tells points of a pool"
            )
            yield _fault(f"{place}.site", f"{table.site} has nothing that can be told", limit)
        if table.offer_kw is None and not _regulates(site):
            limit = "what may be asked, where the site has no [[site.offer]] of regulation"
            yield _fault(f"{place}.offer_kw", "is missing", limit)
        yield from _address_faults(place, table)


def _address_faults(place: str, table: SetpointTable) -> Iterator[Finding]:
    """Whoever is heard leads a site: beyond this machine only centres that the case names."""
    hosts = {"host": (table.host,), "centres": table.centres}
    bad = [(key, one) for key, some in hosts.items() for one in some if not _is_address(one)]
    for key, one in bad:
        yield _fault(f"{place}.{key}", one, "an address such as 10.0.0.7")
    if bad or ip_address(table.host).is_loopback:
        return
    if table.line == "modbus":
        yield _fault(
            f"{place}.host", table.host, "loopback: Modbus does not say who writes; a gateway does"
        )
    elif not table.centres:
        yield _fault(f"{place}.centres", "is missing", "addresses of centres, beyond loopback")


def _points(one: DeviceTable) -> list[str]:
    """Places whose boards a table tells operating points."""
    return [*([] if one.points is None else [one.points]), *one.pools.values()]


def _regulates(site: SiteTable) -> bool:
    return any(one.product is ProductKind.REGULATION for one in site.offer)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _fault(subject: str, value: object, limit: str) -> Finding:
    return Finding(
        subject=subject, value=str(value), limit=limit, mend="Correct [[setpoint]] of the case."
    )
