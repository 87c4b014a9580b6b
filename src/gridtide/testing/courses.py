"""Courses and comparisons of a study by the names of its policies, nothing written to disk."""

from gridtide.simulate.compare import Comparison, Entrant, compare
from gridtide.simulate.course import Course, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.trust.record import Store


def course_of(study: Study, policy: str = "coordinated", store: Store | None = None) -> Course:
    """A policy's course through a study, with what the policy may know; its chain goes to the store."""
    chosen, forecaster, known = policy_named(policy, study)
    chain = MemoryStore() if store is None else store
    return run_course(known, truth_of(study), chosen, forecaster, chain, lambda done, whole: None)


def compared(study: Study, *policies: str) -> Comparison:
    """A study through policies, all of its own where none is named, each beside the reference."""
    entrants = []
    for name in policies or study.policies:
        policy, forecaster, known = policy_named(name, study)
        entrants.append(
            Entrant(policy=policy, forecaster=forecaster, study=known, store=MemoryStore())
        )
    return compare(study, tuple(entrants), announce=lambda name: lambda done, whole: None)
