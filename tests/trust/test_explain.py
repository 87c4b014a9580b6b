"""Reasons read as sentences."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gridtide.decide.dispatch import Binding, Reason
from gridtide.trust.explain import Routed, Weighed, alternatives, flow_sentence, sentence

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
)


def test_a_moved_job_says_where_when_why_and_what_it_saves() -> None:
    """The whole answer in one line."""
    assert sentence(MOVED) == (
        "train-7b runs at Zhangbei from 02 Mar 04:00 UTC: Zhangbei is cheaper at a later time than "
        "Nantong at once, saving 500.00 CNY of 1,200.00; its deadline kept it from cheaper slots "
        "(slack 5.0 h)"
    )


def test_alternatives_come_cheapest_first() -> None:
    """What it was weighed against, with its price."""
    assert alternatives(MOVED) == (("at Nantong", 900.0), ("at once where its data are", 1200.0))


def test_a_job_without_slots_says_so() -> None:
    """No place is invented."""
    assert "holds no slots" in sentence(replace(MOVED, start=None))


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    """No code is shown as a number."""
    assert "{" not in sentence(replace(MOVED, reason=reason))


ROUTED = Routed(
    service="chat",
    origin="Shanghai",
    as_of=datetime(2026, 3, 2, tzinfo=UTC),
    place="Zhangbei",
    home="Nantong",
    share=0.62,
    cost=0.12,
    cost_home=0.35,
    late_s=0.322,
    late_home_s=0.304,
    late_max_s=2.0,
    currency="CNY",
)


def test_a_routed_flow_says_what_it_saves_and_what_it_costs_in_time() -> None:
    """Share, both prices, both times, the limit."""
    assert flow_sentence(ROUTED) == (
        "62% of chat from Shanghai are answered at Zhangbei instead of Nantong: 1,000 requests cost 0.120 CNY "
        "there and 0.350 at home; the first token comes after 0.322 s instead of 0.304 s, 2.000 s are allowed"
    )


def test_a_flow_that_costs_more_says_what_drove_it_away() -> None:
    """Never a saving that is none."""
    assert "leave no room for them" in flow_sentence(replace(ROUTED, cost=0.4))
