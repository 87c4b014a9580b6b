"""`gridtide swing CASE`: the power of each site of a course, second by second, by the rules of grids."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gridtide.doors.cli.swing_judging import Asked, judged_document


def of_case(
    case: Path, asked: Asked, policy: str, window: tuple[datetime | None, int, float], drawn: bool
) -> dict[str, Any]:
    """The document of a case: one waveform a site. window: where it begins, seconds it lasts and between samples."""
    from gridtide.doors.cli.running import announcer, asked_study
    from gridtide.doors.results.swing_document import class_document, class_note
    from gridtide.finding import Gathered
    from gridtide.simulate.course import run_course
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.second_power import (
        busiest_window,
        class_swings,
        refuse_outside,
        second_power,
    )
    from gridtide.simulate.truth import truth_of
    from gridtide.stores.memory import MemoryStore
    from gridtide.timeline import epoch_s, instant

    named, study = asked_study(case, policy, Gathered())
    begins, lasts_s, step_s = window
    if begins is not None:
        refuse_outside(study.timeline, float(epoch_s(begins)), float(lasts_s))
    truth = truth_of(study)
    way, forecaster, known = policy_named(named, study)
    course = run_course(known, truth, way, forecaster, MemoryStore(), announcer()(named))
    shown = busiest_window(study, course, float(lasts_s), step_s)
    if begins is not None:
        shown = replace(shown, first_s=float(epoch_s(begins)))
    powers = second_power(study, course, shown, asked.known.iterations, study.seed)
    classes = class_swings(study, asked.known.iterations)
    sites = [judged_document(one.waveform, asked, (), drawn, one) for one in powers]
    return {
        "of": study.name,
        "policy": named,
        "passes": all(one["passes"] for one in sites),
        "from": instant(round(shown.first_s)).isoformat(),
        "lasts_s": shown.lasts_s,
        "step_s": shown.step_s,
        "iterations": [class_document(one) for one in classes],
        "sites": sites,
        "notes": [
            "iterations are made up: a period and a phase are drawn for each job",
            *(class_note(one) for one in classes),
            "what is not jobs follows the steps of the course by straight lines between their middles",
            *study.notes,
        ],
    }
