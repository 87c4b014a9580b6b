"""A person who is asked about a store is told what it takes in, gives out and saves, and when it would not."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.facts import seen_prices_per_mwh
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.signals.signal import Kind
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study
from gridtide.timeline import Timeline
from gridtide.trust.by_stores import because_of, by_stores
from gridtide.trust.proposal import proposal_of


@pytest.fixture(scope="module")
def turn() -> Turn:
    """A first turn of a small study with a store."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    return take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)


def moving(turn: Turn, charge_at: int, discharge_at: int) -> tuple[Dispatch, int]:
    """The standing orders, but that a store takes in 10 kW in one step and gives 8 kW in another; and its site."""
    sites = turn.situation.fleet.sites
    number = next(at for at, one in enumerate(sites) if one.battery is not None)
    charge_kw, discharge_kw = turn.standing.charge_kw.copy(), turn.standing.discharge_kw.copy()
    charge_kw[number, charge_at] += 10.0
    discharge_kw[number, discharge_at] += 8.0
    return replace(turn.standing, charge_kw=charge_kw, discharge_kw=discharge_kw), number


def test_what_a_store_brings_is_its_energy_at_the_prices_that_decisions_see(turn: Turn) -> None:
    """From the cheapest step to the dearest it saves, and it is said when not; the other way it costs."""
    situation = turn.situation
    dispatch, number = moving(turn, 0, 1)
    price = seen_prices_per_mwh(situation)[number] / 1000.0
    low, high = int(price.argmin()), int(price.argmax())
    dispatch, _ = moving(turn, low, high)
    battery, hours = situation.fleet.sites[number].battery, situation.horizon.hours
    assert (
        battery is not None
        and price[high] * 8.0 > price[low] * 10.0 + 8.0 * battery.wear_cost_per_kwh
    )
    found = by_stores(dispatch, turn.standing, situation)
    earned = 8.0 * hours[high] * (price[high] - battery.wear_cost_per_kwh)
    held_kwh = (
        10 * hours[low] * battery.charge_efficiency - 8 * hours[high] / battery.discharge_efficiency
    )
    mean = float((price * hours).sum() / hours.sum())
    assert found.saved == pytest.approx(earned - 10.0 * hours[low] * price[low] + held_kwh * mean)
    assert (found.taken_kwh, found.given_kwh) == pytest.approx((10 * hours[low], 8 * hours[high]))
    asked = proposal_of(turn.decision, dispatch, turn.standing, situation, "EUR")
    assert (
        "EUR less than going on as it is, for energy and wear" in asked.because
        and "kWh" in asked.because
    )
    assert any("they give are worth" in one for one in asked.against)
    back, _ = moving(turn, high, low)
    asked = proposal_of(turn.decision, back, turn.standing, situation, "EUR")
    assert "EUR more than going on as it is, for energy and wear" in asked.because


def test_what_a_store_holds_at_the_end_is_worth_the_mean_price(turn: Turn) -> None:
    """Taking in at the cheapest step and giving later than anybody looks is no loss: it saves the difference."""
    situation = turn.situation
    price = seen_prices_per_mwh(situation)
    number = moving(turn, 0, 1)[1]
    low = int(price[number].argmin())
    charge_kw = turn.standing.charge_kw.copy()
    charge_kw[number, low] += 10.0
    battery, hours = situation.fleet.sites[number].battery, situation.horizon.hours
    assert battery is not None
    found = by_stores(replace(turn.standing, charge_kw=charge_kw), turn.standing, situation)
    taken_kwh, mean = 10.0 * hours[low], float((price[number] * hours).sum() / hours.sum())
    worth = taken_kwh * battery.charge_efficiency * mean / 1000.0
    assert found.saved == pytest.approx(worth - taken_kwh * price[number, low] / 1000.0)
    assert found.saved > 0.0 and found.given_kwh == 0.0


def test_nothing_is_said_of_stores_at_rest_nor_of_prices_that_nobody_knows(turn: Turn) -> None:
    """Unknown is no figure; energy is said all the same."""
    situation = turn.situation
    assert because_of(by_stores(turn.standing, turn.standing, situation)) == []
    blind = replace(
        situation, signals=tuple(one for one in situation.signals if one.kind is not Kind.PRICE)
    )
    found = by_stores(moving(turn, 0, 5)[0], turn.standing, blind)
    assert np.isnan(found.saved) and found.taken_kwh > 0.0
    assert because_of(found)


def test_orders_that_reach_beyond_the_prices_count_as_far_as_these_go(turn: Turn) -> None:
    """A slot grid is longer than a plan, and may be finer: the same energy brings the same."""
    situation = turn.situation
    dispatch, _ = moving(turn, 3, 5)
    own = dispatch.placement.horizon
    edges_s = np.unique(
        np.concatenate([own.edges_s, own.edges_s[:-1] + 60, own.edges_s[-1:] + 900])
    )
    finer = replace(dispatch.placement, horizon=Timeline(edges_s=edges_s))
    at = np.minimum(np.searchsorted(own.edges_s, edges_s[:-1], side="right") - 1, len(own) - 1)

    def longer(one: Dispatch) -> Dispatch:
        charge_kw, discharge_kw = one.charge_kw[:, at], one.discharge_kw[:, at]
        return replace(one, placement=finer, charge_kw=charge_kw, discharge_kw=discharge_kw)

    said = by_stores(dispatch, turn.standing, situation)
    again = by_stores(longer(dispatch), longer(turn.standing), situation)
    assert (again.taken_kwh, again.saved) == pytest.approx((said.taken_kwh, said.saved))
    assert again.hours == pytest.approx(said.hours)
