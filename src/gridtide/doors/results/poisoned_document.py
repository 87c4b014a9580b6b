"""What signals cost that lie, as plain values: the contract of `gridtide backtest --poisoned --json`."""

from typing import Any

from gridtide.settle.promises import Cause
from gridtide.simulate.poisoned import Harm, Poisoned
from gridtide.simulate.settlement import Settlement
from gridtide.simulate.study import Study

DEFINITIONS = (
    "a signal that lies is mirrored between its lowest and highest value: no range and no pace gives it away, only a"
    " second source does",
    "extra: cost beyond that of the same policy on honest signals; below 0 where the lie was lucky",
    "no more: what no course that keeps its limits pays more than for energy, whatever it believed: all work in the"
    " dearest steps that it is there for, at the dearest place, with every restart there can be; all requests where"
    " they keep most machines; stores filled when dear and emptied when cheap; proved by a linear program",
    "without a look at work: the same with every site at its import limit, or at all its building and store can draw,"
    " wherever that costs something",
)


def poisoned_document(study: Study, found: dict[str, Poisoned]) -> dict[str, Any]:
    """policies: by name, their cost on honest signals and the lies, dearest first."""
    first = next(iter(found.values()))
    worst = max(one.worst_energy_cost for one in found.values())
    return {
        "case": study.name,
        "currency": study.currency,
        "reference_cost": first.reference.total_cost,
        "most_energy_cost": first.most_energy_cost,
        "at_their_limits": first.at_their_limits,
        "worst_energy_cost": worst,
        "most_to_worst": first.most_energy_cost / worst if worst > 0.0 else None,
        "policies": [
            {
                "policy": name,
                "honest_cost": one.honest.total_cost,
                "honest_energy_cost": one.honest.energy_cost,
                "lies": sorted(
                    (_lie(harm, one.honest) for harm in one.harms),
                    key=lambda row: -row["extra_cost"],
                ),
            }
            for name, one in found.items()
        ],
        "definitions": list(DEFINITIONS),
    }


def _lie(harm: Harm, honest: Settlement) -> dict[str, Any]:
    """missed: promised deadlines that no cause explains; a lie is none."""
    settled = harm.settlement
    return {
        "signals": [{"kind": str(kind), "zone": zone} for kind, zone in harm.signals],
        "total_cost": settled.total_cost,
        "energy_cost": settled.energy_cost,
        "extra_cost": settled.total_cost - honest.total_cost,
        "promised": settled.promises.promised,
        "missed": settled.promises.missed.get(Cause.UNEXPLAINED, 0),
        "beyond_limit_kwh": harm.beyond_kwh,
        "requests_refused": settled.requests_refused,
    }
