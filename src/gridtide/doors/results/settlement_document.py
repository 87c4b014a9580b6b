"""The JSON document of a settlement: keys are a contract."""

from dataclasses import asdict, fields
from typing import Any

from gridtide.settle.baseline_rule import Programme
from gridtide.settle.call import Meter
from gridtide.settle.call_settlement import CallSettlement
from gridtide.settle.line import Line, total
from gridtide.settle.market_rule import MarketRule
from gridtide.timeline import instant

PAID = "amounts are what a site pays; below 0 it earns"


def line_document(line: Line) -> dict[str, Any]:
    """One line, its inputs by name."""
    return {**asdict(line), "inputs": dict(line.inputs)}


def totals_document(lines: tuple[Line, ...]) -> dict[str, Any]:
    """Lines, what they come to by kind in the order they first appear, and altogether."""
    kinds = dict.fromkeys(line.what for line in lines)
    return {
        "lines": [line_document(line) for line in lines],
        "totals": {
            kind: total(tuple(line for line in lines if line.what == kind)) for kind in kinds
        },
        "total": total(lines),
    }


def programme_document(programme: Programme) -> dict[str, Any]:
    """A programme with every setting and where it comes from."""
    told = {field.name: getattr(programme, field.name) for field in fields(programme)}
    return {**told, "unverified": list(programme.unverified), "rule": asdict(programme.rule)}


def days_of(whose: str, clock: str) -> str:
    """On which clock days begin: on another, other days are like a called one, and other versions hold."""
    return f"days of {whose} begin at midnight of {clock}"


def meter_document(
    meter: Meter | None, lines: tuple[Line, ...], clocks: tuple[tuple[str, str], ...], currency: str
) -> dict[str, Any]:
    """A stranger's meter, or awards without one: lines and totals. clocks: whose and which, that of calls first."""
    return {
        "meter": meter.source if meter else None,
        "clock": clocks[0][1],
        "currency": currency,
        "programme": None,
        "calls": [],
        **totals_document(lines),
        "notes": [
            PAID,
            *(days_of(whose, clock) for whose, clock in clocks),
            *doubts(lines),
            *(meter.notes if meter else ()),
        ],
    }


def calls_document(
    told: dict[str, Any],
    settled: tuple[Programme, tuple[CallSettlement, ...]],
    meter: Meter,
) -> dict[str, Any]:
    """The document of a meter with its calls: programme, calls by interval, their lines before all others."""
    programme, calls = settled
    lines = tuple(line for one in calls for line in one.lines)
    beside = told["lines"]
    found = totals_document(lines)
    doubted = ", ".join(programme.unverified)
    for line in beside:
        found["totals"].setdefault(line["what"], 0.0)
        found["totals"][line["what"]] += line["amount"]
    return {
        **told,
        "meter": meter.source,
        "programme": programme_document(programme),
        "calls": [_call(one, programme) for one in calls],
        "lines": [*found["lines"], *beside],
        "totals": found["totals"],
        "total": found["total"] + told["total"],
        "notes": [
            *told["notes"],
            *doubts(lines),
            *([f"{programme.name}: unverified settings: {doubted}"] if doubted else []),
        ],
    }


def called_document(
    settled: tuple[Programme, tuple[CallSettlement, ...]] | None,
) -> dict[str, Any]:
    """Programme and calls of a run, empty where none were settled."""
    if settled is None:
        return {"programme": None, "calls": []}
    programme, calls = settled
    return {
        "programme": programme_document(programme),
        "calls": [_call(one, programme) for one in calls],
    }


def formulas_document(
    programmes: dict[str, Programme], rules: tuple[MarketRule, ...]
) -> dict[str, Any]:
    """Every programme and every version of a formula, with what is not verified."""
    return {
        "programmes": [programme_document(one) for one in programmes.values()],
        "rules": [
            {
                "name": rule.name,
                "market": rule.market,
                "clock": rule.clock,
                "title": rule.title,
                "formula": rule.formula,
                "holds_from": rule.holds_from.isoformat() if rule.holds_from else None,
                "holds_to": rule.holds_to.isoformat() if rule.holds_to else None,
                "status": rule.status,
                "edition": rule.edition,
                "source": rule.source,
                "primary": rule.primary,
                "mark": rule.mark,
                "unverified": list(rule.unverified),
                "terms": asdict(rule.terms),
            }
            for rule in rules
        ],
    }


def doubts(lines: tuple[Line, ...]) -> list[str]:
    """A sentence for each version that nobody has verified, and for each line that rests on a part of its peaks."""
    doubted = dict.fromkeys(line.version for line in lines if line.mark == "unverified")
    said = [f"{version} is unverified" for version in doubted]
    for line in lines:
        inputs = dict(line.inputs)
        given, asked = inputs.get("peaks_given"), inputs.get("peaks_of_rule")
        if isinstance(given, float) and isinstance(asked, float) and given < asked:
            said.append(
                f"{line.site}: {given:.0f} of the {asked:.0f} peaks of {line.version} are given; the mean is over those"
            )
    return said


def _call(one: CallSettlement, programme: Programme) -> dict[str, Any]:
    found = one.baseline
    return {
        "start": instant(one.call.start_s).isoformat(),
        "end": instant(one.call.end_s).isoformat(),
        "direction": str(one.call.direction),
        "committed_kw": one.call.committed_kw,
        "days": [day.isoformat() for day in found.days],
        "adjustment_asked": found.asked,
        "adjustment_used": found.used,
        "window_kw": found.window_kw,
        "usual_window_kw": found.usual_kw,
        "flags": list(found.flags),
        "accuracy": {
            "days": one.accuracy.days,
            "rrmse": one.accuracy.rrmse,
            "gate": programme.rule.gate_rrmse,
            "passes": one.accuracy.passes(programme.rule),
        },
        "intervals": [
            {
                "start": instant(int(one.starts_s[row])).isoformat(),
                "baseline_kw": float(one.baseline_kw[row]),
                "metered_kw": float(one.metered_kw[row]),
                "credited_kwh": float(one.credit_kwh[row]),
            }
            for row in range(len(one.starts_s))
        ],
        "credited_kwh": float(one.credit_kwh.sum()),
        "delivered_share": one.delivered_share,
    }
