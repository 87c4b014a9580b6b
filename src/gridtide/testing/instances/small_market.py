"""Small seeded power systems for a market: a few classes of units, sun and wind, one store, reserve, days of hours.

Nothing here is measured; there is always enough to serve all load.
"""

import numpy as np

from gridtide.grid.system_year import SystemYear
from gridtide.grid.units import ReserveProducts, Stores, Units
from gridtide.invest.market.system import DAY, PowerSystem, Terms, power_system

VERSION = "small market 1"
MOST_KW = 300_000.0
KINDS = ("Coal", "Gas CC", "Gas CT")


def small_market(
    seed: int,
    days: int = 2,
    *,
    starts: bool = True,
    reserve: bool = True,
    store: bool = True,
    terms: Terms | None = None,
) -> PowerSystem:
    """A system of some consecutive days. starts: whether units have lowest outputs, starts, least times and slow
    ramps; reserve, store: whether there are any."""
    rng = np.random.default_rng(seed)
    hours = np.arange(DAY * days)
    load = MOST_KW * (
        0.55 + 0.2 * np.sin((hours - 9.0) / DAY * 2.0 * np.pi) + 0.05 * rng.random(len(hours))
    )
    sun = (
        0.35 * MOST_KW * rng.random() * np.maximum(np.sin((hours % DAY - 6.0) / 12.0 * np.pi), 0.0)
    )
    wind = 0.3 * MOST_KW * np.clip(0.5 + 0.1 * np.cumsum(rng.normal(size=len(hours))), 0.0, 1.0)
    units = _units(rng, starts)
    available = np.full((len(hours), len(units)), np.nan)
    available[:, -3], available[:, -2] = sun, wind
    return power_system(
        f"{VERSION} {seed}",
        units,
        SystemYear(
            areas=("all",),
            load_kw=load[:, None],
            bus_area=np.array([0]),
            bus_share=np.array([1.0]),
            available_kw=available,
        ),
        _store(len(units) - 1, store),
        _reserves(reserve),
        range(1, days + 1),
        terms or Terms(),
        tiers=None,
    )


def _units(rng: np.random.Generator, starts: bool) -> Units:
    """Three classes with two units each, then sun, wind and the unit of the store."""
    fuel = np.repeat(np.arange(3), 2)
    low = np.array([20.0, 45.0, 80.0])[fuel] + np.repeat(rng.uniform(0.0, 10.0, 3), 2)
    price = np.column_stack([low, low + 4.0, low + 11.0])
    width = np.repeat(rng.uniform(15_000.0, 25_000.0, (3, 3)), 2, axis=0)
    rest = np.zeros((3, 3))
    rest[:, 0] = MOST_KW, MOST_KW, 20_000.0
    width, price = np.vstack([width, rest]), np.vstack([price, np.zeros((3, 3))])
    many = len(width)
    active = np.concatenate([np.ones(6), np.zeros(3)]) * starts

    def kinds(values: list[float]) -> np.ndarray:
        return np.concatenate([np.asarray(values)[fuel], np.zeros(3)])

    zero = np.zeros(many)
    return Units(
        names=tuple(f"unit {one}" for one in range(many)),
        bus=np.zeros(many, dtype=np.int64),
        area=("all",) * many,
        fuel=("",) * many,
        technology=(*(KINDS[one] for one in fuel), "PV", "Wind", "Store"),
        min_kw=active * 0.4 * width.sum(axis=1),
        max_kw=width.sum(axis=1),
        block_kw=width,
        block_price_per_mwh=price,
        no_load_cost_per_h=active * kinds([250.0, 200.0, 90.0]),
        start_cost=active * kinds([4_000.0, 1_500.0, 300.0]),
        ramp_kw_per_min=kinds([400.0, 900.0, 2_000.0]) * (1.0 if starts else 100.0),
        outage_rate=zero,
        repair_h=zero,
        min_up_h=np.where(active > 0.0, kinds([6.0, 3.0, 1.0]), 1.0),
        min_down_h=np.where(active > 0.0, kinds([5.0, 2.0, 1.0]), 1.0),
        inertia_s=zero,
        rated_kva=zero,
        machine_pu=zero,
        transformer_pu=zero,
        carbon_g_per_kwh=kinds([900.0, 380.0, 550.0]),
        currency="EUR",
    )


def _store(unit: int, there: bool) -> Stores:
    return Stores(
        names=("lake",),
        unit=np.array([unit]),
        energy_kwh=np.array([80_000.0 * there]),
        initial_kwh=np.zeros(1),
        charge_kw=np.array([20_000.0]),
        round_trip=np.array([0.8]),
    )


def _reserves(there: bool) -> ReserveProducts:
    return ReserveProducts(
        names=("regulation up", "spinning", "regulation down"),
        within_s=np.array([300.0, 600.0, 300.0]),
        required_kw=np.array([6_000.0, 9_000.0, 6_000.0]) * there,
        areas=((), (), ()),
        categories=(KINDS, KINDS, (*KINDS, "Wind")),
        upward=np.array([True, True, False]),
    )
