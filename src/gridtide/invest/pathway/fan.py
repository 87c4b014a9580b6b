"""How wide the future is: many courses drawn from stated priors, and which assumption matters most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridtide.invest.pathway.assumptions import ACCELERATED, PLAIN, Drivers, Real

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is drawn of one assumption: a triangle over the figure or over its logarithm; name: one of ASSUMPTIONS."""

    name: str
    logarithmic: bool
    low: float
    mode: float
    high: float
    mark: str
    source: str


def samples(priors: Sequence[Prior], draws: int, seed: int) -> Real:
    """Values of each prior, (P, D), stratified: every D-th of a prior's weight is drawn once (Latin hypercube)."""
    chance = np.random.Generator(np.random.PCG64(seed))
    found = np.empty((len(priors), draws))
    for at, prior in enumerate(priors):
        levels = (chance.permutation(draws) + chance.random(draws)) / draws
        found[at] = at_level(prior, levels)
    return found


def at_level(prior: Prior, levels: Real) -> Real:
    """The values below which each level of a prior's weight lies; levels between 0 and 1."""
    ends = np.array([prior.low, prior.mode, prior.high], dtype=np.float64)
    low, mode, high = np.log(ends) if prior.logarithmic else ends
    width = high - low
    turn = (mode - low) / width
    rising = low + np.sqrt(levels * width * (mode - low))
    falling = high - np.sqrt((1.0 - levels) * width * (high - mode))
    value: Real = np.where(levels < turn, rising, falling)
    values: Real = np.exp(value) if prior.logarithmic else value
    return values


def drawn(base: Drivers, priors: Sequence[Prior], values: Real) -> Drivers:
    """As many courses as draws, the base course but for what the priors say. values: (P, D)."""
    draws = values.shape[1]
    columns = {
        name: np.repeat(np.asarray(getattr(base, name))[:1], draws, axis=0)
        for name in base.__dataclass_fields__
    }
    drivers = Drivers(**columns)
    for prior, value in zip(priors, values, strict=True):
        drivers = replace(drivers, **ASSUMPTIONS[prior.name](drivers, value))
    return drivers


Change = Callable[[Drivers, Real], dict[str, Real]]


def _kinds(name: str, kinds: slice) -> Change:
    def changed(drivers: Drivers, value: Real) -> dict[str, Real]:
        table = np.array(getattr(drivers, name))
        table[:, kinds] = value[:, None]
        return {name: table}

    return changed


def _whole(name: str) -> Change:
    return lambda drivers, value: {name: value}


def _times(name: str) -> Change:
    def changed(drivers: Drivers, value: Real) -> dict[str, Real]:
        table = np.asarray(getattr(drivers, name))
        return {name: table * value.reshape(-1, *(1,) * (table.ndim - 1))}

    return changed


def _hardware_gain(drivers: Drivers, value: Real) -> dict[str, Real]:
    """Process and architecture share a gain as they do in the base course."""
    logs = np.log1p(drivers.process_gain), np.log1p(drivers.architecture_gain)
    together = logs[0] + logs[1]
    part = np.where(together > 0.0, logs[0] / np.where(together > 0.0, together, 1.0), 0.5)
    whole = np.log1p(value)
    return {
        "process_gain": np.expm1(whole * part),
        "architecture_gain": np.expm1(whole * (1.0 - part)),
    }


def _headroom(drivers: Drivers, value: Real) -> dict[str, Real]:
    """Process and architecture share it as they do in the base course."""
    logs = np.log(drivers.process_most), np.log(drivers.architecture_most)
    part = logs[0] / (logs[0] + logs[1])
    return {"process_most": value**part, "architecture_most": value ** (1.0 - part)}


def _pue(drivers: Drivers, value: Real) -> dict[str, Real]:
    """The way of the base course, stretched to another end; straight where it goes nowhere."""
    first, last = drivers.pue[:, :1], drivers.pue[:, -1:]
    falls = first - last
    straight = np.linspace(0.0, 1.0, drivers.pue.shape[1])[None, :]
    way = np.where(falls > 0.0, (first - drivers.pue) / np.where(falls > 0.0, falls, 1.0), straight)
    return {"pue": first - way * (first - value[:, None])}


ASSUMPTIONS: dict[str, Change] = {
    "pace of accelerated services": _kinds("pace", ACCELERATED),
    "pace of conventional services": _kinds("pace", PLAIN),
    "accelerated services in the long run": _kinds("long_run_growth", ACCELERATED),
    "hardware gain": _hardware_gain,
    "hardware headroom": _headroom,
    "rebound": _whole("rebound"),
    "saturation of accelerated services": _kinds("saturation", ACCELERATED),
    "saturation of conventional services": _kinds("saturation", PLAIN),
    "PUE in the end": _pue,
    "training share": _whole("training_share"),
    "factor of chips made": _times("chips_per_year"),
    "factor of grids connected": _times("grid_gw_per_year"),
    "specialised chips, times": _whole("special_factor"),
    "specialised chips, year": _whole("special_year"),
    "specialised chips, share": _whole("special_share"),
}
"""What a prior may be about, and what it changes of a course."""


def quantiles(electricity_twh: Real) -> Real:
    """QUANTILES of courses (D, Y, R): (Q, Y, R + 1), the world last."""
    world = electricity_twh.sum(axis=2, keepdims=True)
    whole = np.concatenate([electricity_twh, world], axis=2)
    found: Real = np.quantile(whole, QUANTILES, axis=0)
    return found


def rank_correlations(values: Real, outcome: Real) -> Real:
    """How far each assumption (P, D) and an outcome (D,) rise together, -1 to 1, (P,). Reference: Spearman's rho."""
    ranks = np.argsort(np.argsort(np.vstack([values, outcome]), axis=1), axis=1).astype(np.float64)
    ranks -= ranks.mean(axis=1, keepdims=True)
    ranks /= np.sqrt((ranks**2).sum(axis=1, keepdims=True))
    found: Real = ranks[:-1] @ ranks[-1]
    return found
