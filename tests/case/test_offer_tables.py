"""[[site.offer]]: what a case says of capacity, and every fault of it at once."""

import tomllib
from pathlib import Path
from typing import Any

from gridtide.case.checks import faults_of
from gridtide.case.offers import product_of
from gridtide.case.schema import CaseFile
from gridtide.finding import Finding

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
BATTERY = {"energy_kwh": 400.0, "charge_max_kw": 200.0, "discharge_max_kw": 200.0}
OFFER = {"product": "regulation", "price_per_mw_h": 20.0, "offered_max_kw": 150.0, "hold_h": 0.5}


def faults(
    offers: list[dict[str, Any]], battery: dict[str, float] | None = BATTERY, **planning: Any
) -> list[Finding]:
    """The faults of the small case whose first site makes these offers."""
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0]["offer"] = offers
    case["site"][0].pop("battery", None)
    if battery:
        case["site"][0]["battery"] = battery
    case["planning"] = {**case.get("planning", {}), **planning}
    return faults_of(CaseFile.model_validate(case))


def test_calls_come_only_the_way_that_is_offered() -> None:
    """A share of calls down of an offer up, and more than all of an offer, each with its mend."""
    wrong = {**OFFER, "direction": "up", "called_up_share": 0.9, "called_down_share": 0.2}
    found = faults([wrong])
    assert [one.subject for one in found] == [
        "site[1].offer[1].called_down_share",
        "site[1].offer[1].called_up_share",
    ]
    assert faults([{**OFFER, "called_up_share": 0.4, "called_down_share": 0.5}]) == []


def test_an_offer_of_a_store_is_a_product() -> None:
    """With its defaults: symmetric, blocks of an hour, a gate an hour before."""
    assert faults([OFFER]) == []
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0]["offer"] = [OFFER]
    (table,) = CaseFile.model_validate(case).site[0].offer
    product = product_of(table)
    assert (product.name, product.block_h, product.gate_closure_h) == (
        "regulation symmetric",
        1.0,
        1.0,
    )


def test_every_fault_of_the_offers_is_said_at_once() -> None:
    """No store, the same offer twice, two prices, a zone without one, a block no step
    fits, energy for longer than a block, a short plan."""
    odd = {**OFFER, "block_h": 0.7, "hold_h": 2.0, "gate_closure_h": 72.0, "price_zone": "CAP"}
    found = faults([OFFER, odd], battery=None)
    assert [fault.subject for fault in found] == [
        "site[1].offer",
        "site[1].offer[2]",
        "site[1].offer[2].price_per_mw_h",
        "site[1].offer[2].price_zone",
        "site[1].offer[2].block_h",
        "site[1].offer[2].hold_h",
        "planning.plan_h",
    ]
    assert all(fault.mend for fault in found)


def test_a_telescope_is_fine_until_the_last_offer_that_is_made() -> None:
    """Until the next plan, the gate after it and the block behind that: six hours, one and one."""
    (coarse,) = faults([OFFER], telescope=[[24, 15], [18, 60]], replan_h=6.0)
    assert coarse.subject == "planning.telescope" and "8 h" in coarse.limit
    assert "[32, 15]" in coarse.mend
    assert faults([OFFER], telescope=[[32, 15], [16, 60]], replan_h=6.0) == []


def test_work_carries_offers_where_it_has_points_and_is_planned_in_fine_steps() -> None:
    """Without a battery, where every offer may rest on work; full speed alone and a telescope are refused."""
    by_work = {**OFFER, "carried_by_work": True}
    point = {"name": "slow", "speed": 0.8, "busy_kw_per_accelerator": 0.55}
    case = tomllib.loads(FIXTURE.read_text())
    case["site"][0] |= {"offer": [by_work]}
    case["site"][0].pop("battery", None)
    (fault,) = faults_of(CaseFile.model_validate(case))
    assert (fault.subject, fault.value) == (
        "site[1].offer[1].carried_by_work",
        "a site whose pools run at full speed alone",
    )
    case["site"][0]["pool"][0]["point"] = [point]
    found = CaseFile.model_validate(case)
    assert faults_of(found) == []
    assert product_of(found.site[0].offer[0]).carried_by_work
    case["planning"] = {**case.get("planning", {}), "telescope": [[96, 15], [24, 60]]}
    assert "site[1].offer[1].carried_by_work" in [
        one.subject for one in faults_of(CaseFile.model_validate(case))
    ]
    case["site"][0]["offer"] = [OFFER]
    assert "site[1].offer" in [one.subject for one in faults_of(CaseFile.model_validate(case))]
