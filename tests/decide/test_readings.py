"""What plans read once and keep is what they would read anew, to the byte."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.reading import outdoor_c
from gridtide.decide.readings import Readings
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Telescoped
from gridtide.digest import digest
from gridtide.fleet.changeover import Changeover
from gridtide.fleet.contract import Exposure
from gridtide.fleet.learning.steady import building_of
from gridtide.simulate.course import run_course
from gridtide.simulate.policies import PlanAndPlace, policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.learned_sites import plain_map
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.testing.studies import small_study
from gridtide.timeline import Spans, Timeline

FEW = settings(max_examples=15)
FAR: Spans = ((8, 900), (4, 3600), (3, 4 * 3600))
SETTLED_TWICE = Exposure.TWO_SETTLEMENT


@cache
def seen(number: int) -> Situation:
    """One of the small situations; every other one settles its energy twice."""
    situation = list(situations())[number]
    sites = situation.fleet.sites
    if number % 2:
        twice = replace(
            sites[0].contract, exposure=SETTLED_TWICE, gate_closure_h=4.0, real_time_zone="north"
        )
        sites = (replace(sites[0], contract=twice), *sites[1:])
    return replace(situation, fleet=replace(situation.fleet, sites=sites))


@cache
def crooked() -> Situation:
    """A situation whose prices change within its steps, so that they have to be averaged."""
    situation = seen(0)
    edges_s = situation.horizon.edges_s
    other = Timeline(edges_s=np.append(edges_s[:-1] + np.arange(len(edges_s) - 1) % 3, edges_s[-1]))
    signals = [
        replace(signal, timeline=other) if len(signal.values) == len(other) else signal
        for signal in situation.signals
    ]
    return replace(situation, signals=tuple(signals))


def part_of(situation: Situation, first: int, last: int) -> Situation:
    """What is seen later in a course, or less far ahead: some of the steps, from the first of them on."""
    edges_s = situation.horizon.edges_s[first : last + 1]
    horizon = Timeline(edges_s=edges_s)
    return replace(situation, horizon=horizon, as_of=horizon.start)


@FEW
@given(st.data())
def test_what_was_read_before_changes_no_fact(data: st.DataObject) -> None:
    """Whatever was read before, of the same signals or others, over longer or shorter horizons."""
    known = Readings()
    pool = [*(seen(number) for number in range(4)), crooked()]
    for _ in range(4):
        situation = data.draw(st.sampled_from(pool))
        first = data.draw(st.integers(0, 60))
        last = data.draw(st.integers(first + 4, len(situation.horizon)))
        later = part_of(situation, first, last)
        held = held_of(later, OBJECTIVE)
        kept = facts_of(later, OBJECTIVE, held, readings=known)
        assert digest(kept) == digest(facts_of(later, OBJECTIVE, held))


def test_a_plant_that_remembers_is_read_anew_from_each_hour() -> None:
    """What it feels hangs on the hour it is looked at from, so what was read from an earlier one is no answer."""
    situation = seen(0)
    site = situation.fleet.sites[0]
    felt_c = outdoor_c(situation)[0]
    capacity_kw = site.facility.it_capacity_kw
    changes = Changeover(
        wet_share=0.0,
        returns_below_c=float(felt_c.min()) - 1.0,
        leaves_above_c=float(np.quantile(felt_c, 0.9)),
    )
    told = replace(plain_map(capacity_kw), changeover=changes)
    facility = replace(site.facility, learned=building_of(told, capacity_kw, "0" * 64))
    sites = (replace(site, facility=facility), *situation.fleet.sites[1:])
    situation = replace(situation, fleet=replace(situation.fleet, sites=sites))
    known = Readings()
    known.of(outdoor_c, situation)
    for first in range(0, 92, 4):
        later = part_of(situation, first, 96)
        assert known.of(outdoor_c, later).tobytes() == outdoor_c(later).tobytes()


@pytest.mark.parametrize("telescope", [(), FAR])
def test_a_plan_made_with_memory_is_the_plan_made_from_nothing(telescope: Spans) -> None:
    """Planners that have planned before, for the same fleet and for another, plan as new ones do."""
    readings = Readings()
    remembering = Telescoped(objective=OBJECTIVE, telescope=telescope, readings=readings)
    for number, first in ((0, 0), (0, 9), (0, 9), (1, 3), (0, 4)):
        situation = part_of(seen(number), first, 96)
        fresh = Telescoped(objective=OBJECTIVE, telescope=telescope).plan(situation)
        assert digest(remembering.plan(situation)) == digest(fresh)


def without_memory(policy: PlanAndPlace) -> PlanAndPlace:
    """The policy whose parts keep nothing from one turn to the next."""
    planner = policy.planner
    assert isinstance(planner, Coordinated | Telescoped)
    forgetful = replace(planner, readings=None)
    dispatcher = replace(policy.dispatcher, readings=None)
    return replace(policy, planner=forgetful, fitter=forgetful, dispatcher=dispatcher)


def chain_of(study: Study, remembers: bool) -> str:
    """The last link of the audit chain of a course."""
    policy, forecaster, known = policy_named("coordinated", study)
    assert isinstance(policy, PlanAndPlace)
    chosen = policy if remembers else without_memory(policy)
    store = MemoryStore()
    run_course(known, truth_of(study), chosen, forecaster, store, lambda done, whole: None)
    last = store.last()
    assert last is not None
    return last.hash


@pytest.mark.parametrize("telescope", [(), FAR])
def test_a_course_with_memory_decides_what_one_without_decides(telescope: Spans) -> None:
    """The audit chains, which hold the digest of every decision, are the same."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    study = replace(study, cadence=replace(study.cadence, telescope=telescope))
    assert chain_of(study, remembers=True) == chain_of(study, remembers=False)


def test_what_is_kept_cannot_be_written_and_is_let_go_with_its_signals() -> None:
    """Readings are read-only, and those of an earlier issue are gone when a new one is read."""
    known = Readings()
    facts = facts_of(seen(0), OBJECTIVE, held_of(seen(0), OBJECTIVE), readings=known)
    with pytest.raises(ValueError, match="read-only"):
        facts.supply_kw[0, 0] = 1.0
    before = len(known)
    facts_of(seen(2), OBJECTIVE, held_of(seen(2), OBJECTIVE), readings=known)
    assert len(known) == before
