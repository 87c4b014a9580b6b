"""A site of a case follows a signal: offers hold, promises hold, and a signal that is lost is bridged."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.decide.regulators.merit_order import MeritOrder
from gridtide.decide.regulators.store_first import StoreFirst
from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.signals.agc import AgcSignal
from gridtide.simulate.flexing import Standing, standing_at
from gridtide.simulate.following import Followed, follow, site_in
from gridtide.simulate.heard_signal import heard
from gridtide.simulate.hour_ahead import Offer
from gridtide.simulate.policies import policy_named
from gridtide.simulate.regulated_hour import between
from gridtide.simulate.truth import truth_of
from gridtide.sources.agc_table import AgcTable
from gridtide.testing.regulators import MANY, adverse_signal

EXAMPLES = Path(__file__).parents[2] / "examples"
WALK = AgcTable(path=EXAMPLES / "regulation_signal.csv").read()
OFFER = Offer(up_kw=1500.0, down_kw=1500.0)


@cache
def standing() -> Standing:
    """The example a day after its start."""
    study = load_case(EXAMPLES / "regulating.toml")
    way, forecaster, known = policy_named("coordinated", study)
    return standing_at(known, truth_of(study), way, forecaster, 96, lambda done, steps: None)


@cache
def without_store() -> Standing:
    """The same site with the speed of its jobs alone."""
    study = load_case(EXAMPLES / "regulating.toml")
    (site,) = study.fleet.sites
    fleet = replace(study.fleet, sites=(replace(site, battery=None, products=()),))
    way, forecaster, known = policy_named("coordinated", replace(study, fleet=fleet))
    return standing_at(known, truth_of(known), way, forecaster, 96, lambda done, steps: None)


def followed(signal: AgcSignal, offer: Offer = OFFER) -> Followed:
    """By the merit order."""
    return follow(site_in(standing(), signal), 0, signal, offer, MeritOrder())


def test_a_real_course_follows_near_the_ceiling_and_misses_nothing() -> None:
    """Two hours of a walk: within a twentieth of a perfect copy with the same lag, all of the offer, no deadline."""
    found = followed(WALK)
    assert found.mean(found.scores.score) >= 0.95 * found.mean(found.ceiling.score)
    assert found.availability == 1.0
    assert (found.missed, found.exhausted_s, found.against) == (0, 0, False)


def test_the_same_signal_gives_the_same_bytes() -> None:
    """Chance comes from the case's seed."""
    assert digest(followed(WALK).scores) == digest(followed(WALK).scores)


@pytest.mark.parametrize("rail", [1.0, -1.0])
def test_hours_at_a_rail_break_no_promise(rail: float) -> None:
    """Four hours at a rail: what is offered for an hour is delivered, and no job loses its deadline."""
    signal = AgcSignal(every_s=4, less=np.full(3600, rail), source="rail")
    found = followed(signal)
    assert found.missed == 0
    assert (found.lost_s <= found.running.slack_s + 1e-6).all()
    assert found.exhausted_s == 0
    site = standing().study.fleet.sites[0]
    assert site.battery is not None
    assert found.stored_kwh.min() >= site.battery.energy_kwh * site.battery.soc_min - 1e-6
    assert found.stored_kwh.max() <= site.battery.energy_kwh + 1e-6


def test_work_left_undone_is_what_speeds_say() -> None:
    """Drawing less for hours leaves work behind, drawing more leaves less behind."""
    up = followed(AgcSignal(every_s=4, less=np.full(900, 0.8), source="less"))
    down = followed(AgcSignal(every_s=4, less=np.full(900, -0.8), source="more"))
    assert up.lost_s.sum() > down.lost_s.sum()


def test_an_offer_is_cut_for_the_hour_ahead_and_never_widened() -> None:
    """Twice what the site has: every hour within its own band, availability says how much."""
    found = followed(WALK, Offer(up_kw=9000.0, down_kw=9000.0))
    assert found.availability < 0.7
    assert all(one.band.up_kw <= 9000.0 for one in found.hours)
    assert found.mean(found.scores.score) >= 0.9 * found.mean(found.ceiling.score)


def test_the_store_alone_drifts_farther_than_with_compute() -> None:
    """Energy management: the store ends nearer to its middle than where nothing brings it back."""
    signal = AgcSignal(every_s=4, less=np.full(900, 0.5), source="half")
    window = site_in(standing(), signal)
    offer = Offer(up_kw=1000.0, down_kw=1000.0)
    managed = follow(window, 0, signal, offer, MeritOrder())
    alone = follow(window, 0, signal, offer, StoreFirst())
    assert alone.stored_kwh[-1] < managed.stored_kwh[-1]


def test_what_is_asked_of_the_meter_changes_no_faster_than_the_connection_may() -> None:
    """From rail to rail, while no job ends: each second by the ramp and the error of the meter."""
    signal = AgcSignal(every_s=4, less=np.repeat([0.9, -0.9, 0.9], 150), source="jumps")
    window = site_in(standing(), signal)
    (site,) = window.study.fleet.sites
    slow = replace(site, contract=replace(site.contract, ramp_max_kw_per_min=300.0))
    window.study = replace(window.study, fleet=replace(window.study.fleet, sites=(slow,)))
    found = follow(window, 0, signal, OFFER, MeritOrder())
    assert found.hours[0].band.ramp_kw_per_s == pytest.approx(5.0)
    assert np.abs(np.diff(found.request_kw)).max() > 2000.0
    assert np.abs(np.diff(found.meter_kw)).max() <= 5.0 + 0.01 * OFFER.most_kw
    assert found.meter_kw[1150:1200].mean() > found.base_kw[1150] - 0.92 * OFFER.most_kw


def test_a_signal_longer_than_the_plan_is_refused() -> None:
    """With what there is."""
    with pytest.raises(BadInput, match="planned"):
        site_in(standing(), AgcSignal(every_s=4, less=np.zeros(90_000), source="long"))


def test_a_lost_signal_is_held_then_left_and_taken_up_without_a_jump() -> None:
    """60 s of the last value, then to the base point within the ramp, and back after three fresh values."""
    less = np.full(450, 0.8)
    less[100:250] = np.nan
    found = heard(AgcSignal(every_s=4, less=less, source="hole"))
    assert found.less[100:114] == pytest.approx(0.8)
    assert found.less[245] == pytest.approx(0.0)
    assert np.abs(np.diff(found.less)).max() <= 4.0 / 300.0 + 1e-9
    assert found.less[440] == pytest.approx(0.8)
    assert found.led[:100].all() and not found.led[120:250].any()
    assert found.notes


def test_a_lost_signal_is_left_within_its_ramp_in_the_course_as_well() -> None:
    """What is asked of the meter changes no faster than the agreed return, and the meter follows it."""
    less = np.full(900, 0.8)
    less[200:500] = np.nan
    found = followed(replace(WALK, less=less))
    assert (found.missed, found.exhausted_s) == (0, 0)
    assert np.abs(np.diff(found.request_kw)).max() <= OFFER.most_kw / 300.0 * 4.0 + 1e-6
    error = np.abs(found.base_kw - found.meter_kw - found.request_kw)
    assert np.median(error) <= 0.01 * OFFER.most_kw


def test_jobs_alone_hold_fifteen_per_cent_of_the_load_through_four_hours() -> None:
    """Base point and offer are chosen together: every hour stands in full at either rail, and nothing is missed."""
    for rail in (1.0, -1.0):
        signal = AgcSignal(every_s=4, less=np.full(3600, rail), source="rail")
        window = site_in(without_store(), signal)
        offer_kw = 0.15 * float(window.today.drawn_kw[0])
        found = follow(window, 0, signal, Offer(up_kw=offer_kw, down_kw=offer_kw), MeritOrder())
        assert found.availability == 1.0
        assert (found.missed, found.exhausted_s) == (0, 0)


@settings(MANY, max_examples=12)
@given(seed=st.integers(0, 2**20), kind=st.integers(0, 3), share=st.floats(0.2, 1.5))
def test_what_stands_for_an_hour_is_held_on_any_signal(seed: int, kind: int, share: float) -> None:
    """Rails, turns and walks: the twin is never beyond reach of what was accepted, and no promise breaks."""
    signal = AgcSignal(every_s=4, less=adverse_signal(seed, kind), source="adverse")
    offer_kw = share * OFFER.most_kw
    found = followed(signal, Offer(up_kw=offer_kw, down_kw=offer_kw))
    assert (found.missed, found.exhausted_s) == (0, 0)
    assert (found.lost_s <= np.maximum(found.running.slack_s, 0.0) + 1e-6).all()


def test_a_gang_goes_as_low_as_its_slack_bears() -> None:
    """Between two points of its menu, and never lower; a job that is late by its own slots is left alone."""
    found = follow(site_in(without_store(), WALK), 0, WALK, OFFER, MeritOrder())
    running, hour = found.running, found.hours[0].hour
    slow = running.told_speed[hour.chosen] - between(
        hour.lowest_kw, running.points_kw[hour.chosen], running.speeds[hour.chosen]
    )
    slack_s = running.slack_s[hour.chosen]
    assert (3600.0 * slow <= slack_s).all()
    points_kw = running.points_kw[hour.chosen]
    on_a_point = np.isclose(points_kw, hour.lowest_kw[:, None]).any(axis=1)
    assert not on_a_point.all() and (3600.0 * slow[~on_a_point] > slack_s[~on_a_point] - 60.0).all()
    late = running.slack_s < 0.0
    assert (found.lost_s[late] <= 0.0).all()
    assert found.missed == 0


def test_the_noise_of_the_meter_has_a_ceiling_of_its_own() -> None:
    """Without noise both ceilings are one; noise of the reading costs a perfect copy what it costs the site."""
    window = site_in(standing(), WALK)
    still = follow(window, 0, WALK, OFFER, MeritOrder(), noise_share=0.0)
    assert still.noisy_ceiling.score == pytest.approx(still.ceiling.score, abs=1e-12)
    noisy = follow(window, 0, WALK, OFFER, MeritOrder(), noise_of_reading=True)
    lost = noisy.mean(noisy.ceiling.score) - noisy.mean(noisy.noisy_ceiling.score)
    assert lost > 0.02
    assert noisy.mean(noisy.scores.score) >= 0.98 * noisy.mean(noisy.noisy_ceiling.score)


def test_a_site_with_a_ramp_rule_offers_what_it_reaches_and_is_told_no_faster() -> None:
    """120 kW a minute: 600 kW within five minutes; a turn takes its time at the meter, but for a job that ends."""
    stands = standing()
    (site,) = stands.study.fleet.sites
    contract = replace(site.contract, ramp_max_kw_per_min=120.0)
    fleet = replace(stands.study.fleet, sites=(replace(site, contract=contract),))
    ruled = replace(stands, study=replace(stands.study, fleet=fleet))
    signal = AgcSignal(every_s=4, less=adverse_signal(3, 1), source="turns")
    found = follow(site_in(ruled, signal), 0, signal, OFFER, MeritOrder(), noise_share=0.0)
    (hour,) = found.hours
    assert hour.band.up_kw == pytest.approx(600.0) and hour.band.ramp_kw_per_s == pytest.approx(2.0)
    answered_kw = found.base_kw - found.meter_kw
    change_kw = np.abs(answered_kw[60:] - answered_kw[:-60])
    assert np.quantile(change_kw, 0.97) <= 1.01 * 120.0 < 0.2 * np.ptp(found.request_kw)
