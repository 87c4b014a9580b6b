"""Can everything a study promises and limits hold together, for somebody who knows everything?"""

from gridtide.decide.conflict.answer import Conflict
from gridtide.decide.conflict.at_a_glance import seen_at_a_glance
from gridtide.decide.conflict.course import conflict_of
from gridtide.finding import Finding
from gridtide.simulate.bound import known_course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth


def conflict_in_study(study: Study, truth: Truth, soft_promises: bool = True) -> Conflict | None:
    """What cannot hold together, None where everything can; then no policy keeps all of it.

    soft_promises: false leaves out work and requests that may be given up at their price.
    """
    return conflict_of(known_course(study, truth), study.objective, soft_promises)


def overfull(study: Study, truth: Truth) -> list[Finding]:
    """What cannot hold together by counting alone; where nothing is found, it may still be so."""
    return seen_at_a_glance(known_course(study, truth))
