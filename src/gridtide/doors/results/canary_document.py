"""The days of a plugin beside the house, as plain values: the contract of `gridtide backtest --canary --json`."""

from typing import Any

from gridtide.simulate.canary import Canary, CanaryDay
from gridtide.simulate.study import Study
from gridtide.trust.beside_house import WORSE_SHARE
from gridtide.trust.plugin import NEXT, Trial

DEFINITIONS = (
    "cost: energy, wear, fuel and carbon of a day of the clocks of the sites",
    f"flags: a cost more than {WORSE_SHARE:.0%} of the house's usual day above that of the house, decisions that the"
    " guard refused, turns without an answer; of whole days",
    "clean days: whole days without a flag, counted back from the last",
    "raised: by an approver, who signs the plugin anew with the next trial",
)


def canary_document(
    study: Study, found: Canary, trial: Trial, needed: int, house: str
) -> dict[str, Any]:
    """may_be_raised_to: the next trial where enough clean days stand, else null."""
    raised = NEXT.get(trial) if found.clean_days >= needed and not found.missed else None
    return {
        "case": study.name,
        "currency": study.currency,
        "plugin": found.plugin,
        "house": house,
        "trial": str(trial),
        "days": [_day(day) for day in found.days],
        "clean_days": found.clean_days,
        "needed_days": needed,
        "may_be_raised_to": None if raised is None else str(raised),
        "missed": found.missed,
        "faults": list(found.faults),
        "definitions": list(DEFINITIONS),
    }


def _day(day: CanaryDay) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "whole": day.whole,
        "house_cost": day.house_cost,
        "plugin_cost": day.plugin_cost,
        "refused": day.refused,
        "failed": day.failed,
        "flags": list(day.flags),
    }
