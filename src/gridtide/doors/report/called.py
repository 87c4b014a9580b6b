"""Calls of the grid as a report shades them in the curves of a site: prepare, ramp, hold, recover."""

from typing import Any

import numpy as np

from gridtide.decide.event import Event, EventKind
from gridtide.doors.results.calls import asked_words, off_words
from gridtide.fleet.site import Site
from gridtide.simulate.calls import NONE, CallRow
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.timeline import Timeline, epoch_s

Phase = tuple[str, int, int]


def called_of(comparison: Comparison, shown: Course, site: Site) -> list[dict[str, Any]]:
    """Each call of a site in the order of the case: name, what it asked and came to, and its phases inside the course.

    phases: [what, first second, last second); a call that was declined has its window alone. limit_kw: of a call
    that binds, and of a set-point, else null.
    """
    settled = comparison.of(shown.policy)
    rows = {row.event: row for row in settled.calls} if settled else {}
    found = []
    for event in comparison.study.events:
        if event.site != site.name:
            continue
        row = rows.get(event)
        found.append(
            {
                "name": event.label,
                "kind": str(event.kind),
                "says": _said(event, row),
                "declined": event.may_be_declined and (row is None or row.share == 0.0),
                "phases": _phases(event, row, comparison.study.timeline),
                "limit_kw": float(event.limit_kw)
                if np.isfinite(event.limit_kw)
                else event.setpoint_kw,
            }
        )
    return found


def _said(event: Event, row: CallRow | None) -> str:
    """What it asked, agreed and delivered, in a line."""
    if event.kind is EventKind.ALERT:
        return "a warning, which asks for nothing"
    if event.kind is EventKind.EXPORT_LIMIT:
        return f"feeds in at most {event.export_max_kw:,.0f} kW"
    if event.kind is EventKind.SETPOINT and row is None:
        return f"{asked_words(event)}; never heard"
    limit = f"at most {event.limit_kw:,.0f} kW" if np.isfinite(event.limit_kw) else ""
    if row is None:
        return limit or "never heard"
    if row.held is not None:
        return f"{asked_words(event)}; {off_words(row.held)}"
    if row.baseline == NONE:
        return f"{limit}; {row.settled.above_limit_kwh:,.1f} kWh above it"
    if row.share == 0.0:
        return row.reason
    settled, more = row.settled, "more" if event.kind is EventKind.ABSORB else "less"
    words = [limit] if limit else []
    words.append(
        f"{settled.agreed_kwh:,.0f} kWh {more} agreed of {settled.asked_kwh:,.0f} asked, "
        f"{settled.delivered_kwh:,.0f} delivered"
    )
    if event.recover_h > 0.0:
        words.append(f"rebound {settled.rebound_kw:,.0f} kW")
    return "; ".join(words)


def _phases(event: Event, row: CallRow | None, timeline: Timeline) -> list[Phase]:
    """The stretches of a call inside the course, one behind the other."""
    start_s, end_s = epoch_s(event.start), epoch_s(event.end)
    phases: list[Phase] = [("hold", start_s, end_s)]
    if row is not None and row.share > 0.0:
        ramp_s = round(_ramp_min(event, row) * 60)
        issued_s = min(epoch_s(event.issued_at), start_s - ramp_s)
        phases = [
            ("prepare", issued_s, start_s - ramp_s),
            ("ramp", start_s - ramp_s, start_s),
            *phases,
            ("recover", end_s, end_s + round(3600 * event.recover_h)),
        ]
    first_s, last_s = int(timeline.edges_s[0]), int(timeline.edges_s[-1])
    inside = [(what, max(begins, first_s), min(ends, last_s)) for what, begins, ends in phases]
    return [(what, begins, ends) for what, begins, ends in inside if begins < ends]


def _ramp_min(event: Event, row: CallRow) -> float:
    """Minutes in which a site comes down to what it agreed, on the mean; none without a ramp."""
    hours = (epoch_s(event.end) - epoch_s(event.start)) / 3600.0
    if event.ramp_max_kw_per_min is None or event.kind is EventKind.ABSORB or row.baseline == NONE:
        return 0.0
    return row.settled.agreed_kwh / hours / event.ramp_max_kw_per_min
