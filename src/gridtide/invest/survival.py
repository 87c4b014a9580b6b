"""What happens when the grid is lost at any hour: how long the critical load is served, with or without faults."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.invest.campus import Option
from gridtide.invest.sizing import Built, Sizing
from gridtide.invest.technology import STORES, VARIABLE, Kind

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Survival:
    """One case of faults. share: of outages that begin after each hour, those in which the critical load is served
    for 1, 2 … hours, (K,). unserved_kwh: of an outage as long as asked, on average over when it begins."""

    name: str
    share: Real
    unserved_kwh: float

    def __post_init__(self) -> None:
        freeze(self, share=np.float64)


def survivals(sizing: Sizing, hours: int, import_left_kw: float) -> tuple[Survival, ...]:
    """Outages after every hour, replayed for some hours with all there is; then without stores, without one machine of
    each firm plant, and with the largest circuit lost and import_left_kw of the others.

    Sun, wind, water and firm plants first, then stores, the one that lasts longest at its power before the others; what
    is left over fills stores that have room. Work that waits is not served. Hours after the last follow from the first.
    """
    return (
        _replayed(sizing, hours, "all there is", 1.0, 0, 0.0),
        _replayed(sizing, hours, "no stores", 0.0, 0, 0.0),
        _replayed(sizing, hours, "one machine of each firm plant out", 1.0, 1, 0.0),
        _replayed(sizing, hours, "largest circuit out", 1.0, 0, import_left_kw),
    )


def _replayed(
    sizing: Sizing, hours: int, name: str, stores: float, out: int, import_kw: float
) -> Survival:
    campus = sizing.campus
    count = len(campus.hours)
    critical = campus.critical_kw
    made = sum(
        (one.kw * option.share for one, option in zip(sizing.built, _options(sizing), strict=True)
         if one.kind in VARIABLE),
        np.zeros(count),
    )  # fmt: skip
    firm = sum(
        one.kw * (option.units - out if out else option.units) / option.units
        for one, option in zip(sizing.built, _options(sizing), strict=True)
        if one.kind == Kind.FIRM
    )
    kept = [one for one in sizing.built if one.kind in STORES and one.kwh > 0.0]
    levels = [stores * one.level_kwh.copy() for one in kept]
    alive, unserved, share = np.ones(count, dtype=bool), np.zeros(count), []
    for hour in range(1, hours + 1):
        at = (np.arange(count) + hour) % count
        lacking = critical[at] - made[at] - firm - import_kw
        if stores:
            lacking = _by_stores(kept, levels, lacking, sizing)
        short = np.maximum(lacking, 0.0)
        unserved += short
        alive &= short <= 1e-4 * max(1.0, float(critical.max()))
        share.append(alive.mean())
    return Survival(name=name, share=np.array(share), unserved_kwh=float(unserved.mean()))


def _options(sizing: Sizing) -> list[Option]:
    by_name = {one.technology.name: one for one in sizing.campus.options}
    return [by_name[one.name] for one in sizing.built]


def _by_stores(kept: list[Built], levels: list[Real], lacking: Real, sizing: Sizing) -> Real:
    """What is lacking after all stores; in each hour those that last longest at their power come first."""
    lasts = np.array(
        [level / max(_out_kw(one), 1e-9) for one, level in zip(kept, levels, strict=True)]
    )
    order = np.argsort(-lasts, axis=0, kind="stable") if len(kept) else np.zeros((0, len(lacking)))
    for turn in range(len(kept)):
        for number, one in enumerate(kept):
            now = order[turn] == number
            part, level = lacking[now], levels[number][now]
            lacking[now] = _served(one, level, part, sizing)
            levels[number][now] = level
    return lacking


def _out_kw(one: Built) -> float:
    return one.kw if one.kind == Kind.BATTERY else one.kw_out


def _served(one: Built, level: Real, lacking: Real, sizing: Sizing) -> Real:
    """What is lacking after a store gave or took what it can; its level changes in place."""
    technology = next(
        option.technology for option in sizing.campus.options if option.technology.name == one.name
    )
    given = np.clip(lacking, 0.0, np.minimum(_out_kw(one), level * technology.efficiency_out))
    taken = np.clip(-lacking, 0.0, np.minimum(one.kw, (one.kwh - level) / technology.efficiency))
    taken = np.maximum(taken, 0.0)
    level += taken * technology.efficiency - given / technology.efficiency_out
    return np.asarray(lacking - given + taken)
