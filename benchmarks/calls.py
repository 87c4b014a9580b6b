"""What calls of the grid came to over several draws of a case, beside what was declared and what would have been drawn.

    python benchmarks/calls.py CASE.toml [--seeds 1,2,3]

Each seed draws other jobs and, where they are made up, other signals. Of each call that the coordinated policy took:
energy agreed; what was delivered beside the same policy without the calls, and beside the baseline as it followed the
work that came; and how far that baseline and the one declared at first lie from what would have been drawn.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from points_over_seeds import drawn

from gridtide.decide.call_answer import CallAnswer, answers_of, inside_share
from gridtide.settle.calls import measured_call, settle_call
from gridtide.simulate.calls import call_rows, drawn_of, unheard_course
from gridtide.simulate.course import Course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

POLICY = "coordinated"


def lived(study: Study) -> Course:
    """The course with the calls, and what the same policy would have drawn without."""
    policy, forecaster, known = policy_named(POLICY, study)
    plain = unheard_course(known, truth_of(known), policy, forecaster, lambda done, steps: None)
    return replace(course_of(study, POLICY), without_calls=plain.telemetry)


def missed_kw(study: Study, course: Course, answer: CallAnswer) -> tuple[float, float]:
    """How far the baseline as it followed, and as it was at first, lies from what would have been drawn."""
    assert course.without_calls is not None
    horizon = study.timeline
    inside = inside_share(horizon, answer.event.start, answer.event.end) > 0.0
    plain_kw = drawn_of(study, course.without_calls, answer.event)[inside]
    first = answer
    if answer.declared is not None:
        first = replace(answer, baseline_kw=answer.declared.expected_kw)
    followed_kw, first_kw = (one.baseline_over(horizon)[inside] for one in (answer, first))
    return (
        float(np.abs(followed_kw - plain_kw).mean()),
        float(np.abs(first_kw - plain_kw).mean()),
    )


def tell(study: Study, seed: int) -> None:
    """A line for each call that may be declined."""
    course = lived(study)
    answers = answers_of(course.calls)
    by_event = {one.event: one for one in answers}
    for row in call_rows(study, course):
        if row.event not in by_event or not row.event.may_be_declined:
            continue
        if row.share == 0.0:
            print(f"seed {seed} {row.event.label}: {row.reason}")
            continue
        answer = by_event[row.event]
        drawn_kw = drawn_of(study, course.telemetry, row.event)
        beside = settle_call(
            measured_call(answer, answers, drawn_kw, study.timeline), study.timeline
        )
        followed_kw, first_kw = missed_kw(study, course, answer)
        print(
            f"seed {seed} {row.event.label}: agreed {row.settled.agreed_kwh:,.0f} kWh, "
            f"delivered {row.settled.performance:.3f}, beside the declared {beside.performance:.3f}; "
            f"baseline off by {followed_kw:,.0f} kW, at first by {first_kw:,.0f} kW"
        )


def main() -> None:
    """Read the words of the command line and tell each seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("case", type=Path)
    parser.add_argument("--seeds", default="1,2,3")
    options = parser.parse_args()
    for seed in options.seeds.split(","):
        tell(drawn(options.case, int(seed)), int(seed))


if __name__ == "__main__":
    main()
