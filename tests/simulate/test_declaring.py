"""The load of tomorrow: what is declared, and the band that days before lay around it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.doors.results.declare_document import declare_document
from gridtide.finding import BadInput
from gridtide.settle.declared_band import declared_band
from gridtide.simulate.declaring import Declaration, declaration, last_noon
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study


def several_days() -> Study:
    """Six days whose plan reaches a day and a half ahead."""
    study = small_study(3, hours=24 * 6, jobs=60)
    return replace(study, cadence=replace(study.cadence, plan_h=36.0))


def declared(study: Study, until: int, courses: int = 0, named: str = "coordinated") -> Declaration:
    """By a policy, the coordinated one if none is named."""
    policy, forecaster, known = policy_named(named, study)
    return declaration(
        known, truth_of(study), policy, forecaster, until, lambda done, of: None, courses=courses
    )


def test_ninety_six_points_for_every_site_and_the_fleet() -> None:
    """P10 <= P50 <= P90 within what a connection may draw; the keys of the document are a contract."""
    study = several_days()
    found = declared(study, last_noon(study))
    assert found.band_kw.shape == (3, len(study.fleet.sites) + 1, 96)
    assert (np.diff(found.band_kw, axis=0) >= 0).all() and (found.band_kw >= 0).all()
    document = declare_document(study, found, "coordinated")
    assert set(document) == {
        "of", "at", "day", "clock", "policy", "currency", "days_learned_from", "sites", "notes",
    }  # fmt: skip
    assert document["clock"] == study.fleet.sites[0].clock
    for site in document["sites"]:
        assert set(site) == {
            "site", "max_kw", "min_kw", "ramp_max_kw_per_min", "energy_kwh", "deviation_price_per_mwh",
            "deviation_free_share", "points",
        }  # fmt: skip
        assert set(site["points"][0]) == {"start", "p10_kw", "p50_kw", "p90_kw"}
    again = declared(study, last_noon(study))
    assert np.array_equal(found.band_kw, again.band_kw)


def test_without_days_to_learn_from_nothing_is_declared() -> None:
    """The answer says how many days there are and how many it takes."""
    study = several_days()
    with pytest.raises(BadInput) as caught:
        declared(study, 4 * 36)
    assert "at least 3" in str(caught.value)


@given(st.integers(1, 8), st.integers(0, 3), st.integers(0, 10_000))
def test_a_band_falls_apart_nowhere_and_stays_within_the_connection(
    days: int, beside: int, seed: int
) -> None:
    """Levels in order, between least and most, for any errors."""
    rng = np.random.default_rng(seed)
    errors = rng.normal(0.0, 50.0, (days, 12))
    band = declared_band(rng.uniform(0.0, 100.0, 12), errors, beside, 0.0, 100.0)
    assert (np.diff(band, axis=0) >= 0.0).all()
    assert band.min() >= 0.0 and band.max() <= 100.0


def test_a_constant_error_moves_the_band_and_leaves_no_width() -> None:
    """A site that always draws 7 kW more than it says declares 7 kW more."""
    band = declared_band(np.full(4, 20.0), np.full((3, 4), 7.0), 1, 0.0, 100.0)
    assert band == pytest.approx(np.full((3, 4), 27.0))


def test_over_courses_the_mean_of_their_plans_is_expected() -> None:
    """Where prices are foreseen the one course is the one that comes: what it expects is near what is expected
    without, in the same band; who makes no plan is refused."""
    study = several_days()
    study = replace(study, cadence=replace(study.cadence, forecaster="perfect-foresight"))
    until = last_noon(study)
    found, alone = declared(study, until, courses=2), declared(study, until)
    assert found.of.expected_kw.sum() == pytest.approx(alone.of.expected_kw.sum(), rel=0.1)
    assert (np.diff(found.band_kw, axis=0) >= 0.0).all()
    with pytest.raises(BadInput) as caught:
        declared(study, until, courses=2, named="run-at-once")
    assert "makes no plan" in str(caught.value)
