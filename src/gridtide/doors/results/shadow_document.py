"""What would have been saved, and whom it would have harmed: the contract of `gridtide backtest --shadow --json`."""

from typing import Any

from gridtide.simulate.course import Course
from gridtide.simulate.no_harm import Felt, felt
from gridtide.simulate.settlement import Settlement
from gridtide.simulate.study import Study

DEFINITIONS = (
    "before: the same work under the reference; after: under the policy; nothing was told to anybody",
    "harmed: more jobs late than before, a promise broken, answers beyond what the service tolerates, requests refused;"
    " a wait that keeps its deadline harms nobody, and stands there to be judged",
)


def shadow_document(
    study: Study, courses: tuple[Course, Course], settled: tuple[Settlement, Settlement]
) -> dict[str, Any]:
    """saved: in money, as a share of the cost before, null where that is nought or below."""
    before, after = settled
    rows = felt(study, *courses)
    saved = before.total_cost - after.total_cost
    return {
        "case": study.name,
        "currency": study.currency,
        "start": study.timeline.start.isoformat(),
        "end": study.timeline.end.isoformat(),
        "reference": courses[0].policy,
        "policy": courses[1].policy,
        "cost_before": before.total_cost,
        "cost_after": after.total_cost,
        "saved": saved,
        "saved_share": saved / before.total_cost if before.total_cost > 0.0 else None,
        "carbon_saved_kg": _difference(before.emissions_average_kg, after.emissions_average_kg),
        "harmed": sum(row.harmed for row in rows),
        "felt": [_row(row) for row in rows],
        "definitions": list(DEFINITIONS),
    }


def _difference(before: float, after: float) -> float | None:
    """None where an intensity is unknown."""
    found = before - after
    return found if found == found else None


def _row(row: Felt) -> dict[str, Any]:
    return {
        "whose": row.whose,
        "what": row.what,
        "unit": row.unit,
        "before": row.before,
        "after": row.after,
        "limit": row.limit,
        "harmed": row.harmed,
    }
