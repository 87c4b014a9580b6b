"""[[site.contract.limit]] and [[site.contract.peak]]: what must be true of hours and peaks of a contract."""

from collections.abc import Iterator
from itertools import pairwise

from gridtide.case.schema import ContractTable, PeakTable
from gridtide.finding import Finding
from gridtide.fleet.contract import CoincidentPeak, PeakAlert


def peak_of(table: PeakTable) -> CoincidentPeak:
    """The peak that a valid table describes, alerts in order of time."""
    alerts = sorted(table.alert, key=lambda alert: alert.at)
    return CoincidentPeak(
        **table.model_dump(exclude={"alert"}),
        alerts=tuple(PeakAlert(at=alert.at, likelihood=alert.likelihood) for alert in alerts),
    )


def tariff_faults(key: str, contract: ContractTable) -> Iterator[Finding]:
    """Limits that hold in no hour or above the connection; peaks that end before they begin, or overlap."""
    for number, limit in enumerate(contract.limit, start=1):
        where = f"{key}.limit[{number}]"
        if limit.to_hour <= limit.from_hour:
            yield _fault(
                f"{where}.to_hour",
                limit.to_hour,
                f"after from_hour, {limit.from_hour:g}",
                "Write two limits for hours around midnight.",
            )
        if limit.import_max_kw > contract.import_max_kw:
            yield _fault(
                f"{where}.import_max_kw",
                f"{limit.import_max_kw:,.0f}",
                f"at most the connection's {contract.import_max_kw:,.0f} kW",
                "Lower it, or raise import_max_kw.",
            )
    for number, peak in enumerate(contract.peak, start=1):
        if peak.end <= peak.start:
            where = f"{key}.peak[{number}].end"
            yield _fault(where, peak.end, f"after its start, {peak.start}", "Give a later end.")
        yield from _alerts(f"{key}.peak[{number}]", peak)
    for one, two in pairwise(sorted(contract.peak, key=lambda peak: peak.start)):
        if two.start < one.end:
            yield _fault(
                f"{key}.peak", two.start, f"after the peak before ends, {one.end}", "Part them."
            )
    if contract.demand_least_kw > contract.import_max_kw:
        yield _fault(
            f"{key}.demand_least_kw",
            f"{contract.demand_least_kw:,.0f}",
            f"at most the connection's {contract.import_max_kw:,.0f} kW",
            "Lower it.",
        )


def _alerts(key: str, peak: PeakTable) -> Iterator[Finding]:
    """Alerts that come when nothing can be done any more, or two at once."""
    for number, alert in enumerate(peak.alert, start=1):
        if alert.at >= peak.end:
            where = f"{key}.alert[{number}].at"
            yield _fault(
                where, alert.at, f"before the peak ends, {peak.end}", "Give an earlier one."
            )
    for one, two in pairwise(sorted(peak.alert, key=lambda alert: alert.at)):
        if one.at == two.at:
            yield _fault(f"{key}.alert", two.at, "one alert at an instant", "Leave one out.")


def _fault(subject: str, value: object, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=str(value), limit=limit, mend=mend)
