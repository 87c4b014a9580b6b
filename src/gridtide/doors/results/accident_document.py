"""The document of `gridtide study` for `kind = "accident"`: frequency, who left, lines, and what prevents it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.accident import Accident, Breach, Course, grouped, steepest_return_kw_per_min
from gridtide.grid.line_cascade import CascadeStep, Lines
from gridtide.grid.prevention import Prevented

Real = NDArray[np.float64]
DRAWN = 1_200
FULLEST = 8


def accident_document(
    accident: Accident, course: Course, ways: tuple[Prevented, ...]
) -> dict[str, Any]:
    """passes: no bound is passed and no rule broken. picture: what a page draws, thinned."""
    grid, rule = accident.grid, accident.rule
    return {
        "kind": "accident",
        "of": accident.name,
        "passes": not course.breaches,
        "nominal_hz": grid.nominal_hz,
        "system_kva": grid.system_kva,
        "inertia_s": grid.inertia_s,
        "load_kw": grid.load_kw,
        "rule": {
            "name": rule.name,
            "authority": rule.authority,
            "status": rule.provenance.status,
            "source": rule.provenance.source,
            "mark": rule.provenance.mark,
        },
        "events": [
            {
                "name": one.name,
                "kind": one.kind,
                "at_s": one.at_s,
                "surplus_kw": one.surplus_kw,
                "over_s": one.over_s,
            }
            for one in accident.changes
        ],
        "sags": len(accident.sags),
        "frequency": {
            "first_hz_per_s": course.first_hz_per_s,
            "steepest_hz_per_s": course.steepest_hz_per_s,
            "window_s": accident.bounds.window_s,
            "lowest_hz": course.lowest_hz,
            "lowest_at_s": float(course.time_s[course.frequency_hz.argmin()]),
            "highest_hz": course.highest_hz,
            "highest_at_s": float(course.time_s[course.frequency_hz.argmax()]),
            "last_hz": float(course.frequency_hz[-1]),
            "settles_hz": course.settles_hz if np.isfinite(course.settles_hz) else None,
        },
        "limits": {
            "lowest_hz": accident.bounds.lowest_hz,
            "highest_hz": accident.bounds.highest_hz,
            "rocof_hz_per_s": accident.bounds.rocof_hz_per_s,
            "largest_loss_kw": accident.bounds.largest_loss_kw,
            "return_kw_per_min": accident.bounds.return_kw_per_min,
        },
        "left": [
            {
                "site": one.site,
                "at_s": one.at_s,
                "kw": one.kw,
                "because": one.because,
                "allowed": one.allowed,
                "rule": one.rule,
                "generates": one.generates,
            }
            for one in course.left
        ],
        "away_kw": {
            "most": float(course.away_kw.max(initial=0.0)),
            "last": float(course.away_kw[-1]),
            "return_kw_per_min": steepest_return_kw_per_min(course),
        },
        "groups": [
            {"sites": list(names), "load_kw": load_kw} for names, load_kw in grouped(accident)
        ],
        "faults": [{"site": site, "says": says} for site, says in course.faults],
        "answering": [
            {
                "name": one.name,
                "kind": one.kind.value,
                "most_up_kw": float(np.maximum(answer, 0.0).max()),
                "most_down_kw": float(np.maximum(-answer, 0.0).max()),
            }
            for one, answer in zip(accident.answering, course.answered_kw, strict=True)
        ],
        "lines": None if accident.lines is None else _lines(accident.lines, course),
        "breaches": [_breach(one) for one in course.breaches],
        "prevented": [_prevented(one) for one in ways],
        "picture": _picture(accident, course, ways),
    }


def _breach(breach: Breach) -> dict[str, Any]:
    return {
        "kind": breach.kind,
        "says": breach.says,
        "value": breach.value,
        "limit": breach.limit,
        "beyond": breach.beyond,
    }


def _prevented(one: Prevented) -> dict[str, Any]:
    return {
        "way": one.way.kind.value,
        "suffices": one.suffices,
        "undoes": list(one.undoes),
        "amount": one.amount,
        "unit": one.unit,
        "says": one.says,
        "moved_kw": one.moved_kw,
        "cost": one.cost,
        "leaves": [_breach(breach) for breach in one.leaves],
        "lowest_hz": one.course.lowest_hz,
        "highest_hz": one.course.highest_hz,
    }


def _lines(lines: Lines, course: Course) -> dict[str, Any]:
    assert course.cascade is not None
    return {
        "lost": [lines.names[k] for k in lines.lost],
        "trips_above": lines.trips_above,
        "most_loading": lines.most_loading,
        "ends": course.cascade.ends,
        "steps": [_step(lines, step) for step in course.cascade.steps],
    }


def _step(lines: Lines, step: CascadeStep) -> dict[str, Any]:
    buses = lines.network.buses.names
    ranked = np.argsort(-step.loading, kind="stable")[:FULLEST]
    return {
        "lost": [lines.names[k] for k in step.lost],
        "cut_off": [buses[k] for k in step.cut_off],
        "load_kw": step.load_kw,
        "fed_kw": step.fed_kw,
        "fullest": [
            {
                "branch": lines.names[k],
                "flow_kw": float(step.flow_kw[k]),
                "loading": float(step.loading[k]),
            }
            for k in ranked
            if step.loading[k] > 0.0
        ],
    }


def _picture(
    accident: Accident, course: Course, ways: tuple[Prevented, ...]
) -> dict[str, list[list[float]] | dict[str, list[list[float]]]]:
    """Points of time and value; where many steps lie between two points, the extreme ones are kept."""
    return {
        "frequency_hz": _thin(course.time_s, course.frequency_hz),
        "away_kw": _thin(course.time_s, course.away_kw),
        "answered_kw": {
            one.name: _thin(course.time_s, answer)
            for one, answer in zip(accident.answering, course.answered_kw, strict=True)
        },
        "secondary_kw": _thin(course.time_s, course.secondary_kw),
        "prevented_hz": {
            one.way.kind.value: _thin(one.course.time_s, one.course.frequency_hz)
            for one in ways
            if one.suffices
        },
    }


def _thin(time_s: Real, values: Real) -> list[list[float]]:
    size = max(1, len(values) // (DRAWN // 2))
    found: list[list[float]] = []
    for first in range(0, len(values), size):
        span = values[first : first + size]
        for at in sorted({int(span.argmin()), int(span.argmax())}):
            found.append([float(time_s[first + at]), float(span[at])])
    return found
