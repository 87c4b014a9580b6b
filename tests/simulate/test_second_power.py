"""A course second by second: its means are the course's, its iterations are its jobs', and starts can be staggered."""

from functools import cache

import numpy as np
import pytest

from gridtide.case.grid_rules import bundled_rules
from gridtide.finding import BadInput
from gridtide.fleet.iterations import Iterations
from gridtide.grid.band import main_line
from gridtide.grid.judge import Load, judged
from gridtide.grid.rule import Provenance, Quantity, Rule
from gridtide.simulate.calmer_starts import calmer
from gridtide.simulate.course import Course
from gridtide.simulate.second_power import (
    SitePower,
    Window,
    busiest_window,
    second_power,
    waves_of,
    with_runs,
)
from gridtide.simulate.study import Study
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

STEADY = Iterations(depth=0.0, ramp_s=0.0)
OWN = Provenance(status="own", status_date="", source="own", primary=False, citation="", mark="own")


@cache
def lived() -> tuple[Study, Course]:
    """A day of two sites, every job at once."""
    study = small_study(3, hours=24, jobs=50, accelerators=48)
    return study, course_of(study, "run-at-once")


def powers(
    swing: Iterations, step_s: float = 1.0, lasts_s: float = 3600.0
) -> tuple[SitePower, ...]:
    """Both sites around their largest start or stop, every class swinging alike."""
    study, course = lived()
    window = busiest_window(study, course, lasts_s, step_s)
    by_class = {one.name: swing for one in study.jobs.classes}
    return second_power(study, course, window, by_class, 7)


def test_steady_jobs_without_ramps_are_the_steps_of_the_course() -> None:
    """Where nothing swings, what is left of the course's step is what is not jobs, and that is steady within it."""
    study, course = lived()
    window = busiest_window(study, course, 3600.0, 1.0)
    for s, power in enumerate(powers(STEADY)):
        grid_kw = course.telemetry.import_kw[s] - course.telemetry.export_kw[s]
        at_s = window.first_s + np.arange(len(power.rest_kw))
        middle = np.flatnonzero(
            np.isin(at_s, (study.timeline.edges_s[1:] + study.timeline.edges_s[:-1]) / 2.0)
        )
        ran = power.runs
        for k in middle:
            inside = (ran.start_s <= k) & (k < ran.end_s)
            assert power.waveform.power_kw[k] - power.rest_kw[k] == pytest.approx(
                ran.mean_kw[inside].sum()
            )
            step = int(np.searchsorted(study.timeline.edges_s, at_s[k], side="right")) - 1
            whole = not (
                ((ran.start_s > k - 450) & (ran.start_s < k + 450))
                | ((ran.end_s > k - 450) & (ran.end_s < k + 450))
            ).any()
            if whole:
                assert power.waveform.power_kw[k] == pytest.approx(grid_kw[step])


def test_iterations_keep_the_mean_power_of_a_job() -> None:
    """High and low around it by their shares of the period."""
    swing = Iterations(period_s=(2.0, 2.0), depth=0.4, duty=0.7, ramp_s=0.0)
    for power in powers(swing):
        runs = power.runs
        assert runs.duty * runs.high_kw + (1.0 - runs.duty) * runs.low_kw == pytest.approx(
            runs.mean_kw
        )
        assert runs.low_kw == pytest.approx(0.6 * runs.high_kw)


def test_the_spectrum_shows_the_period_that_was_stated() -> None:
    """All jobs at 2 s; they need not be in step."""
    swing = Iterations(period_s=(2.0, 2.0), depth=0.5, duty=0.6, ramp_s=18.0)
    busiest = max(powers(swing, 0.05, 600.0), key=lambda one: len(one.runs.job))
    frequency, amplitude = main_line(busiest.waveform, 0.3, 5.0)
    assert frequency == pytest.approx(0.5, abs=0.013) and amplitude > 0.0
    assert {wave.period_s for wave in waves_of(busiest)} == {2.0}


def test_a_job_keeps_its_period_and_the_same_seed_gives_the_same_bytes() -> None:
    """Periods belong to jobs, not to windows."""
    first, again = powers(Iterations()), powers(Iterations())
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.waveform.power_kw, other.waveform.power_kw)
    study, course = lived()
    edges_s = study.timeline.edges_s
    whole = second_power(
        study, course, Window(first_s=float(edges_s[0]), lasts_s=20 * 3600.0, step_s=60.0),
        {one.name: Iterations() for one in study.jobs.classes}, 7,
    )  # fmt: skip
    periods: dict[int, set[float]] = {}
    for power in (*whole, *first):
        for job, period in zip(power.runs.job, power.runs.period_s, strict=True):
            periods.setdefault(int(job), set()).add(float(period))
    assert all(len(found) == 1 for found in periods.values())
    assert len({value for found in periods.values() for value in found}) > 5


@pytest.mark.parametrize("share", [0.7, 1.2])
def test_staggered_starts_keep_a_ramp_rule_that_the_course_breaks(share: float) -> None:
    """Of the site with jobs, at limits around its largest one; what is not jobs is left as it is."""
    power = max(powers(STEADY), key=lambda one: len(one.runs.job))
    limit_kw = share * float(power.runs.mean_kw.max())
    rule = Rule(
        name="ours", authority="own", text="", quantity=Quantity.STEP, limit=limit_kw, unit="kW",
        window_s=30.0, provenance=OWN,
    )  # fmt: skip
    load = Load(nominal_kw=power.nominal_kw)
    assert np.array_equal(with_runs(power, power.runs).waveform.power_kw, power.waveform.power_kw)
    assert judged(rule, power.waveform, load).fails
    found = calmer(power, [rule], power.nominal_kw)
    assert found is not None
    calmed, figures = found
    assert figures["delay_s"] > 0.0 and judged(rule, calmed.waveform, load).passes


def test_a_window_outside_the_course_and_an_unknown_class_are_refused() -> None:
    """Each with its mend."""
    study, course = lived()
    with pytest.raises(BadInput, match="--at"):
        second_power(study, course, Window(first_s=0.0, lasts_s=60.0, step_s=1.0), {}, 0)
    window = busiest_window(study, course, 60.0, 1.0)
    with pytest.raises(BadInput, match="no class"):
        second_power(study, course, window, {"nobody": Iterations()}, 0)


def test_rules_of_every_kind_judge_a_site_of_a_case() -> None:
    """No rule stumbles over a made-up waveform; those on voltage say what they lack."""
    (power, *_) = powers(Iterations(), 0.02, 900.0)
    for rule in bundled_rules().rules.values():
        found = judged(rule, power.waveform, Load(nominal_kw=power.nominal_kw))
        assert found.value is not None or found.why
