"""How fast a run moved power on purpose, against its cap and ramp rules, in words and numbers."""

from dataclasses import asdict
from typing import Any

from gridtide.settle.ramp import Response
from gridtide.simulate.compare import Comparison
from gridtide.simulate.settlement import Settlement
from gridtide.timeline import instant


def responses_of(settlement: Settlement) -> list[dict[str, Any]]:
    """One object a limit: of sites with a ramp rule, then of the fleet under its cap."""
    return [
        {
            **asdict(one),
            "by_cause": dict(one.by_cause),
            "beyond_by_cause": dict(one.beyond_by_cause),
            "prices": [
                {"start": instant(at_s).isoformat(), "price_per_kw_per_min": price}
                for at_s, price in one.prices
            ],
        }
        for one in settlement.responses
    ]


def responses_said(comparison: Comparison) -> list[str]:
    """A sentence for each limit and policy."""
    return [
        f"{item.policy}: {_said(one, comparison.study.currency)}"
        for item in comparison.settlements
        for one in item.responses
    ]


def _said(one: Response, currency: str) -> str:
    held = (
        f"{one.subject} may change by {one.most_kw_per_min:,.4g} kW per minute on purpose; starts and stops in turn"
        f" went up to {one.in_turn_kw_per_min:,.4g}"
    )
    beyond = ", ".join(f"{name} {count:,}" for name, count in one.beyond_by_cause if count)
    if one.minutes_beyond:
        held += (
            f", all that was drawn faster in {one.minutes_beyond:,} minutes ({beyond}), up to"
            f" {one.steepest_kw_per_min:,.4g}"
        )
    sudden = f", {one.at_once_kw:,.0f} kW could not wait" if one.at_once_kw else ""
    return (
        f"{held}{sudden}. {_dearest(one, currency)}Starts waited {one.waited_h:,.1f} h in all,"
        f" {one.lost_accelerator_h:,.1f} accelerator-hours,"
        f" which delay counts {one.delay_cost:,.2f} {currency}."
    )


def _dearest(one: Response, currency: str) -> str:
    """When the cap cost most by the plans, as a sentence; empty where they said it cost nothing."""
    if not one.prices:
        return ""
    at_s, price = max(one.prices, key=lambda said: (said[1], -said[0]))
    return (
        f"By the plans one more kW per minute would have saved up to {price:,.2f} {currency}, in the step from"
        f" {instant(at_s):%Y-%m-%d %H:%M} UTC. "
    )
