"""Reasons read as sentences."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gridtide.decide.dispatch import Binding, Reason
from gridtide.trust.explain import (
    CarbonWeighed,
    PriceBasis,
    Routed,
    Weighed,
    alternatives,
    flow_sentence,
    hours,
    limit,
    sentence,
)

MOVED = Weighed(
    job="train-7b",
    as_of=datetime(2026, 3, 2, tzinfo=UTC),
    reason=Reason.CHEAPER_LATER_AND_ELSEWHERE,
    binding=Binding.DEADLINE,
    place="Zhangbei",
    home="Nantong",
    start=datetime(2026, 3, 2, 4, tzinfo=UTC),
    cost=700.0,
    cost_at_once=1200.0,
    alternative="Nantong",
    alternative_cost=900.0,
    slack_h=5.0,
    currency="CNY",
    issue=datetime(2026, 3, 1, 12, tzinfo=UTC),
    clock="Asia/Shanghai",
    deadline=datetime(2026, 3, 2, 12, tzinfo=UTC),
    price=PriceBasis(
        source="day-ahead price of CN-HE",
        issued=datetime(2026, 3, 1, 5, tzinfo=UTC),
        published=True,
    ),
)


def test_a_moved_job_says_where_when_why_and_what_it_saves() -> None:
    """The whole answer: place, local time, reason, money, the next best, the limit, the price and its age."""
    assert sentence(MOVED) == (
        "train-7b runs at Zhangbei instead of its home Nantong from Mon 2 Mar 12:00 (Asia/Shanghai), because"
        " Zhangbei at that later time is cheaper than Nantong at once: 700.00 CNY expected instead of 1,200.00"
        " at once at home. The best of the other places, Nantong, would cost 900.00 CNY. Its deadline kept it"
        " from cheaper slots (slack on arrival 5.0 h). Price: day-ahead price of CN-HE, published Sun 1 Mar"
        " 13:00, 19.0 h before the decision."
    )


def test_a_slower_operating_point_is_named() -> None:
    """Full speed goes without saying."""
    said = sentence(replace(MOVED, point="eco"))
    assert "(Asia/Shanghai) at operating point eco, because" in said
    assert (
        "At eco its work takes longer than at full speed and less power, and there is time." in said
    )
    assert "operating point" not in sentence(MOVED) and "full speed" not in sentence(MOVED)


def test_a_price_that_nobody_published_is_called_a_forecast() -> None:
    """With the newest issue it was made from."""
    assert MOVED.price is not None
    said = sentence(replace(MOVED, price=replace(MOVED.price, published=False)))
    assert "Price: a forecast from day-ahead price of CN-HE, newest issue Sun 1 Mar 13:00" in said


def test_a_price_that_a_contract_fixes_has_no_age() -> None:
    """Nobody issues it anew."""
    tariff = PriceBasis(source="60 USD/MWh by the contract", issued=None, published=False)
    assert sentence(replace(MOVED, price=tariff)).endswith(
        "Price: 60 USD/MWh by the contract, which the market does not change."
    )


def test_a_decision_that_carbon_drove_says_so() -> None:
    """Where prices are equal, what carbon counted is the reason; unknown intensities are not told."""
    weighed = CarbonWeighed(price_per_t=50.0, there_g_per_kwh=142.3, home_g_per_kwh=391.0)
    assert sentence(replace(MOVED, carbon=weighed)).endswith(
        "Carbon counts 50 CNY/t: an average of 142 g/kWh came there then, 391 at home at once."
    )
    unknown = replace(weighed, home_g_per_kwh=float("nan"))
    assert sentence(replace(MOVED, carbon=unknown)) == sentence(MOVED)


def test_alternatives_come_cheapest_first() -> None:
    """What it was weighed against, with its price."""
    assert alternatives(MOVED) == (("at Nantong", 900.0), ("at once where its data are", 1200.0))


def test_an_alternative_that_cannot_be_is_no_alternative() -> None:
    """Neither unknown nor infinite money is shown."""
    assert alternatives(replace(MOVED, cost_at_once=float("inf"), alternative_cost=None)) == ()


def test_a_job_without_slots_says_so() -> None:
    """No place is invented."""
    assert "holds no slots" in sentence(replace(MOVED, start=None))


def test_a_job_that_can_only_be_late_does_not_blame_its_deadline_for_the_price() -> None:
    """Slots behind the deadline are not those the deadline kept it from."""
    late = replace(MOVED, start=datetime(2026, 3, 2, 13, tzinfo=UTC))
    assert limit(late) == "Its deadline cannot be kept any more (slack on arrival 5.0 h)."


@pytest.mark.parametrize("binding", list(Binding))
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence(reason: Reason, binding: Binding) -> None:
    """No code is shown as a number, and sentences end."""
    said = sentence(replace(MOVED, reason=reason, binding=binding, price=None))
    assert "{" not in said
    assert said.endswith(".") and ".." not in said and " ." not in said


@pytest.mark.parametrize(
    ("length_h", "said"), [(0.25, "15 min"), (5.0, "5.0 h"), (80.0, "3.3 days")]
)
def test_lengths_are_said_as_people_say_them(length_h: float, said: str) -> None:
    """Minutes, hours, days."""
    assert hours(length_h) == said


ROUTED = Routed(
    service="chat",
    origin="Shanghai",
    as_of=datetime(2026, 3, 2, tzinfo=UTC),
    place="Zhangbei",
    home="Nantong",
    share=0.62,
    slower=0.0,
    cost=0.12,
    cost_home=0.35,
    late_s=0.322,
    late_home_s=0.304,
    late_max_s=2.0,
    currency="CNY",
)


def test_a_routed_flow_says_what_part_of_it_is_answered_slower() -> None:
    """Where some is, and only there."""
    assert "at Zhangbei, 40% of it slower, instead of Nantong" in flow_sentence(
        replace(ROUTED, slower=0.4)
    )


def test_a_routed_flow_says_what_it_saves_and_what_it_costs_in_time() -> None:
    """Share, both prices, both times, the limit."""
    assert flow_sentence(ROUTED) == (
        "62% of chat from Shanghai is answered at Zhangbei instead of Nantong: 1,000 requests cost 0.120 CNY"
        " there and 0.350 at home; the first token comes after 322 ms instead of 304 ms, 2,000 ms are allowed."
    )


def test_a_flow_that_costs_more_says_what_drove_it_away() -> None:
    """Never a saving that is none."""
    assert "leave no room for them" in flow_sentence(replace(ROUTED, cost=0.4))


def test_a_small_price_keeps_the_digits_that_tell_it_apart() -> None:
    """0.003 against 0.010 is not what was weighed."""
    assert "cost 0.00271 CNY there and 0.0097 at home" in flow_sentence(
        replace(ROUTED, cost=0.002713, cost_home=0.0097)
    )


def test_a_gang_of_another_size_is_told_with_its_accelerators() -> None:
    """How many run instead of how many, and why fewer or more; nothing of the kind for a whole gang."""
    half = sentence(replace(MOVED, point="0.5 of the gang", accelerators=(4, 8)))
    assert "4 accelerators instead of 8" in half and "takes longer" in half
    more = sentence(replace(MOVED, point="2 of the gang", accelerators=(16, 8)))
    assert "16 accelerators instead of 8" in more and "sooner" in more
    assert "accelerators instead" not in sentence(MOVED)
