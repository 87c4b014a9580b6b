"""What the tables of a case must say together: names that exist, money that adds up, times that fit."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gridtide.case.agreements import agreement_faults
from gridtide.case.backup import backup_faults
from gridtide.case.calls import call_faults
from gridtide.case.cooling import cooling_faults
from gridtide.case.device_faults import device_faults
from gridtide.case.genset import in_emergency_kw
from gridtide.case.hydrogen import hydrogen_faults
from gridtide.case.live_policy import policy_faults
from gridtide.case.live_vtn import vtn_faults
from gridtide.case.lost_cache import lost_cache_faults
from gridtide.case.machines import accelerators, pool_powers_kw
from gridtide.case.offers import offer_faults
from gridtide.case.orders import order_faults
from gridtide.case.parking import parking_faults
from gridtide.case.plants import parked_facility_kw
from gridtide.case.points import point_faults
from gridtide.case.pumped_hydro import pumped_faults
from gridtide.case.reactor import reactor_faults
from gridtide.case.reservoir import reservoir_faults
from gridtide.case.river_plant import river_faults
from gridtide.case.schema import CaseFile, ContractTable, SiteTable
from gridtide.case.services import answering_faults
from gridtide.case.serving_tables import requests_faults
from gridtide.case.setpoint_faults import setpoint_faults
from gridtide.case.signal_limits import limit_faults
from gridtide.case.slower_answers import slower_faults
from gridtide.case.speed_up import speed_up_faults
from gridtide.case.tariffs import tariff_faults
from gridtide.case.telescope import telescope_faults
from gridtide.case.web_source import address_faults
from gridtide.case.wind_plant import wind_faults
from gridtide.decide.policy_names import POLICIES, checked
from gridtide.decide.risk import Uncertainty
from gridtide.finding import Finding, Gathered
from gridtide.fleet.contract import Exposure
from gridtide.loop.spread import spread_faults
from gridtide.signals.forecaster import forecasters
from gridtide.simulate.policies import names_known


def faults_of(case: CaseFile) -> list[Finding]:
    """Every fault that shows only when tables are read together."""
    return [
        *_period(case),
        *_names(case),
        *_clocks(case),
        *_contracts(case),
        *_money(case),
        *_machines(case),
        *_limits(case),
        *_services(case),
        *_made_up(case),
        *_policies(case),
        *_uncertainty(case),
        *answering_faults(case),
        *requests_faults(case),
        *slower_faults(case),
        *telescope_faults(case),
        *point_faults(case),
        *speed_up_faults(case),
        *parking_faults(case),
        *lost_cache_faults(case),
        *offer_faults(case),
        *cooling_faults(case),
        *backup_faults(case),
        *pumped_faults(case),
        *hydrogen_faults(case),
        *reservoir_faults(case),
        *reactor_faults(case),
        *wind_faults(case),
        *river_faults(case),
        *device_faults(case),
        *policy_faults(case),
        *setpoint_faults(case),
    ]


def _period(case: CaseFile) -> Iterator[Finding]:
    start, end = case.case.start, case.case.end
    if end <= start:
        yield _fault("case.end", end, f"after case.start, {start}", "Give a later end.")
        return
    span_min = (end - start).total_seconds() / 60.0
    if span_min % case.case.step_min:
        yield _fault(
            "case.step_min",
            case.case.step_min,
            f"divides the period of {span_min:g} min",
            "Choose another step.",
        )
    if span_min / case.case.step_min > 200_000:
        yield _fault(
            "case.end", end, "at most 200,000 steps", "Shorten the period or lengthen the step."
        )


def _names(case: CaseFile) -> Iterator[Finding]:
    sites = [site.name for site in case.site]
    pools = {site.name: [pool.name for pool in site.pool] for site in case.site}
    classes = [kind.name for kind in case.work_class]
    services = [service.name for service in case.service]
    origins = list(case.network.origins)
    for table, names in (
        ("site.name", sites),
        ("class.name", classes),
        ("service.name", services),
        ("jobs.name", [j.name for j in case.jobs]),
    ):
        yield from _twice(table, names)
    for site, inside in pools.items():
        yield from _twice(f"site {site} pool.name", inside)
    for number, group in enumerate(case.jobs, start=1):
        key = f"jobs[{number}]"
        yield from _known(f"{key}.class", group.work_class, classes)
        yield from _known(f"{key}.home", group.home, sites)
        yield from _known(f"{key}.pool", group.pool, pools.get(group.home, [group.pool]))
        for site in group.sites:
            yield from _known(f"{key}.sites", site, sites)
        if group.sites and group.home not in group.sites:
            yield _fault(
                f"{key}.sites",
                ", ".join(group.sites),
                f"with its home {group.home}",
                "Add its home.",
            )
    for number, service in enumerate(case.service, start=1):
        for place in service.place:
            yield from _known(f"service[{number}].place.site", place.site, sites)
            yield from _known(
                f"service[{number}].place.pool", place.pool, pools.get(place.site, [place.pool])
            )
    for number, demand in enumerate(case.demand, start=1):
        yield from _known(f"demand[{number}].service", demand.service, services)
        yield from _known(f"demand[{number}].origin", demand.origin, origins)
    for number, latency in enumerate(case.network.latency, start=1):
        yield from _known(f"network.latency[{number}].origin", latency.origin, origins)
        yield from _known(f"network.latency[{number}].site", latency.site, sites)
    for number, link in enumerate(case.network.link, start=1):
        for site in link.between:
            yield from _known(f"network.link[{number}].between", site, sites)
        if len(set(link.between)) < 2:
            named = ", ".join(link.between)
            yield _fault(
                f"network.link[{number}].between", named, "two different sites", "Name both ends."
            )
    for number, event in enumerate(case.event, start=1):
        yield from _known(f"event[{number}].site", event.site, sites)
    for number, recorded in enumerate(case.openadr, start=1):
        yield from _known(f"openadr[{number}].site", recorded.site, sites)
    groups = [*classes, *(group.name for group in case.jobs)]
    for name in unprotected(case):
        if difflib.get_close_matches(name, groups, n=1):
            yield from _known("case.protect", name, groups)
    yield from _paths(case)
    yield from address_faults(case)
    yield from vtn_faults(case)
    yield from _known("planning.forecaster", case.planning.forecaster, list(forecasters()))
    yield from _zones(case)


def unprotected(case: CaseFile) -> tuple[str, ...]:
    """Names on the protect list that no group of jobs and no class has."""
    groups = {*(kind.name for kind in case.work_class), *(group.name for group in case.jobs)}
    return tuple(name for name in case.case.protect if name not in groups)


def _paths(case: CaseFile) -> Iterator[Finding]:
    """Whatever is read needs a file."""
    read: list[tuple[str, str, str | None]] = []
    read += [(f"jobs[{n}]", table.source, table.path) for n, table in enumerate(case.jobs, start=1)]
    read += [
        (f"signal[{n}]", table.source, table.path) for n, table in enumerate(case.signal, start=1)
    ]
    read += [
        (f"demand[{n}]", table.source, table.path) for n, table in enumerate(case.demand, start=1)
    ]
    for key, source, path in read:
        if source != "synthetic" and not path:
            yield _fault(f"{key}.path", "missing", f"a file, for source {source}", "Name the file.")
    for n, table in enumerate(case.signal, start=1):
        if table.public_key and table.source == "synthetic":
            limit = "a file that somebody signs, its signature beside it"
            yield _fault(f"signal[{n}].public_key", "is of no file", limit, "Take public_key out.")


def _made_up(case: CaseFile) -> Iterator[Finding]:
    """Numbers of synthetic jobs and weather that cannot be drawn."""
    for number, group in enumerate(case.jobs, start=1):
        if not group.accelerators:
            yield _fault(
                f"jobs[{number}].accelerators", "an empty list", "one size or more", "Name a size."
            )
        if group.to_hour < group.from_hour:
            yield _fault(
                f"jobs[{number}].to_hour",
                f"{group.to_hour:g}",
                f"from_hour, {group.from_hour:g}, or later",
                "Give two groups for hours around midnight.",
            )
    for number, signal in enumerate(case.signal, start=1):
        key = f"signal[{number}]"
        for name, least, most in (
            ("temperature_c", -60.0, 60.0),
            ("day_swing_c", 0.0, 60.0),
            ("price_noise_per_mwh", 0.0, 1e6),
        ):
            value = getattr(signal, name)
            if not least <= value <= most:
                yield _fault(
                    f"{key}.{name}", value, f"a number from {least:g} to {most:g}", "Correct it."
                )
        if signal.price_cap_per_mwh < signal.price_floor_per_mwh:
            yield _fault(
                f"{key}.price_cap_per_mwh",
                signal.price_cap_per_mwh,
                f"price_floor_per_mwh, {signal.price_floor_per_mwh:g}, or more",
                "Correct one of the two.",
            )
    yield from limit_faults(case)


def _policies(case: CaseFile) -> Iterator[Finding]:
    """Policies that are known, with settings they have, each once."""
    yield from _twice("case.policies", list(case.case.policies))
    faults = Gathered()
    for policy in case.case.policies:
        name = policy.partition("(")[0]
        listed = [f"plugin:{plugin.name}" for plugin in case.plugin]
        yield from _known("case.policies", name, [*names_known(), *listed])
        if name in POLICIES:
            faults.of(partial(checked, policy))
    for fault in faults.findings:
        yield replace(
            fault,
            subject=fault.subject.replace("--policy", "case.policies"),
            mend="Write name or name(key=value).",
        )


def _uncertainty(case: CaseFile) -> Iterator[Finding]:
    """Whether the forecaster says how far it may miss, where a policy wants to know."""
    if case.planning.forecaster not in forecasters():
        return
    ways = [way for way in Uncertainty if f"coordinated-{way}" in case.case.policies]
    if "coordinated" in case.case.policies:
        ways.append(case.planning.uncertainty)
    for way in dict.fromkeys(ways):
        yield from spread_faults(case.planning.forecaster, way)
    if Uncertainty.CVAR not in ways and any(site.contract.bids_by_price for site in case.site):
        for fault in spread_faults(case.planning.forecaster, Uncertainty.CVAR):
            yield replace(
                fault,
                limit="a forecaster with quantiles and courses, for bids by price",
                mend='Choose forecaster = "ridge", or bids_by_price = false.',
            )


def _zones(case: CaseFile) -> Iterator[Finding]:
    zones = [signal.zone for signal in case.signal if signal.witness is None]
    yield from _second_sources(case, zones)
    for number, site in enumerate(case.site, start=1):
        yield from _known(f"site[{number}].zone", site.zone, zones)
        for key in ("weather_zone", "curtailment_zone"):
            if getattr(site, key):
                yield from _known(f"site[{number}].{key}", getattr(site, key), zones)
        if site.contract.real_time_zone:
            yield from _known(
                f"site[{number}].contract.real_time_zone", site.contract.real_time_zone, zones
            )
    seen: Counter[tuple[str, str]] = Counter()
    for signal in case.signal:
        for kind in signal.kinds:
            seen[(signal.kept_as, kind)] += 1
    for (zone, kind), count in sorted(seen.items()):
        if count > 1:
            yield _fault(
                f"signal {zone}",
                f"{count} signals give {kind}",
                "one signal for one place and kind",
                "Remove one.",
            )


def _second_sources(case: CaseFile, zones: list[str]) -> Iterator[Finding]:
    """Witnesses that were read, of a zone that somebody else speaks of first, each by a name of its own."""
    named = Counter(signal.kept_as for signal in case.signal if signal.witness)
    for number, signal in enumerate(case.signal, start=1):
        if signal.witness is None:
            continue
        key = f"signal[{number}]"
        yield from _known(f"{key}.zone", signal.zone, zones)
        if signal.source == "synthetic":
            yield _fault(
                f"{key}.source",
                "synthetic",
                "a file, for a witness: what is made up bears nothing out",
                "Name the source and the file of the second source.",
            )
        if named[signal.kept_as] > 1:
            yield _fault(
                f"{key}.witness",
                signal.witness,
                f"one witness of that name for {signal.zone}",
                "Give each second source a name of its own.",
            )


def _clocks(case: CaseFile) -> Iterator[Finding]:
    clocks = [(f"site[{n}].clock", site.clock) for n, site in enumerate(case.site, start=1)]
    clocks += [
        (f"signal[{n}].clock", signal.clock)
        for n, signal in enumerate(case.signal, start=1)
        if signal.clock
    ]
    clocks += [
        (f"jobs[{n}].clock", group.clock)
        for n, group in enumerate(case.jobs, start=1)
        if group.clock
    ]
    for key, name in clocks:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield _fault(
                key, name, "an IANA time zone", "Write it as Asia/Shanghai or Europe/Berlin."
            )


def _contracts(case: CaseFile) -> Iterator[Finding]:
    zones = sorted({signal.zone for signal in case.signal})
    for number, site in enumerate(case.site, start=1):
        key, contract = f"site[{number}].contract", site.contract
        priced = contract.exposure in (Exposure.FIXED, Exposure.CONTRACT_FOR_DIFFERENCE)
        if priced and contract.fixed_price_per_mwh is None:
            yield _fault(
                f"{key}.fixed_price_per_mwh",
                "missing",
                f"a price, for {contract.exposure}",
                "Add it.",
            )
        if contract.bids_by_price and contract.exposure is not Exposure.TWO_SETTLEMENT:
            yield _fault(
                f"{key}.bids_by_price",
                f"true, under {contract.exposure}",
                "two-settlement, where something is bought ahead",
                'Write exposure = "two-settlement", or leave it out.',
            )
        if contract.exposure is Exposure.TWO_SETTLEMENT and not contract.real_time_zone:
            yield _fault(
                f"{key}.real_time_zone",
                "missing",
                "a zone, for two-settlement",
                "Name the real-time zone.",
            )
        if contract.exposure is Exposure.TIME_OF_USE:
            yield from _week_of(key, contract)
        yield from tariff_faults(key, contract)
        yield from agreement_faults(key, contract, zones)


def _week_of(key: str, contract: ContractTable) -> Iterator[Finding]:
    """A tariff covers every quarter of an hour of the week once."""
    for weekday in range(7):
        for quarter in range(96):
            hour = quarter / 4
            holding = sum(
                weekday in band.weekdays and band.from_hour <= hour < band.to_hour
                for band in contract.band
            )
            if holding != 1:
                yield _fault(
                    f"{key}.band",
                    f"{holding} bands hold on weekday {weekday} at {hour:05.2f} h",
                    "one band for every hour of the week",
                    "Make from_hour, to_hour and weekdays meet without gap or overlap.",
                )
                return


def _money(case: CaseFile) -> Iterator[Finding]:
    own = case.case.currency
    for number, signal in enumerate(case.signal, start=1):
        currency = signal.currency or own
        if currency != own and currency not in case.rates:
            yield _fault(
                f"signal[{number}].currency", currency, f"{own}, or a currency with a rate",
                f"State it: [rates] {currency} = value of 1 {currency} in {own}.",
            )  # fmt: skip


def _machines(case: CaseFile) -> Iterator[Finding]:
    """Pools that fit their hall, and a connection that carries at least what always runs."""
    for number, site in enumerate(case.site, start=1):
        powers = [pool_powers_kw(pool)[0] or 0.0 for pool in site.pool]
        parked = sum(pool.accelerators * kw for pool, kw in zip(site.pool, powers, strict=True))
        if parked >= site.facility.it_capacity_kw:
            yield _fault(
                f"site[{number}].facility.it_capacity_kw",
                f"{site.facility.it_capacity_kw:,.0f}",
                f"more than its {parked:,.0f} kW of parked machines",
                "Raise it, or correct the pools.",
            )
        yield from _pools(number, site)


def _limits(case: CaseFile) -> Iterator[Finding]:
    """Connections, and calls of the grid, must leave what a site without supply of its own draws at rest; calls, less
    what its generators for emergencies carry."""
    least = {
        site.name: 0.0 if site.supply or site.facility.learned else parked_facility_kw(site)
        for site in case.site
    }
    for number, site in enumerate(case.site, start=1):
        yield from _above_parked(
            f"site[{number}].contract", site.contract.import_max_kw, least[site.name]
        )
        for index, limit in enumerate(site.contract.limit, start=1):
            key = f"site[{number}].contract.limit[{index}]"
            yield from _above_parked(key, limit.import_max_kw, least[site.name])
    carried = {site.name: in_emergency_kw(site) for site in case.site}
    at_rest_kw = {name: least_kw - carried[name] for name, least_kw in least.items()}
    yield from call_faults(case, at_rest_kw)
    yield from order_faults(case, at_rest_kw)


def _above_parked(key: str, import_max_kw: float, least_kw: float) -> Iterator[Finding]:
    if import_max_kw < least_kw:
        yield _fault(
            f"{key}.import_max_kw",
            f"{import_max_kw:,.0f}",
            f"at least {least_kw:,.0f} kW, what the site draws with all machines parked",
            "Raise it, or correct the pools; a site that is switched off is outside this model.",
        )


def _pools(number: int, site: SiteTable) -> Iterator[Finding]:
    for index, pool in enumerate(site.pool, start=1):
        key = f"site[{number}].pool[{index}]"
        parked, busy = pool_powers_kw(pool)
        for name, power in (("parked", parked), ("busy", busy)):
            if power is None:
                yield _fault(
                    f"{key}.{name}_kw_per_accelerator",
                    "missing",
                    f"given, or an accelerator that is known: {', '.join(accelerators())}",
                    "Measure it at the meter of a node, divided by its accelerators.",
                )
        if parked is not None and busy is not None and busy <= parked:
            yield _fault(
                f"{key}.busy_kw_per_accelerator", busy, f"more than parked, {parked}",
                "Correct one of the two.",
            )  # fmt: skip
        if pool.for_services > pool.accelerators:
            yield _fault(
                f"{key}.for_services",
                pool.for_services,
                f"at most {pool.accelerators}",
                "Lower it.",
            )


def _services(case: CaseFile) -> Iterator[Finding]:
    for number, service in enumerate(case.service, start=1):
        home = sum(place.home for place in service.place)
        if abs(home - 1.0) > 1e-6:
            yield _fault(
                f"service[{number}].place.home",
                f"{home:g} in all",
                "shares that sum to 1",
                "Correct them.",
            )
    linked = {(latency.origin, latency.site) for latency in case.network.latency}
    used = {place.site for service in case.service for place in service.place}
    for origin in case.network.origins:
        for site in sorted(used):
            if (origin, site) not in linked:
                yield _fault(
                    "network.latency",
                    f"none from {origin} to {site}",
                    "one for each origin and serving site",
                    "Add it.",
                )


def _known(key: str, name: str, names: Iterable[str]) -> Iterator[Finding]:
    there = list(dict.fromkeys(names))
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1)
        mend = f"Did you mean {near[0]}?" if near else "Name one of them, or add it."
        yield _fault(key, name, "one of " + (", ".join(there) or "none, for there are none"), mend)


def _twice(table: str, names: list[str]) -> Iterator[Finding]:
    for name, count in sorted(Counter(names).items()):
        if count > 1:
            yield _fault(
                table, f"{name}, {count} times", "each name once", "Rename or remove all but one."
            )


def _fault(subject: str, value: object, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=str(value), limit=limit, mend=mend)
