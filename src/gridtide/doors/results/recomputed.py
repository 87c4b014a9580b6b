"""One decision of a run recomputed from its record: guard, dispatch, settlement, and the proof of its plan."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gridtide.decide.recertified import Recertified, recertified
from gridtide.decide.risk import Uncertainty
from gridtide.doors.results.again import course_again, told_in, written_of
from gridtide.doors.results.maker import makers
from gridtide.doors.results.run_settlement import run_settlement
from gridtide.finding import BadInput, Finding
from gridtide.loop.mandate import Policy
from gridtide.loop.turn import Turn
from gridtide.simulate.course import Progress
from gridtide.simulate.policies import PlanAndPlace
from gridtide.simulate.replay import TakenOtherwise, replayed
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.json_lines import entries_in
from gridtide.trust.audit import NUMBER, content_of, contents
from gridtide.trust.record import Stage

LEAST_DIGITS = 6
PARTS = {
    "situation": ("as_of", "situation", "doubts"),
    "guard": ("rung", "refused", "answers"),
    "dispatch": ("dispatch", "id"),
    "plan": ("solver", "plan_cost", "lower_bound"),
}
"""Fields of a decision by what made them."""


def recomputed(
    folder: Path, policy: str, asked: str, case: Path | None, progress: Progress
) -> dict[str, Any]:
    """The document of one decision; asked: its id or how that begins, or last.

    Raises BadInput where the record is broken, the case is not the one that was run, or no decision is meant.
    """
    settled = run_settlement(folder, policy)
    chain = folder / f"audit-{policy}.jsonl"
    told = told_in(chain)
    at = meant(told, asked)
    study, chosen, forecaster = course_again(folder, policy, case)
    written = [written_of(one) for one in told[: at + 1]]
    why, turn = "", None
    try:
        turn = replayed(study, truth_of(study), chosen, forecaster, written, progress).turn
    except TakenOtherwise as otherwise:
        why = str(otherwise)
    kept = told[at]
    differs = list(PARTS) if turn is None else _different(kept, turn)
    certified = None if turn is None else _certified(kept, turn, chosen, study)
    return {
        "run": folder.name,
        "policy": policy,
        "decision": {name: kept.get(name) for name in ("id", "as_of", NUMBER, "rung", "owner")},
        "maker": makers(contents(entries_in(chain.read_bytes(), chain))),
        "same": {name: name not in differs for name in PARTS},
        "settlement": {
            "bit_equal": settled["bit_equal"],
            "total": settled["total"],
            "different": settled["different"],
        },
        "certified": certified,
        "bit_equal": not differs and settled["bit_equal"],
        "why": why,
    }


def holds(document: dict[str, Any]) -> bool:
    """Whether all came out as it was written down, and the plan is proved where there was one."""
    certified = document["certified"]
    return bool(document["bit_equal"] and (certified is None or certified["holds"] is not False))


def meant(told: list[dict[str, Any]], asked: str) -> int:
    """The place of the decision that is meant: last, or how its id begins. Raises BadInput where none or several."""
    if asked == "last" and told:
        return len(told) - 1
    found = [at for at, one in enumerate(told) if str(one["id"]).startswith(asked)]
    if len(asked) >= LEAST_DIGITS and len({told[at]["id"] for at in found}) == 1:
        return found[-1]
    value = (
        f"begins the id of {len(found)} decisions" if len(asked) >= LEAST_DIGITS else "is too short"
    )
    raise BadInput(
        [
            Finding(
                subject=f"decision {asked}",
                value=value,
                limit=f"last, or the first {LEAST_DIGITS} digits of an id or more, of one decision",
                mend="gridtide audit show lists them.",
            )
        ]
    )


def _different(kept: dict[str, Any], turn: Turn) -> list[str]:
    """Parts of the decision that are not to the last bit what was written; fields an older record lacks are passed."""
    now = content_of(replace(turn.decision, stage=Stage.TOLD))
    return [
        part
        for part, names in PARTS.items()
        if any(name in kept and kept[name] != now[name] for name in names)
    ]


def _certified(
    kept: dict[str, Any], turn: Turn, policy: Policy, study: Study
) -> dict[str, Any] | None:
    """The proof of the plan that was made for the decision; None where none was."""
    cost = kept.get("plan_cost")
    if cost is None or not isinstance(policy, PlanAndPlace):
        return None
    if study.risk.uncertainty is not Uncertainty.EXPECTED:
        return certified_against(None, cost, kept["lower_bound"])
    situation = policy.planned_for(turn.situation)
    found = recertified(situation, policy.dispatcher.objective)
    return certified_against(found, cost, kept["lower_bound"])


def certified_against(
    found: Recertified | None, cost: float, lower_bound: float | None
) -> dict[str, Any]:
    """What a proof says of a cost and a bound that were stated. found: None for a plan of many courses."""
    stated = {"stated_cost": cost, "stated_lower_bound": lower_bound}
    if found is None:
        why = "it was planned for many courses; the proof is of the point forecast's program"
        return {"holds": None, "why": [why], **stated}
    said = found.against(cost, lower_bound)
    return {"holds": not said, "why": list(said), **stated, **asdict(found)}
