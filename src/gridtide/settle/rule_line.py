"""A line of a settlement by a market's rule, and what is said of a market whose rule is of another kind."""

from gridtide.finding import Finding
from gridtide.settle.line import Inputs, Line
from gridtide.settle.market_rule import MarketRule


def rule_line(rule: MarketRule, what: str, site: str, amount: float, given: Inputs) -> Line:
    """The line with formula, version, source and mark of the rule."""
    return Line(
        what=what,
        site=site,
        amount=amount,
        formula=rule.formula,
        version=rule.version,
        inputs=given,
        source=rule.source,
        mark=rule.mark,
    )


def of_another_kind(rule: MarketRule, limit: str) -> Finding:
    """limit: what the market should be one of."""
    return Finding(
        subject=f"market {rule.market}",
        value=f"its rule {rule.name} is of another kind: {rule.title}",
        limit=limit,
        mend="Name another; gridtide settle --formulas lists all.",
    )
