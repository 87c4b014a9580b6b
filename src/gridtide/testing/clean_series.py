"""Hourly series of 2023 without a fault, made up by a seed, on which no check may speak."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.raw import Raw, Real
from gridtide.signals.signal import Kind


def made_up(chance: np.random.Generator, days: int = 183) -> Iterator[tuple[str, Raw]]:
    """Names and series: prices that wander, jump, are noise or whole numbers; wind, sun, demand, carbon, warmth."""
    hours = np.arange(days * 24, dtype=np.float64)
    day: Real = np.cos(2 * np.pi * (hours - 19) / 24)
    slow = _wandering(chance, len(hours), 0.995)
    fast = _wandering(chance, len(hours), 0.8)
    clear: Real = np.repeat(chance.uniform(0.3, 1.0, days), 24)
    yield "wandering price", _raw(Kind.PRICE, 60 + 15 * day + 20 * slow + 5 * fast, hours)
    spikes = np.where(chance.random(len(hours)) < 0.01, chance.pareto(2.0, len(hours)) * 200, 0)
    yield "spiky price", _raw(Kind.PRICE, 60 + 15 * day + 5 * fast + spikes, hours)
    yield "white noise", _raw(Kind.PRICE, 50 + 10 * chance.normal(size=len(hours)), hours)
    rounded = np.round(60 + 15 * day + 10 * fast)
    yield "price in whole numbers", _raw(Kind.PRICE, rounded, hours)
    sun: Real = np.maximum(np.cos(2 * np.pi * (hours - 11.7) / 24), 0) * clear
    power: Real = np.asarray(1000 * sun * (1 + 0.02 * fast), dtype=np.float64)
    yield "solar power", _raw(Kind.SOLAR, power, hours)
    blown: Real = 1000 * np.clip(0.4 + 0.3 * slow + 0.05 * fast, 0, 1)
    yield "wind power", _raw(Kind.WIND, blown, hours)
    yield "demand", _raw(Kind.DEMAND, 5000 + 800 * day + 300 * slow + 50 * fast, hours)
    yield "carbon", _raw(Kind.CARBON_AVERAGE, 350 + 60 * day + 50 * slow + 10 * fast, hours)
    damp = np.round(np.clip(60 - 15 * day + 10 * slow + 3 * fast, 0, 100), 1)
    yield "humidity in per cent", replace(_raw(Kind.HUMIDITY, damp, hours), per_cent=True)
    warm = 10 + 5 * np.cos(2 * np.pi * (hours - 14.5) / 24) + 4 * slow + 0.3 * fast
    yield "temperature to a tenth", _raw(Kind.TEMPERATURE, np.round(warm, 1), hours)


def _wandering(chance: np.random.Generator, rows: int, keeps: float) -> Real:
    steps = chance.normal(size=rows) * np.sqrt(1 - keeps**2)
    values = np.empty(rows)
    last = 0.0
    for number, step in enumerate(steps.tolist()):
        last = keeps * last + step
        values[number] = last
    return values


def _raw(kind: Kind, values: NDArray[np.floating[Any]], hours: Real) -> Raw:
    return Raw(
        name=f"{kind} of DE-LU",
        kind=kind,
        zone="DE-LU",
        stamps_s=1_672_531_200.0 + 3600.0 * hours,
        values=np.asarray(values, dtype=np.float64),
        rows=np.arange(1, len(hours) + 1),
        clock="Europe/Berlin",
        currencies=("EUR",) if kind is Kind.PRICE else (),
        market_currency="EUR" if kind is Kind.PRICE else None,
    )
