"""Typical days that stand for the days of real years: medoids of all series, the extreme days kept as they are."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.invest.campus import Campus
from gridtide.invest.hours import Hours

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
DAY_H = 24
TURNS_MAX = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class TypicalDays:
    """chosen: days of the years that stand for others, (K,); chain: which of them stands for each day, (D,)."""

    chosen: Whole
    chain: Whole

    def __post_init__(self) -> None:
        freeze(self, chosen=np.int64, chain=np.int64)


def typical_days(campus: Campus, days: int, seed: int) -> TypicalDays:
    """So many days of a campus's years, extremes among them, each of which stands for itself alone: the highest load,
    the most load beyond what a kW of each plant makes, the day that makes least, the dearest, the cheapest, the hardest
    to cool, the one that asks for most heat.

    Call with whole days, 8 typical ones or more (fewer where the years are shorter).
    """
    series = _series(campus)
    features = np.concatenate([_standard(one) for one in series.values()], axis=1)
    count = len(features)
    days = min(days, count)
    kept = _extremes(series, days)
    apart = np.sqrt(
        np.maximum(
            (features**2).sum(axis=1)[:, None] + (features**2).sum(axis=1) - 2.0 * features @ features.T, 0.0
        )
    )  # fmt: skip
    generator = np.random.default_rng(seed)
    chosen = _medoids(apart, kept, days, generator)
    extreme = len(kept) if len(kept) < len(chosen) else 0
    chain = extreme + np.argmin(apart[:, chosen[extreme:]], axis=1)
    chain[chosen] = np.arange(len(chosen))
    return TypicalDays(chosen=chosen, chain=chain)


def over_typical(campus: Campus, days: TypicalDays) -> Campus:
    """The campus over its typical days, each weighed by the days it stands for."""
    index = (days.chosen[:, None] * DAY_H + np.arange(DAY_H)).ravel()
    stands = np.bincount(days.chain, minlength=len(days.chosen))
    hours = campus.hours
    weight = np.repeat(stands, DAY_H) * hours.weight[0]
    thinned: Campus = _picked(_at_means(campus, index, weight), index, len(hours))
    return replace(
        thinned,
        hours=Hours(
            weight=weight,
            years=hours.years,
            start_s=hours.start_s,
            period_h=DAY_H,
            chain=days.chain,
        ),
    )


def _at_means(campus: Campus, index: Whole, weight: Real) -> Campus:
    """The campus with what its plants and those of agreements make, and its prices, scaled so that typical days have
    the means of the years."""

    def scaled(series: Real) -> Real:
        mean, typical = series.mean(), float(series[index] @ weight / weight.sum())
        return series * (mean / typical) if typical > 0.0 < mean else series

    options = tuple(
        replace(one, share=np.minimum(scaled(one.share), 1.0)) if len(one.share) else one
        for one in campus.options
    )
    grid = campus.grid
    if grid is not None:
        carbon_g = scaled(grid.carbon_average_g_per_kwh)
        off = float(grid.market_per_mwh.mean() - grid.market_per_mwh[index] @ weight / weight.sum())
        grid = replace(
            grid,
            buy_per_mwh=grid.buy_per_mwh + off,
            sell_per_mwh=grid.sell_per_mwh + off,
            market_per_mwh=grid.market_per_mwh + off,
            carbon_average_g_per_kwh=carbon_g,
        )
    agreements = tuple(
        replace(one, share=np.minimum(scaled(one.share), 1.0)) for one in campus.agreements
    )
    return replace(campus, options=options, grid=grid, agreements=agreements)


def _picked(noun: Any, index: Whole, count: int) -> Any:
    """A noun whose hourly series, and those of its parts, are cut to some hours."""
    changed: dict[str, Any] = {}
    for field in fields(noun):
        value = getattr(noun, field.name)
        if isinstance(value, np.ndarray) and len(value) == count:
            changed[field.name] = value[index]
        elif isinstance(value, tuple) and value and hasattr(value[0], "__dataclass_fields__"):
            changed[field.name] = tuple(_picked(one, index, count) for one in value)
        elif field.name == "hours":
            changed[field.name] = Hours(weight=np.ones(len(index)), years=1.0, start_s=0)
        elif hasattr(value, "__dataclass_fields__"):
            changed[field.name] = _picked(value, index, count)
    return replace(noun, **changed) if changed else noun


def _series(campus: Campus) -> dict[str, Real]:
    """Series by day, (D, 24) each."""
    found = {"load": campus.load_kw}
    for one in campus.options:
        if len(one.share):
            found[one.technology.name] = one.share
    if campus.grid is not None:
        found["price"] = campus.grid.buy_per_mwh
        found["carbon"] = campus.grid.carbon_average_g_per_kwh
    if campus.cooling is not None:
        found["cooling"] = 1.0 / campus.cooling.cop
    if campus.heat is not None:
        found["heat"] = campus.heat.demand_kw
    return {name: one.reshape(-1, DAY_H) for name, one in found.items()}


def _standard(series: Real) -> Real:
    """By day, mean 0 and spread 1 over all hours."""
    spread = series.std()
    return np.asarray((series - series.mean()) / (spread if spread > 0.0 else 1.0))


def _extremes(series: dict[str, Real], most: int) -> list[int]:
    makes = [
        one
        for name, one in series.items()
        if name not in ("load", "price", "carbon", "cooling", "heat")
    ]
    together = sum((one / max(one.mean(), 1e-9) for one in makes), np.zeros_like(series["load"]))
    load = series["load"] / series["load"].mean()
    found = [
        int(load.max(axis=1).argmax()),
        int((load - together / max(1, len(makes))).mean(axis=1).argmax()),
    ]
    if makes:
        found.append(int(together.mean(axis=1).argmin()))
    for name, sign in (("price", 1.0), ("price", -1.0), ("cooling", 1.0), ("heat", 1.0)):
        if name in series:
            found.append(int((sign * series[name].mean(axis=1)).argmax()))
    return list(dict.fromkeys(found))[: max(1, most - 1)]


def _medoids(apart: Real, kept: list[int], days: int, generator: np.random.Generator) -> Whole:
    """Kept days, and others that lie in the middle of those nearest to them; begun far apart (k-means++)."""
    chosen = list(kept)
    while len(chosen) < days:
        near = apart[:, chosen].min(axis=1) ** 2
        near[chosen] = 0.0
        total = near.sum()
        left = np.setdiff1d(np.arange(len(apart)), chosen)
        chance = near / total if total > 0.0 else np.isin(np.arange(len(apart)), left) / len(left)
        chosen.append(int(generator.choice(len(apart), p=chance)))
    for _ in range(TURNS_MAX):
        nearest = np.argmin(apart[:, chosen], axis=1)
        moved = list(chosen)
        for place in range(len(kept), len(chosen)):
            members = np.flatnonzero(nearest == place)
            if len(members):
                middle = members[int(apart[np.ix_(members, members)].sum(axis=1).argmin())]
                moved[place] = int(middle)
        if moved == chosen:
            break
        chosen = moved
    return np.array(chosen, dtype=np.int64)
