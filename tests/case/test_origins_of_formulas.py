"""Every formula of a market and every baseline says whose it is, from when, by which text, and how sure that is."""

from datetime import date
from pathlib import Path

import pytest

from gridtide.case.baselines import programmes
from gridtide.case.markets import market_rules
from gridtide.settle.baseline_rule import Programme
from gridtide.settle.market_rule import MarketRule

PAGE = (Path(__file__).parents[2] / "docs" / "settlement.md").read_text()
UNSEEN = ("usually described", "not seen", "common form", "from memory")
KNOWN = (*market_rules(None), *programmes(None).values())


@pytest.mark.parametrize("rule", KNOWN, ids=lambda rule: str(rule.name))
def test_a_formula_says_market_version_date_and_source(rule: MarketRule | Programme) -> None:
    """The edition is a day that has been; nobody calls a text that was not seen a quotation; the page lists it."""
    assert rule.name and rule.market and rule.source
    assert date(2020, 1, 1) <= date.fromisoformat(rule.edition) <= date(2026, 12, 31)
    assert rule.status in ("in force", "superseded", "proposed")
    assert rule.mark in ("quoted", "unverified") and not rule.primary
    if any(words in rule.source for words in UNSEEN) and "quoted" not in rule.source:
        assert rule.mark == "unverified" or rule.unverified
    assert rule.name in PAGE
