"""The JSON document of a settlement: keys are a contract."""

from dataclasses import asdict, fields
from typing import Any

from gridtide.settle.baseline_rule import Programme
from gridtide.settle.call import Meter
from gridtide.settle.call_settlement import CallSettlement
from gridtide.settle.line import Line, total
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


def calls_document(
    meter: Meter,
    settled: tuple[CallSettlement, ...],
    programme: Programme,
    clock: str,
    currency: str,
) -> dict[str, Any]:
    """A stranger's meter settled under a programme: programme, calls by interval, lines and totals."""
    lines = tuple(line for one in settled for line in one.lines)
    marks = () if programme.mark != "unverified" else (f"{programme.name} is unverified",)
    doubted = ", ".join(programme.unverified)
    return {
        "meter": meter.source,
        "clock": clock,
        "currency": currency,
        "programme": programme_document(programme),
        "calls": [_call(one, programme) for one in settled],
        **totals_document(lines),
        "notes": [
            PAID,
            *marks,
            *([f"{programme.name}: unverified settings: {doubted}"] if doubted else []),
            *meter.notes,
        ],
    }


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
