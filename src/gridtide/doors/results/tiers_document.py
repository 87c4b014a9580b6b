"""The document of `gridtide tiers`: a menu of prices for jobs and for each service, and whom the course was for."""

from math import isfinite
from typing import Any

import numpy as np

from gridtide.decide.tier_costs import TierCost
from gridtide.simulate.showback import Share
from gridtide.simulate.study import Study
from gridtide.simulate.tiers import Menu, Terms


def tiers_document(
    study: Study, terms: Terms, menus: tuple[Menu, ...], shares: tuple[Share, ...]
) -> dict[str, Any]:
    """menus: each by tier. showback: teams, services and nobody; sums: of each figure over all of them,
    null where one is unknown."""
    rows = [_share(one) for one in shares]
    return {
        "case": study.name,
        "currency": study.currency,
        "rule": {
            "share": terms.passed_on,
            "sensitivity": terms.sensitivity,
            "sensitivity_mark": "assumed",
        },
        "menus": [_menu(one) for one in menus],
        "showback": rows,
        "sums": {
            key: _sum([row[key] for row in rows])
            for key in ("kwh", "carbon_kg", "cost", "accelerator_h")
        },
        "notes": list(study.notes),
    }


def _menu(one: Menu) -> dict[str, Any]:
    """quantity: units in the course. revenue, revenue_today: for one unit, the same within 1e-6. saved: by the course
    as users choose at these prices, money for all units."""
    return {
        "of": one.of,
        "unit": one.unit,
        "quantity": one.quantity,
        "added": one.added,
        "revenue": one.prices.revenue,
        "revenue_today": one.prices.revenue_today,
        "is_neutral": one.prices.is_neutral,
        "saved": 0.0 - one.prices.cost_change * one.quantity,
        "tiers": [
            _tier(one, number, name, cost)
            for number, (name, cost) in enumerate(zip(one.tiers, one.costs, strict=True))
        ],
    }


def _tier(menu: Menu, number: int, name: str, cost: TierCost) -> dict[str, Any]:
    """Money for a unit. first, again: solved, of the small amount and of as much once more; by_price: by the prices
    between them. by_hour: marginal cost by local hour at which work is given out, null where none is."""
    prices = menu.prices
    return {
        "tier": name,
        "marginal_cost": float(prices.marginal[number]),
        "first": cost.first,
        "again": cost.again,
        "by_price": float(np.mean(cost.by_price)),
        "undone_share": cost.undone_share,
        "price": float(prices.price[number]),
        "today_share": float(prices.today[number]),
        "accepted_share": float(prices.accepted[number]),
        "by_hour": [_finite(value) for value in menu.by_hour[number]] if len(menu.by_hour) else [],
    }


def _share(one: Share) -> dict[str, Any]:
    """carbon_kg: null where no intensity is known."""
    return {
        "name": one.name,
        "kind": one.kind,
        "kwh": one.kwh,
        "carbon_kg": _finite(one.carbon_kg),
        "cost": one.cost,
        "parts": dict(one.parts),
        "accelerator_h": one.accelerator_h,
        "mean_wait_h": one.mean_wait_h,
        "late": one.late,
    }


def _sum(values: list[float | None]) -> float | None:
    """None where one of them is unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
