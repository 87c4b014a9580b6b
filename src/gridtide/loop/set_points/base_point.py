"""What a site may be moved around, by the orders in force: the power planned for it now, and what it offered."""

from datetime import datetime

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.product import ProductKind
from gridtide.loop.set_points.led_plant import BasePoint
from gridtide.loop.world import Orders


def base_point(
    fleet: Fleet,
    site: int,
    orders: Orders | None,
    standing_kw: tuple[float, float],
    now: datetime,
) -> BasePoint | None:
    """What holds now, by the plan of the orders in force; None without orders or offer, or where orders end before.

    standing_kw: what may be moved to less and more without a decision that offers it; it holds where the site has no
    product of regulation in whose hours an offer would stand. Offers of orders are what people approved.
    """
    if orders is None or orders.plan is None:
        return None
    plan = orders.plan
    now = now.replace(microsecond=0)
    horizon = orders.dispatch.placement.horizon
    if not (plan.horizon.start <= now < plan.horizon.end and now < horizon.end):
        return None
    step = plan.horizon.step_holding(now)
    up_kw, down_kw = _offered(fleet, site, orders, now) or standing_kw
    if up_kw <= 0.0 and down_kw <= 0.0:
        return None
    return BasePoint(
        base_kw=float(plan.import_kw[site, step] - plan.export_kw[site, step]),
        up_kw=up_kw,
        down_kw=down_kw,
    )


def _offered(fleet: Fleet, site: int, orders: Orders, now: datetime) -> tuple[float, float] | None:
    """What the orders offer of regulation now; None where the site has no such product."""
    products = [
        (number, product)
        for number, (where, product) in enumerate(fleet.products)
        if where == site and product.kind is ProductKind.REGULATION
    ]
    if not products:
        return None
    offered_kw, horizon = orders.dispatch.offered_kw, orders.dispatch.placement.horizon
    if not offered_kw.size or now < horizon.start:
        return 0.0, 0.0
    step = horizon.step_holding(now)
    return (
        sum(float(offered_kw[n, step]) for n, product in products if product.goes_up),
        sum(float(offered_kw[n, step]) for n, product in products if product.goes_down),
    )
