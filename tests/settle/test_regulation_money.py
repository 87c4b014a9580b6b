"""What regulation earns: PJM before and after October 2025, Hunan's K with every clamp, provinces as data."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.markets import market_rules
from gridtide.finding import BadInput
from gridtide.settle.k_factor import (
    KTerms,
    factors_of,
    k_fee,
    k_of_movements,
    k_of_period,
    ranking_price,
)
from gridtide.settle.market_lines import regulation_lines
from gridtide.settle.market_rule import rule_on
from gridtide.settle.pjm_regulation import Awards, PjmTerms, pjm_credit

RULES = market_rules()
BEFORE, AFTER = date(2025, 9, 30), date(2025, 10, 1)


def pjm(day: date) -> PjmTerms:
    """PJM's terms on a day."""
    terms = rule_on(RULES, "pjm-regulation", day).terms
    assert isinstance(terms, PjmTerms)
    return terms


def province(market: str) -> KTerms:
    """A province's terms."""
    terms = rule_on(RULES, market, date(2026, 6, 1)).terms
    assert isinstance(terms, KTerms)
    return terms


def hour_of(score: list[float]) -> Awards:
    """10,000 kW through the five minutes of one hour, RMCCP 20, ratio 2.5, RMPCP 2."""
    n = len(score)
    return Awards(
        start_s=300 * np.arange(n),
        hours=np.full(n, 1.0 / 12.0),
        award_kw=np.full(n, 10_000.0),
        score=np.asarray(score),
        capability_price_per_mw_h=np.full(n, 20.0),
        performance_price_per_mw_h=np.full(n, 2.0),
        mileage_ratio=np.full(n, 2.5),
    )


def test_reg_4_the_second_version_pays_225_dollars() -> None:
    """10 MW at 0.9 of 20 + 2.5 x 2 through twelve intervals."""
    credit = pjm_credit(hour_of([0.9] * 12), pjm(AFTER))
    assert round(float(credit.sum()), 2) == 225.00


def test_reg_3_a_score_strictly_below_a_quarter_forfeits_and_a_quarter_pays() -> None:
    """0.2499 earns nothing, 0.25 its share, in both versions; a response of nothing has no score and no credit."""
    for day in (BEFORE, AFTER):
        credit = pjm_credit(hour_of([0.2499, 0.2500, 0.0] + [0.9] * 9), pjm(day))
        assert credit[0] == 0.0 and credit[2] == 0.0
        assert credit[1] > 0.0
    assert pjm_credit(hour_of([0.25] * 12), pjm(AFTER)).sum() == pytest.approx(62.5)


def test_the_first_version_pays_all_intervals_by_the_score_of_their_hour() -> None:
    """Scores 0.8 and 1.0 by turns: 0.9 for each, 225 together, as the all-in hourly price has it."""
    credit = pjm_credit(hour_of([0.8, 1.0] * 6), pjm(BEFORE))
    assert credit == pytest.approx([18.75] * 12)
    assert credit.sum() == pytest.approx(10.0 * 0.9 * 25.0)


def test_a_market_without_a_rule_on_a_day_is_said_with_its_versions() -> None:
    """Nothing is settled by a rule that did not hold."""
    assert rule_on(RULES, "pjm-regulation", BEFORE).name == "pjm-regulation-v1"
    assert rule_on(RULES, "pjm-regulation", AFTER).name == "pjm-regulation-v2"
    with pytest.raises(BadInput, match="0 rules on 2025-10-23"):
        rule_on(RULES, "hunan-regulation", date(2025, 10, 23))
    with pytest.raises(BadInput, match="no market"):
        rule_on(RULES, "moon", AFTER)


def hunan(ramp: float, delay_s: float, deviation_kw: float) -> tuple[list[float], float]:
    """Factors and K of one movement of 100 MW against a mean standard rate of 10 MW a minute."""
    terms = province("hunan-regulation")
    standards = np.asarray([10e3, np.nan, 0.02 * 100e3])
    factors = factors_of(terms, np.asarray([[ramp], [delay_s], [deviation_kw]]), standards)
    return factors[:, 0].tolist(), float(k_of_movements(terms, factors)[0])


def test_reg_6_hunan_k_and_its_fee_by_hand() -> None:
    """K1 3, K2 0.9, K3 0.75, K 1.695; 200 MW of mileage at 10 yuan pay 3,390."""
    factors, k = hunan(30e3, 6.0, 500.0)
    assert factors == pytest.approx([3.0, 0.9, 0.75])
    assert round(k, 3) == 1.695
    terms = province("hunan-regulation")
    fee = k_fee(terms, np.asarray([200.0]), np.asarray([10.0]), np.asarray([k]), 1.0)
    assert round(fee) == 3390


def test_reg_6_the_clamps_of_hunan() -> None:
    """A ramp of 80 MW a minute is still 3; a K of 2.6 is paid as 2; late and far off is 0, not less."""
    assert hunan(80e3, 6.0, 500.0)[0][0] == 3.0
    terms, one = province("hunan-regulation"), np.ones(1)
    assert k_fee(terms, one, one, np.asarray([2.6]), 1.0) == 2.0
    assert hunan(0.0, 120.0, 1e6)[0] == [0.0, 0.0, 0.0]


def test_the_mean_of_a_period_is_rounded_where_the_rule_says_so() -> None:
    """Hunan keeps two decimals; others none of their own."""
    k = np.asarray([1.695, 1.5])
    assert k_of_period(province("hunan-regulation"), k) == 1.6
    assert k_of_period(province("guangdong-regulation"), k) == pytest.approx(1.5975)


def test_a_product_and_the_inverse_relation_by_hand() -> None:
    """At twice the standard rate, half the delay and half the deviation: 1.5 x 0.5 x 0.5."""
    terms = province("north-china-regulation")
    measured = np.asarray([[20.0], [30.0], [1.0]])
    factors = factors_of(terms, measured, np.asarray([10.0, np.nan, 2.0]))
    assert k_of_movements(terms, factors) == pytest.approx([0.375])
    still = factors_of(terms, np.asarray([[0.0], [30.0], [1.0]]), np.asarray([10.0, np.nan, 2.0]))
    assert still[0, 0] == terms.factors[0].floor


def test_who_follows_half_as_well_is_ranked_as_if_dearer() -> None:
    """A bid of 8 at half the best K counts as 16."""
    assert ranking_price(8.0, 0.5, 1.0) == 16.0


@settings(max_examples=60, deadline=None)
@given(
    score=st.lists(st.floats(0, 1), min_size=12, max_size=12),
    better=st.floats(0, 1),
    at=st.integers(0, 11),
)
def test_a_better_score_never_earns_less(score: list[float], better: float, at: int) -> None:
    """In both versions, over the whole hour."""
    raised = [max(value, better) if index == at else value for index, value in enumerate(score)]
    for day in (BEFORE, AFTER):
        low, high = (pjm_credit(hour_of(one), pjm(day)).sum() for one in (score, raised))
        assert high >= low - 1e-9


@settings(max_examples=60, deadline=None)
@given(
    market=st.sampled_from([rule.market for rule in RULES if isinstance(rule.terms, KTerms)]),
    measures=st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
)
def test_no_measure_moves_k_beyond_its_clamps(market: str, measures: list[float]) -> None:
    """Whatever a meter says."""
    terms = province(market)
    count = len(terms.factors)
    factors = factors_of(
        terms, np.asarray(measures[:count])[:, None], np.asarray([10.0, 60.0, 2.0][:count])
    )
    for row, factor in zip(factors, terms.factors, strict=True):
        assert factor.floor <= row[0] <= factor.cap
    most = k_of_movements(terms, np.asarray([[one.cap] for one in terms.factors]))[0]
    assert 0.0 <= k_of_movements(terms, factors)[0] <= most + 1e-9


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 8, 23), (11, 1, 25), (6, 1, 24)])
def test_a_version_holds_through_the_whole_local_day_of_its_market(
    month: int, day: int, hours: int
) -> None:
    """23, 24 or 25 hours from one midnight of New York to the next, and none beside them."""
    zone = ZoneInfo("America/New_York")
    begins = datetime(2026, month, day, tzinfo=zone)
    old, that_day = (
        replace(
            next(one for one in market_rules() if one.name == "pjm-regulation-v2"),
            name=name, market="ours", holds_from=first, holds_to=last,
        )
        for name, first, last in (
            ("old", None, (begins - timedelta(days=1)).date()), ("that day", begins.date(), begins.date()),
        )
    )  # fmt: skip
    starts_s = int(begins.timestamp()) + 3600 * np.arange(-5, hours)
    awards = replace(hour_of([0.9] * len(starts_s)), start_s=starts_s, hours=np.ones(len(starts_s)))
    lines = regulation_lines(awards, (old, that_day), "ours", None, "here")
    counted = {line.version.split(",")[0]: dict(line.inputs)["intervals"] for line in lines}
    assert counted == {"old": 5.0, "that day": float(hours)}
    beyond = replace(awards, start_s=starts_s + 3600)
    with pytest.raises(BadInput, match="has 0 rules"):
        regulation_lines(beyond, (old, that_day), "ours", None, "here")
