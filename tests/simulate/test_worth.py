"""What a change is worth to somebody who knows everything."""

from dataclasses import replace

from gridtide.decide.bound import best_course
from gridtide.simulate.bound import bound_of, known_course
from gridtide.simulate.truth import truth_of
from gridtide.simulate.worth import Worths, worths_of
from gridtide.testing.studies import small_study

STUDY = small_study(2, hours=24, jobs=60, accelerators=48)
NEAR = 1e-6


def found() -> Worths:
    """What changes are worth on a day of a small fleet."""
    return worths_of(STUDY, truth_of(STUDY), lambda what: None)


def test_freedom_never_costs() -> None:
    """Slack, import, batteries, no ramp rule and no demand charge only ever save; without a battery nothing does."""
    best = found().best
    assert best is not None
    seen = set()
    for worth in found().changes:
        assert worth.least is not None
        assert worth.most is not None
        assert worth.least <= worth.most + NEAR * abs(best.cost)
        if worth.what.startswith("no battery"):
            assert worth.least <= NEAR * abs(best.cost)
            seen.add("battery")
        elif "more accel" not in worth.what and " in " not in worth.what:
            assert worth.most >= -NEAR * abs(best.cost)
            seen.add(worth.what.partition(" ")[0])
    assert "battery" in seen
    assert "one" in seen


def test_the_best_course_with_limits_costs_no_less_than_the_bound() -> None:
    """Limits lifted can only lower it."""
    bound, best = bound_of(STUDY, truth_of(STUDY)), found().best
    assert bound is not None
    assert best is not None
    assert best.cost >= bound - NEAR * abs(bound)


def test_a_limit_that_binds_is_worth_something() -> None:
    """With half the import of a day's need, a little more of it saves money."""
    situation = known_course(STUDY, truth_of(STUDY))
    sites = [
        replace(site, contract=replace(site.contract, import_max_kw=limit))
        for site, limit in zip(situation.fleet.sites, (40.0, 1e6), strict=True)
    ]
    tight = replace(situation, fleet=replace(situation.fleet, sites=tuple(sites)))
    loose = best_course(situation, STUDY.objective)
    bound = best_course(tight, STUDY.objective)
    assert loose is not None
    assert bound is not None
    assert bound.cost > loose.cost
