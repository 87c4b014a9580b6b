"""Who is asked about a decision is told what all of it comes to: money, carbon and own supply, beside what stands."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.facts import seen_prices_per_mwh
from gridtide.decide.situation import Situation
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study
from gridtide.trust.brings import all_of_it, brings
from gridtide.trust.proposal import proposal_of


@pytest.fixture(scope="module")
def turn() -> Turn:
    """A first turn of a small study with stores, services and work that waits."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    return take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)


def test_what_stands_brings_nothing_beside_itself(turn: Turn) -> None:
    """Money, carbon and supply are differences, and exactly 0 for the same orders."""
    found = brings(turn.standing, turn.standing, turn.situation)
    assert (found.saved, found.carbon_less_kg, found.supply_kwh) == (0.0, 0.0, 0.0)


def test_there_and_back_is_the_same_with_the_other_sign(turn: Turn) -> None:
    """What a decision saves, taking it back costs."""
    there = brings(turn.orders.dispatch, turn.standing, turn.situation)
    back = brings(turn.standing, turn.orders.dispatch, turn.situation)
    assert there.saved == pytest.approx(-back.saved) and there.saved != 0.0
    assert there.carbon_less_kg == pytest.approx(-back.carbon_less_kg)
    assert there.supply_kwh == pytest.approx(-back.supply_kwh)


def test_a_store_alone_brings_its_energy_at_the_price_where_the_site_draws(turn: Turn) -> None:
    """A kWh taken in at a step is bought there, as long as the site draws from the grid at all."""
    situation = replace(turn.situation, signals=_calm(turn))
    number = next(at for at, one in enumerate(situation.fleet.sites) if one.battery is not None)
    charge_kw = turn.standing.charge_kw.copy()
    charge_kw[number, 2] += 1.0
    found = brings(replace(turn.standing, charge_kw=charge_kw), turn.standing, situation)
    hours = float(turn.standing.placement.horizon.hours[2])
    price = seen_prices_per_mwh(situation)[number] / 1000.0
    battery = situation.fleet.sites[number].battery
    assert battery is not None
    held = battery.charge_efficiency * price.mean()
    assert found.saved == pytest.approx((held - price[2]) * hours)
    assert found.supply_kwh == 0.0


def test_who_only_empties_a_store_saves_no_more_than_prices_differ(turn: Turn) -> None:
    """What was in it is worth the mean price: it is gone."""
    number = next(
        at for at, one in enumerate(turn.situation.fleet.sites) if one.battery is not None
    )
    price = seen_prices_per_mwh(turn.situation)[number]
    cheap = int(price.argmin())
    assert price[cheap] < price.mean()
    discharge_kw = turn.standing.discharge_kw.copy()
    discharge_kw[number, cheap] += 1.0
    emptied = replace(turn.standing, discharge_kw=discharge_kw)
    assert brings(emptied, turn.standing, turn.situation).saved < 0.0


def test_what_nobody_knows_is_not_said(turn: Turn) -> None:
    """Without prices no money; with orders for plants, which are not reckoned, nothing at all."""
    blind = replace(
        turn.situation,
        signals=tuple(one for one in turn.situation.signals if one.kind is not Kind.PRICE),
    )
    found = brings(turn.orders.dispatch, turn.standing, blind)
    assert np.isnan(found.saved) and np.isfinite(found.carbon_less_kg)
    assert not any("EUR" in one for one in all_of_it(found, "EUR"))
    making = replace(turn.orders.dispatch, made_kw=np.ones((1, 3)))
    assert all_of_it(brings(making, turn.standing, turn.situation), "EUR") == []


def test_orders_that_reach_beyond_what_is_known_count_as_far_as_it_is(turn: Turn) -> None:
    """Between two plans the horizon is longer than what was forecast: no loop ends, unknown steps say nothing."""
    situation, known = turn.situation, len(turn.situation.horizon) - 5
    signals = tuple(_until(one, situation, known) for one in situation.signals)
    assert np.isfinite(brings(turn.orders.dispatch, turn.standing, _told(turn, signals)).saved)
    fewer = tuple(
        _until(one, situation, known - 5) if one.kind is Kind.PRICE else one for one in signals
    )
    found = brings(turn.orders.dispatch, turn.standing, _told(turn, fewer))
    assert np.isnan(found.saved) and np.isfinite(found.supply_kwh)
    prices = tuple(one for one in situation.signals if one.kind is Kind.PRICE)
    found = brings(turn.orders.dispatch, turn.standing, _told(turn, prices))
    assert all_of_it(found, "EUR") == []


def test_a_person_reads_it_on_the_card(turn: Turn) -> None:
    """In words, after the reasons; nothing where nothing changes."""
    asked = proposal_of(turn.decision, turn.orders.dispatch, turn.standing, turn.situation, "EUR")
    assert "EUR less than going on as it is" in asked.because and "kg of CO2" in asked.because
    asked = proposal_of(turn.decision, turn.standing, turn.standing, turn.situation, "EUR")
    assert asked.because == "nothing cheaper was found"


def test_orders_in_force_are_what_a_newer_decision_is_held_against(turn: Turn) -> None:
    """What they bring already is not promised again."""
    told = turn.orders.dispatch
    asked = proposal_of(turn.decision, told, turn.standing, turn.situation, "EUR", otherwise=told)
    assert "going on as it is" not in asked.because and not asked.touch.nothing


def _calm(turn: Turn) -> tuple[Signal, ...]:
    """The signals without sun and wind, so that every site draws."""
    return tuple(
        replace(one, values=one.values * 0.0) if one.kind in (Kind.SOLAR, Kind.WIND) else one
        for one in turn.situation.signals
    )


def _until(one: Signal, situation: Situation, steps: int) -> Signal:
    """A signal that says nothing from a step of the horizon on."""
    late = one.timeline.starts_s >= situation.horizon.starts_s[steps]
    return replace(one, values=np.where(late, np.nan, one.values))


def _told(turn: Turn, signals: tuple[Signal, ...]) -> Situation:
    """The situation of a turn that knows these signals alone."""
    return replace(turn.situation, signals=signals)
