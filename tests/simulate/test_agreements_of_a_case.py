"""Agreements on energy and charges for transformers in a case: what changes a plan, what the bill says, the bound."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.fleet.agreement import Delivery, Output, Ppa, Volume
from gridtide.fleet.contract import Contract, Exposure, TransformerCharge
from gridtide.settle.two_part import least_transformers, settle_transformers
from gridtide.simulate.bound import bound_of
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

CASE = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
FARM = """
[[signal]]
zone = "farm"
clock = "Europe/Berlin"
source = "table"
path = "farm.csv"
published = "day-ahead"
"""
WINDY = Ppa(
    delivery=Delivery.PHYSICAL,
    volume=Volume.PAY_AS_PRODUCED,
    strike_per_mwh=50.0,
    share=0.5,
    name="wind",
    output=Output.WIND,
    output_zone="farm",
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A day of one site whose cheapest hours are at noon, and a farm that blows from 6 to 10 UTC."""
    folder = tmp_path_factory.mktemp("agreed")
    rows = [
        f"{day}T{hour:02d}:00:00Z,{500 if 6 <= hour < 10 else 0}"
        for day in ("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03")
        for hour in range(24)
    ]
    (folder / "farm.csv").write_text("time_utc,wind_kw\n" + "\n".join(rows) + "\n")
    (folder / "case.toml").write_text(
        CASE.replace("price_dip_per_mwh = 90.0", "price_dip_per_mwh = 30.0") + FARM
    )
    return load_case(folder / "case.toml")


def under(study: Study, **terms: object) -> Study:
    """The study with other terms of its contract."""
    (site,) = study.fleet.sites
    contract = replace(site.contract, demand_charge_per_kw_month=0.0, **terms)  # type: ignore[arg-type]
    return replace(study, fleet=replace(study.fleet, sites=(replace(site, contract=contract),)))


def lived(study: Study, policy: str = "coordinated") -> tuple[Course, Settlement]:
    """A course and its bill."""
    course = course_of(study, policy)
    return course, settle(study, truth_of(study), course, 0.0)


def test_a_contract_for_difference_and_a_surplus_at_the_market_change_no_decision(
    study: Study,
) -> None:
    """The same course to the kilowatt; the bill and its bound move by strike less market on the volume."""
    plain, billed = lived(under(study))
    truth = truth_of(under(study, agreements=(WINDY,)))
    hours = study.timeline.hours
    worth = 0.5 * truth.produced_kw[0] * hours * (50.0 - truth.price_per_mwh[0]) / 1000.0
    bound = bound_of(under(study), truth_of(under(study)))
    assert bound is not None
    for delivery in Delivery:
        agreed = under(study, agreements=(replace(WINDY, delivery=delivery),))
        course, settled = lived(agreed)
        assert np.array_equal(course.telemetry.import_kw, plain.telemetry.import_kw)
        assert dict(settled.parts)["agreements"] == pytest.approx(float(worth.sum()))
        assert settled.total_cost == pytest.approx(billed.total_cost + float(worth.sum()))
        assert bound_of(agreed, truth) == pytest.approx(bound + float(worth.sum()))


def test_work_moves_to_what_is_delivered_and_cannot_be_sold_on(study: Study) -> None:
    """Half of 500 kW for four dear hours: taken or lost. Who knows of it draws more then, pays less, and never passes
    the bound."""
    lost = under(study, agreements=(WINDY,), resale_price_share=0.0)
    blows = truth_of(lost).produced_kw[0] > 0.0
    blind = course_of(under(study))
    course, settled = lived(lost)
    drawn, without = course.telemetry.import_kw[0], blind.telemetry.import_kw[0]
    assert drawn[blows].sum() > without[blows].sum() + 100.0
    blindly = settle(lost, truth_of(lost), blind, 0.0)
    assert settled.total_cost < blindly.total_cost - 1.0
    bound = bound_of(lost, truth_of(lost))
    assert bound is not None
    for policy in ("run-at-once", "coordinated", "perfect-foresight"):
        assert bound <= lived(lost, policy)[1].total_cost + 1e-9


def buying(study: Study, **terms: object) -> Study:
    """The study that buys positions two hours ahead."""
    return under(study, exposure=Exposure.TWO_SETTLEMENT, gate_closure_h=2.0, **terms)


def test_what_is_delivered_is_taken_off_what_is_bought(study: Study) -> None:
    """As much is drawn as without the agreement; what the farm makes is not bought, and where it makes more it is sold.
    Each MWh costs its strike, each bought its day-ahead price, all else real time."""
    plain, _ = lived(buying(study))
    agreed = buying(study, agreements=(WINDY,))
    course, _ = lived(agreed)
    assert np.array_equal(course.telemetry.import_kw, plain.telemetry.import_kw)
    truth, hours = truth_of(agreed), study.timeline.hours
    delivered = 0.5 * truth.produced_kw[0]
    assert (delivered[8:] > 0).any()
    bought = plain.position_kw[0] - np.where(course.positioned[0], delivered, 0.0)
    np.testing.assert_allclose(course.position_kw[0], bought, atol=1e-6)

    apart = replace(truth, real_time_price_per_mwh=truth.price_per_mwh[:, ::-1] + 7.0)
    parts = dict(settle(agreed, apart, course, 0.0).parts)
    day, now = apart.price_per_mwh[0], apart.real_time_price_per_mwh[0]
    rest = course.telemetry.import_kw[0] - delivered - course.position_kw[0]
    by_hand = delivered * 50.0 + course.position_kw[0] * day + rest * now
    expected = float((by_hand * hours).sum()) / 1000.0
    assert parts["energy"] + parts["agreements"] == pytest.approx(expected)


def test_leaving_what_is_bought_and_delivered_is_charged_and_nothing_else(study: Study) -> None:
    """Whether or not a farm delivers a part, the same is planned and the same is left."""
    charged = {"deviation_price_per_mwh": 20.0, "deviation_free_share": 0.05}
    course, settled = lived(buying(study, agreements=(WINDY,), **charged))
    delivered = 0.5 * truth_of(buying(study, agreements=(WINDY,))).produced_kw[0]
    stands, position = course.positioned[0], course.position_kw[0]
    left = np.abs(course.telemetry.import_kw[0] - delivered - position) - 0.05 * np.abs(position)
    owed = float((np.maximum(left, 0.0) * study.timeline.hours)[stands].sum()) * 0.02
    assert dict(settled.parts)["deviation"] == pytest.approx(owed)
    band = replace(WINDY, volume=Volume.BASELOAD, baseload_kw=40.0, output=None, output_zone="")
    flat, _ = lived(buying(study, agreements=(band,), deviation_price_per_mwh=20.0))
    plain, _ = lived(buying(study, deviation_price_per_mwh=20.0))
    np.testing.assert_allclose(
        flat.telemetry.import_kw, plain.telemetry.import_kw, rtol=0, atol=1e-6
    )


def test_who_buys_ahead_draws_more_of_what_cannot_be_sold_on(study: Study) -> None:
    """As under the market's price: who knows of the farm pays less than who does not."""
    lost = buying(study, agreements=(WINDY,), resale_price_share=0.0)
    blind = course_of(buying(study))
    course, settled = lived(lost)
    blows = truth_of(lost).produced_kw[0] > 0.0
    more = course.telemetry.import_kw[0] - blind.telemetry.import_kw[0]
    assert more[blows].sum() > 100.0
    assert settled.total_cost < settle(lost, truth_of(lost), blind, 0.0).total_cost - 1.0


def test_a_band_is_paid_whether_it_is_drawn_or_not(study: Study) -> None:
    """100 kW around the clock at 90: strike less market by hand, hours below 0 left out where the agreement says so."""
    band = Ppa(
        delivery=Delivery.VIRTUAL,
        volume=Volume.BASELOAD,
        strike_per_mwh=90.0,
        baseload_kw=100.0,
        below_zero=False,
    )
    agreed = under(study, agreements=(band,))
    price, hours = truth_of(agreed).price_per_mwh[0], study.timeline.hours
    owed = float(np.where(price < 0.0, 0.0, 0.1 * hours * (90.0 - price)).sum())
    assert dict(lived(agreed)[1].parts)["agreements"] == pytest.approx(owed)


def test_transformers_are_charged_whatever_is_drawn_and_less_when_well_used(study: Study) -> None:
    """1,000 kVA at 30 a month; a day of the case counts as the share of a month that it stands for."""
    charge = TransformerCharge(
        kva=1_000.0, charge_per_kva_month=30.0, well_used_kwh=260.0, well_used_factor=0.9
    )
    _, settled = lived(under(study, transformers=charge))
    share = study.objective.demand_charge_share
    assert dict(settled.parts)["transformers"] == pytest.approx(share * 30_000.0)
    month = np.zeros(2, dtype=np.int64)
    for used_kwh, factor in ((259_000.0, 1.0), (260_000.0, 0.9)):
        half = np.full(2, used_kwh / 4.0)
        assert settle_transformers(charge, half, month, 0.5) == pytest.approx(15_000.0 * factor)
    assert settle_transformers(charge, np.ones(2), month, 0.0) == 0.0


@given(
    used_kwh=st.lists(st.floats(0.0, 1e7), min_size=3, max_size=3),
    factor=st.floats(0.1, 1.0),
    share=st.floats(0.01, 1.0),
)
@settings(max_examples=50)
def test_no_use_of_transformers_costs_less_than_the_bound_counts(
    used_kwh: list[float], factor: float, share: float
) -> None:
    """Well used in every month is the least there is."""
    charge = TransformerCharge(
        kva=2_000.0, charge_per_kva_month=12.0, well_used_kwh=300.0, well_used_factor=factor
    )
    paid = settle_transformers(charge, np.asarray(used_kwh), np.arange(3), share)
    assert least_transformers(charge, 3, share) <= paid * (1.0 + 1e-12)


def test_every_fault_of_agreements_is_said_at_once(tmp_path: Path) -> None:
    """No volume, two volumes, an unknown zone, the same name twice, delivery under a tariff, a connection too large."""
    old = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
    new = """
[site.contract]
import_max_kw = 700
exposure = "fixed"
fixed_price_per_mwh = 80
transformers = { kva = 600, charge_per_kva_month = 30, well_used_factor = 0.9 }
[[site.contract.ppa]]
name = "a"
delivery = "physical"
volume = "baseload"
strike_per_mwh = 50
[[site.contract.ppa]]
name = "a"
delivery = "virtual"
volume = "pay-as-produced"
strike_per_mwh = 50
baseload_kw = 10
[[site.contract.ppa]]
name = "c"
delivery = "virtual"
volume = "pay-as-produced"
strike_per_mwh = 50
output = "wind_kw"
output_zone = "moon"
"""
    path = tmp_path / "case.toml"
    path.write_text(CASE.replace(old, "").replace("[[site.pool]]", f"{new}\n[[site.pool]]"))
    with pytest.raises(BadInput) as refused:
        load_case(path)
    said = str(refused.value)
    for part in (
        "ppa[1].baseload_kw", "ppa[1].delivery", "physical, under fixed", "ppa[2].baseload_kw", "ppa[2].output",
        "ppa[3].output_zone", "'moon'", "a stands 2 times", "600 kVA", "well_used_kwh_per_kva",
    ):  # fmt: skip
        assert part in said, part


def test_a_contract_without_agreements_is_as_it_was() -> None:
    """Nothing is agreed, all may be sold on, no transformer is charged."""
    contract = Contract(import_max_kw=1.0)
    assert (contract.agreements, contract.resale_price_share, contract.transformers) == (
        (),
        1.0,
        None,
    )
