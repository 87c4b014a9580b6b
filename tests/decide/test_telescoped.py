"""What a plan through a telescope promises."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.buckets import need_s, on_horizon
from gridtide.decide.facts import held_of
from gridtide.decide.layout import Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Event, Situation
from gridtide.decide.telescoped import Telescoped, views_of
from gridtide.digest import digest
from gridtide.loop.turn import Memory, take_turn
from gridtide.settle.promises import Cause
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of
from gridtide.testing.planners import OBJECTIVE, PlannerPromises
from gridtide.testing.studies import small_study
from gridtide.timeline import Spans, Timeline, coarser, holding, instant, regular

QUARTERS: Spans = ((1, 900),)
FAR: Spans = ((8, 900), (4, 3600), (3, 4 * 3600))
FEW = settings(max_examples=5)
SPANS = st.lists(
    st.tuples(st.integers(1, 30), st.sampled_from([900, 1800, 3600, 14_400])), max_size=4
)


def seen_through(study: Study, telescope: Spans) -> Study:
    """The study with its plans through a telescope."""
    return replace(study, cadence=replace(study.cadence, telescope=telescope))


@cache
def busy(seed: int, crowd: int) -> Situation:
    """What the second turn of a small course sees: work told, work running, a call of the grid ahead."""
    study = small_study(seed, hours=48, jobs=crowd, accelerators=32)
    start = study.timeline.start
    call = Event(
        site="east", start=start + timedelta(hours=13, minutes=20), end=start + timedelta(hours=15),
        import_max_kw=60.0, issued_at=start,
    )  # fmt: skip
    study = replace(study, events=(call,))
    policy, forecaster, known = policy_named("run-at-once", study)
    mandate, twin = mandate_of(known, forecaster), Twin.of(known, truth_of(known))
    turn = take_turn(mandate, policy, twin, Memory(), twin.now)
    twin.advance(turn.orders, instant(int(study.timeline.edges_s[23])))
    return take_turn(mandate, policy, twin, Memory(), twin.now).situation


BUSY = st.builds(busy, st.integers(0, 5), st.sampled_from([10, 60, 120]))


def both_facts(situation: Situation) -> tuple[Facts, Facts, Timeline, Reservations]:
    """Facts in coarse and in fine steps, the coarse steps, and the jobs that are free in them."""
    views = views_of(situation, held_of(situation, OBJECTIVE), OBJECTIVE, FAR)
    return views.coarse, views.fine, views.seen.horizon, views.held


class TestTelescoped(PlannerPromises):
    """A plan of coarse steps keeps every promise a planner gives, in the steps of the loop."""

    def planner(self, objective: Objective) -> Telescoped:
        """The planner under test."""
        return Telescoped(objective=objective, telescope=FAR)


def test_equal_steps_give_the_regular_plan_to_the_byte() -> None:
    """A telescope that makes no step longer changes nothing."""
    situation = busy(1, 60)
    plain = Coordinated(objective=OBJECTIVE).plan(situation)
    seen = Telescoped(objective=OBJECTIVE, telescope=QUARTERS).plan(situation)
    assert digest(seen) == digest(plain)


def test_equal_steps_give_the_regular_course_to_the_byte() -> None:
    """And the same jobs run in the same slots."""
    study = small_study(3, hours=24, jobs=20)
    plain = course_of(study)
    seen = course_of(seen_through(study, QUARTERS))
    assert digest(seen.executed) == digest(plain.executed)
    assert digest(seen.telemetry) == digest(plain.telemetry)


@given(spans=SPANS, start=st.integers(0, 95), count=st.integers(1, 700))
def test_coarse_steps_keep_to_the_clock_and_never_exceed_their_span(
    spans: list[tuple[int, int]], start: int, count: int
) -> None:
    """Edges are edges of the fine steps; begin and end stay; no step is longer than its span says."""
    fine = regular(instant(900 * start), timedelta(minutes=15), count)
    coarse = coarser(fine, spans)
    assert set(coarse.edges_s) <= set(fine.edges_s)
    assert (coarse.start, coarse.end) == (fine.start, fine.end)
    longest_s = max((step_s for _, step_s in spans), default=900)
    assert (np.diff(coarse.edges_s) <= longest_s).all()
    later = coarser(regular(instant(900 * (start + 4)), timedelta(minutes=15), count), spans)
    if len(spans) == 1:
        shared = (later.edges_s > later.edges_s[0]) & (later.edges_s < coarse.edges_s[-1])
        assert set(later.edges_s[shared]) <= set(coarse.edges_s)


@FEW
@given(situation=BUSY)
def test_a_coarse_step_never_counts_more_room_than_any_moment_in_it(situation: Situation) -> None:
    """Room for work, import and demand of machines: what fits the coarse step fits each of its moments."""
    coarse, fine, horizon, _ = both_facts(situation)
    shown = holding(horizon, situation.horizon)
    assert ((coarse.room - coarse.kept)[:, shown] <= fine.room - fine.kept).all()
    assert (coarse.kept[:, shown] >= fine.kept).all()
    assert (coarse.import_max_kw[:, shown] <= fine.import_max_kw + 1e-9).all()
    most = (coarse.requests_per_s * coarse.request_peak)[:, :, shown]
    assert (most >= fine.requests_per_s * (1.0 - 1e-12)).all()


def test_a_step_begins_where_a_limit_or_a_billing_month_does() -> None:
    """A call of the grid takes nothing from the hours around it, and no peak counts to two months."""
    situation = busy(0, 60)
    _, fine, horizon, _ = both_facts(situation)
    shown = holding(horizon, situation.horizon)
    assert (fine.import_max_kw < fine.import_max_kw.max(axis=1)[:, None]).any()
    for step in range(len(horizon)):
        inside = shown == step
        assert (np.ptp(fine.import_max_kw[:, inside], axis=1) == 0).all()
        assert (np.ptp(fine.months.of_step[:, inside], axis=1) == 0).all()


@FEW
@given(situation=BUSY)
def test_energy_is_what_it_is_whatever_the_steps(situation: Situation) -> None:
    """Requests, given work, supply and weather add up to the same over the horizon."""
    coarse, fine, _, _ = both_facts(situation)
    for name in ("requests_per_s", "given", "supply_kw", "price_per_kwh"):
        there, here = getattr(fine, name), getattr(coarse, name)
        assert np.allclose((there * fine.hours).sum(-1), (here * coarse.hours).sum(-1))
    floors = (coarse.curve.floor_kw * coarse.hours).sum(-1)
    assert np.allclose((fine.curve.floor_kw * fine.hours).sum(-1), floors)


@FEW
@given(situation=BUSY)
def test_a_window_never_gives_more_time_in_coarse_steps(situation: Situation) -> None:
    """A deadline inside a step counts to its begin, a release to its end; what then has no room stays as told."""
    _, _, horizon, held = both_facts(situation)
    first, last = on_horizon(held, horizon)
    edges_s = np.append(held.grid.edges_s, np.iinfo(np.int64).max)
    begins_s = horizon.edges_s[first]
    may = first < len(horizon)
    assert (begins_s[may] >= edges_s[held.first][may]).all()
    inside = held.grid.edges_s[held.last] <= horizon.edges_s[-1]
    assert (horizon.edges_s[last][inside] <= held.grid.edges_s[held.last][inside]).all()
    free = ~held.settled & (held.told.place >= 0) & inside
    soonest_s = held.grid.edges_s[held.first.min(axis=1, initial=len(held.grid))]
    free &= held.grid.edges_s[held.last] - soonest_s >= need_s(held)
    lasts_s = horizon.edges_s[last] - begins_s.min(axis=1, initial=horizon.edges_s[-1])
    assert (lasts_s[free] >= need_s(held)[free]).all()


@FEW
@given(situation=BUSY)
def test_a_plan_told_in_fine_steps_holds_in_fine_steps(situation: Situation) -> None:
    """Energy balances, machines suffice and stores stay within bounds at every moment."""
    _, fine, _, held = both_facts(situation)
    plan = Telescoped(objective=OBJECTIVE, telescope=FAR)._planned(situation, held)
    into = plan.import_kw + fine.supply_kw + plan.discharge_kw
    out = plan.facility_kw + plan.charge_kw + plan.export_kw + plan.unused_supply_kw
    assert np.allclose(into, out, atol=1e-6)
    free = plan.class_accelerators - fine.given
    assert (free >= -1e-6).all()
    assert (free.sum(axis=0) <= fine.room - fine.kept + 1e-6).all()
    assert (plan.soc_kwh >= -1e-6).all()
    assert np.isfinite(plan.prices.it_price_per_kwh).all()
    again = Telescoped(objective=OBJECTIVE, telescope=FAR)._planned(situation, held)
    assert digest(again) == digest(plan)


@FEW
@given(situation=BUSY)
def test_no_fine_plan_beats_the_bound_and_no_coarse_one_beats_the_fine(
    situation: Situation,
) -> None:
    """The bound of a coarse plan holds in fine steps, and what it costs is what a fine plan could have cost."""
    near = 1e-6 * 100.0
    fine = Coordinated(objective=OBJECTIVE).plan(situation).certificate
    coarse = Telescoped(objective=OBJECTIVE, telescope=FAR).plan(situation).certificate
    assert coarse.lower_bound <= fine.cost + near
    assert fine.lower_bound <= coarse.cost + near
    assert coarse.lower_bound >= 0.9 * fine.lower_bound


@FEW
@given(seed=st.integers(0, 10_000), crowd=st.sampled_from([20, 60, 120]))
def test_promises_are_kept_whatever_the_telescope(seed: int, crowd: int) -> None:
    """The plan is coarse; the witness of every promise is not."""
    study = seen_through(small_study(seed, hours=24, jobs=crowd, accelerators=32), FAR)
    settled = settle(study, truth_of(study), course_of(study), 0.0)
    assert settled.promises.missed.get(Cause.UNEXPLAINED, 0) == 0
    assert settled.promises.missed_deadlines == 0
