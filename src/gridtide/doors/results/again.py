"""One decision of a run taken again: what it knew, proved against the run's audit chain."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gridtide.doors.results.folder import CASE_FOLDER
from gridtide.doors.results.posed import Posed
from gridtide.finding import BadInput, Finding
from gridtide.loop.mandate import Policy
from gridtide.loop.turn import Turn
from gridtide.simulate.course import Progress
from gridtide.simulate.policies import PlanAndPlace, policy_named
from gridtide.simulate.replay import Retaken, Written, replayed
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.trust.audit import broken_link, contents
from gridtide.trust.record import Stage


@dataclass(frozen=True, kw_only=True, eq=False)
class Again:
    """The study as the policy knew it, and one decision of it."""

    study: Study
    retaken: Retaken
    policy: PlanAndPlace

    @property
    def turn(self) -> Turn:
        """The turn that decided."""
        return self.retaken.turn

    @property
    def posed(self) -> Posed:
        """What a what-if of it is asked of."""
        return Posed(
            situation=self.turn.situation,
            objective=self.study.objective,
            planned_by=str(self.study.risk.uncertainty.value),
        )


def study_again(folder: Path, policy: str, case: Path | None) -> tuple[Study, PlanAndPlace, str]:
    """The study a policy of a run saw, the policy, and its forecaster.

    case: where the case stands now, None for where it stood. Raises BadInput when it is not there, is not
    the one that was run, or the policy decides by no plan.
    """
    known, chosen, forecaster = course_again(folder, policy, case)
    if not isinstance(chosen, PlanAndPlace):
        raise BadInput(
            [
                Finding(
                    subject=f"policy {policy}",
                    value="decides by no plan, so there is none to solve again",
                    limit="a policy that plans, such as coordinated",
                    mend="Name one with --policy, or ask without --what-if and --alternatives.",
                )
            ]
        )
    return known, chosen, forecaster


def course_again(folder: Path, policy: str, case: Path | None) -> tuple[Study, Policy, str]:
    """As `study_again`, of any policy."""
    from gridtide.case.load import load_case

    study = load_case(_same_case(folder, case))
    chosen, forecaster, known = policy_named(policy, study)
    return known, chosen, forecaster


def decision_again(
    folder: Path,
    known: tuple[Study, PlanAndPlace, str],
    at: datetime,
    progress: Progress,
) -> Again:
    """The last decision at or before `at`. Raises BadInput when there is none or it comes out otherwise."""
    study, policy, forecaster = known
    written = [written_of(one) for one in told_in(folder / f"audit-{policy.name}.jsonl")]
    until = [one for one in written if one.as_of <= at]
    if not until:
        first = written[0].as_of if written else None
        raise BadInput(
            [
                Finding(
                    subject=f"--at {at:%Y-%m-%d %H:%M} UTC",
                    value="lies before the first decision",
                    limit=f"{first:%Y-%m-%d %H:%M} UTC or later" if first else "a decision",
                    mend="Name a later time.",
                )
            ]
        )
    retaken = replayed(study, truth_of(study), policy, forecaster, until, progress)
    return Again(study=study, retaken=retaken, policy=policy)


def told_in(path: Path) -> list[dict[str, Any]]:
    """Decisions of an audit chain as they were told, oldest first. Raises BadInput when a link is broken."""
    entries = JsonLinesStore(path).entries()
    broken = broken_link(entries)
    if broken is not None:
        raise BadInput(
            [
                Finding(
                    subject=f"{path} line {broken + 1}",
                    value="does not follow from the lines before it",
                    limit="the chain as it was written",
                    mend="Restore the file from a copy, or run the case again.",
                )
            ]
        )
    told = str(Stage.TOLD.value)
    return [content for content in contents(entries) if content.get("stage") == told]


def written_of(content: dict[str, Any]) -> Written:
    """What a decision of a chain saw and told."""
    return Written(
        as_of=datetime.fromisoformat(str(content["as_of"])),
        situation=str(content["situation"]),
        dispatch=str(content["dispatch"]),
    )


def _same_case(folder: Path, case: Path | None) -> Path:
    """The case of a run at a place its relative paths hold from."""
    kept, where = folder / "case.toml", folder / CASE_FOLDER
    told = where.read_text(encoding="utf-8").splitlines() if where.is_file() else []
    if not kept.is_file() or (case is None and len(told) != 2):
        raise BadInput([_lost(folder, "says neither its case nor where that stood")])
    if case is None:
        case = Path(told[0]) / told[1]
    if not case.is_file():
        raise BadInput([_lost(folder, f"was run from {case}, which is not there any more")])
    if _tables(case) != _tables(kept):
        raise BadInput([_lost(folder, f"was run from another case than {case} is now")])
    return case


def _tables(case: Path) -> object:
    """What a case says, however it is laid out; its bytes where it is no TOML."""
    raw = case.read_bytes()
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return raw


def _lost(folder: Path, value: str) -> Finding:
    return Finding(
        subject=f"run {folder.name}",
        value=value,
        limit="the case as it was run, beside the data it names",
        mend="Say where it stands with --case FILE, or run it again.",
    )
