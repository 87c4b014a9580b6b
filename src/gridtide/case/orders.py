"""Orderly use of several sites together, split over them by rank into an order for each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from gridtide.case.schema import CaseFile, OrderTable
from gridtide.decide.event import Event, EventKind
from gridtide.finding import Finding


def orders_of(case: CaseFile) -> tuple[Event, ...]:
    """The orders as calls of single sites; a site that is left its baseline gets none."""
    return tuple(call for order in case.order for call in _calls(order, case.case.start))


def by_rank_kw(order: OrderTable) -> tuple[float, ...]:
    """How much less each site draws: lower ranks first down to their floors, those of one rank in proportion to what
    they can."""
    can = [max(site.baseline_kw - site.floor_kw, 0.0) for site in order.site]
    told, left = [0.0] * len(can), order.reduce_kw
    for rank in sorted({site.rank for site in order.site}):
        own = [number for number, site in enumerate(order.site) if site.rank == rank]
        whole = sum(can[number] for number in own)
        taken = min(left, whole)
        for number in own:
            told[number] = taken * can[number] / whole if whole > 0.0 else 0.0
        left -= taken
    return tuple(told)


def order_faults(case: CaseFile, at_rest_kw: Mapping[str, float]) -> Iterator[Finding]:
    """Everything that is wrong with any order. at_rest_kw: what each site draws with all machines parked."""
    for number, order in enumerate(case.order, start=1):
        key = f"order[{number}]"
        if order.end <= order.start:
            yield _fault(f"{key}.end", order.end, f"after its start, {order.start}")
        if order.issued_at is not None and order.issued_at >= order.end:
            yield _fault(f"{key}.issued_at", order.issued_at, f"before its end, {order.end}")
        yield from _sites(key, order, at_rest_kw)
        can_kw = sum(max(site.baseline_kw - site.floor_kw, 0.0) for site in order.site)
        if order.reduce_kw > can_kw:
            limit = f"at most {can_kw:,.0f} kW, what its sites draw above their floors"
            yield _fault(f"{key}.reduce_kw", f"{order.reduce_kw:,.0f}", limit)


def _sites(key: str, order: OrderTable, at_rest_kw: Mapping[str, float]) -> Iterator[Finding]:
    for name, count in Counter(site.name for site in order.site).items():
        if count > 1:
            yield _fault(f"{key}.site", f"{name} {count} times", "each site once")
    for place, site in enumerate(order.site, start=1):
        own = f"{key}.site[{place}]"
        if site.name not in at_rest_kw:
            limit = f"one of {', '.join(at_rest_kw)}"
            yield _fault(f"{own}.name", repr(site.name), limit)
        elif site.floor_kw < at_rest_kw[site.name]:
            least_kw = at_rest_kw[site.name]
            limit = f"at least {least_kw:,.0f} kW, what the site draws with all machines parked"
            yield _fault(f"{own}.floor_kw", f"{site.floor_kw:,.0f}", limit)
        if site.floor_kw > site.baseline_kw:
            limit = f"at most its baseline, {site.baseline_kw:,.0f} kW"
            yield _fault(f"{own}.floor_kw", f"{site.floor_kw:,.0f}", limit)


def _calls(order: OrderTable, start: datetime) -> Iterator[Event]:
    for site, less_kw in zip(order.site, by_rank_kw(order), strict=True):
        if less_kw > 0.0:
            yield Event(
                site=site.name,
                start=order.start,
                end=order.end,
                issued_at=order.issued_at or start,
                kind=EventKind.ORDERLY_USE,
                name=f"{order.name}, {site.name}",
                reduce_kw=less_kw,
                baseline_kw=site.baseline_kw,
                rank=site.rank,
                notice_h=order.notice_h,
                recover_h=order.recover_h,
                penalty_per_mwh=order.penalty_per_mwh,
            )


def _fault(subject: str, value: object, limit: str) -> Finding:
    return Finding(subject=subject, value=str(value), limit=limit, mend="Correct the order.")
