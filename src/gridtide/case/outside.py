"""Times of a case that lie outside its period and change nothing in it: calls of the grid, orders, outages of plants,
peaks of the system."""

from collections.abc import Iterator
from datetime import datetime

from gridtide.case.schema import CaseFile
from gridtide.decide.event import OPEN_END


def outside_notes(case: CaseFile) -> Iterator[str]:
    """A sentence for each call, order, outage and peak that no step of the period touches: often a date is mistyped."""
    for number, event in enumerate(case.event, start=1):
        end = event.end or OPEN_END
        if _apart(case, event.start, end):
            yield _said(f"event[{number}] at {event.site}", event.start, end)
    for number, order in enumerate(case.order, start=1):
        if _apart(case, order.start, order.end):
            yield _said(f"order[{number}], {order.name}", order.start, order.end)
    for site in case.site:
        for number, outage in enumerate(site.reactor.outage if site.reactor else (), start=1):
            if _apart(case, outage.start, outage.end):
                yield _said(
                    f"outage[{number}] of the plant at {site.name}", outage.start, outage.end
                )
        for number, peak in enumerate(site.contract.peak, start=1):
            if _apart(case, peak.start, peak.end):
                yield _said(f"peak[{number}] of the contract at {site.name}", peak.start, peak.end)


def _apart(case: CaseFile, start: datetime, end: datetime) -> bool:
    return end <= case.case.start or start >= case.case.end


def _said(what: str, start: datetime, end: datetime) -> str:
    return f"{what}, {start.isoformat()} to {end.isoformat()}, lies outside the period and changes nothing"
