"""Forecasts of the last year of every series: error, pinball loss and kept word of `ridge` beside the naive ones.

    python benchmarks/forecasts.py [--days 365] [--kinds price,carbon,wind,solar,demand] [--zones DE-LU,SA1]

Every day at 0, 6, 12 or 18 h UTC in turn each forecaster is asked for 72 hours. Hours that were published by then
are left out. Prices are issued as zones.toml has it, everything else is known when its hour is over. EIA-930 has
one year, so its second half is judged; Finland has forecasts only, which stand for what happened. Carbon of
JP-TK and IN-WE is estimated throughout and left out; the price of ZA is a tariff, published for good.
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.case.schema import SignalTable
from gridtide.case.wiring import as_published, clock_of
from gridtide.signals.forecaster import Forecaster, ForecastsQuantiles, forecaster_named
from gridtide.signals.history import History, add, known, truth
from gridtide.signals.scores import (
    BANDS_H,
    LEVELS,
    STATED,
    mean_by_band,
    pinball_loss,
    share_inside,
)
from gridtide.signals.signal import Kind, Nature, Signal, between
from gridtide.sources.aemo import AemoPrice
from gridtide.sources.eia930 import Eia930Mix
from gridtide.sources.finland_forecasts import FinlandForecasts
from gridtide.sources.grid_hourly import GridHourly
from gridtide.timeline import regular

Real = NDArray[np.float64]

AHEAD_H = np.arange(BANDS_H[-1][1], dtype=np.float64)
NAIVE = ("persistence", "same-weekday", "nowcast")
WANTED, BEARABLE = (0.88, 0.92), (0.85, 0.95)
KINDS = {
    "price": Kind.PRICE,
    "carbon": Kind.CARBON_AVERAGE,
    "wind": Kind.WIND,
    "solar": Kind.SOLAR,
    "demand": Kind.DEMAND,
}
ESTIMATED = ("IN-WE", "JP-TK")
STAMPS = {"CISO": "end", "ERCO": "end"}
LEARNED = timedelta(days=1100)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """Of one series, by band: mean absolute error and pinball loss by forecaster, share inside the interval."""

    error: dict[str, Real]
    pinball: dict[str, Real]
    cover: float
    seconds: dict[str, float]
    calls: int


def all_series(data: Path, kinds: tuple[str, ...]) -> Iterator[tuple[str, Signal]]:
    """Kind in a word and the whole signal, in a fixed order."""
    for signal in _signals(data):
        for word in kinds:
            estimated = word == "carbon" and signal.zone in ESTIMATED
            if signal.kind is KINDS[word] and signal.nature is not Nature.TARIFF and not estimated:
                yield word, signal


def _signals(data: Path) -> Iterator[Signal]:
    hourly = data / "grid_hourly" / "grid_hourly.parquet"
    for zone in ("AU-NSW", "BR-SP", "CA-ON", "CH", "DE-LU", "ES", "FR", "GB", "IN-WE", "JP-TK", "KR", "NL",
                 "SG", "US-CAL-CISO", "US-MIDA-PJM", "US-TEX-ERCO", "ZA"):  # fmt: skip
        yield from GridHourly(path=hourly, zone=zone, carbon="direct").read()
    yield from AemoPrice(path=data / "aemo_sa1_price" / "sa1.parquet", region="SA1").read()
    for area in ("CISO", "ERCO", "PJM", "NYIS", "AZPS"):
        mix = data / "eia_mix_2022" / "eia_mix_2022.parquet"
        stamp = "end" if area in STAMPS else "start"
        found = Eia930Mix(path=mix, area=area, stamp=stamp).read()  # type: ignore[arg-type]
        yield from (signal for signal in found if signal.kind is not Kind.CARBON_AVERAGE)
    for signal in FinlandForecasts(path=data / "finland_forecasts" / "fi.parquet").read():
        yield replace(signal, nature=Nature.SYNTHETIC)


def history_of(signal: Signal) -> History:
    """The series as it was published, the clock of its zone beside it."""
    table = SignalTable(zone=signal.zone)
    clock = "Europe/Helsinki" if signal.zone == "FI" else clock_of(table)
    start = max(signal.timeline.start, signal.timeline.end - LEARNED)
    part = between(signal, start, signal.timeline.end)
    return add(History(clocks=((signal.zone, clock),)), as_published(part, table))


def scores_of(signal: Signal, days: int) -> Scores:
    """Ask every forecaster once a day over the last days of a series, at most over its second half."""
    history = history_of(signal)
    span = (signal.timeline.end - signal.timeline.start) // timedelta(days=1)
    days = min(days, span // 2)
    first = signal.timeline.end - timedelta(days=days + 3)
    ridge = forecaster_named("ridge")
    assert isinstance(ridge, ForecastsQuantiles)
    naive = {name: forecaster_named(name) for name in NAIVE}
    askable: dict[str, Forecaster] = {"ridge": ridge, **naive}
    came: list[Real] = []
    said: list[Real] = []
    told: dict[str, list[Real]] = {name: [] for name in askable}
    seconds = dict.fromkeys((*askable, "quantiles"), 0.0)
    for day in range(days):
        as_of = (first + timedelta(days=day)).replace(hour=6 * (day % 4), minute=0)
        ahead = regular(as_of, timedelta(hours=1), BANDS_H[-1][1])
        real = truth(history, signal.kind, signal.zone, ahead).values
        unknown = np.isnan(known(history, signal.kind, signal.zone, ahead, as_of).values)
        came.append(np.where(unknown, real, np.nan))
        for name, forecast in askable.items():
            begin = time.perf_counter()
            found = forecast(history, signal.kind, signal.zone, ahead, as_of)
            seconds[name] += time.perf_counter() - begin
            told[name].append(found.values)
        begin = time.perf_counter()
        quantiles = ridge.quantiles(history, signal.kind, signal.zone, ahead, as_of, LEVELS)
        seconds["quantiles"] += time.perf_counter() - begin
        said.append(np.stack([quantile.values for quantile in quantiles]))
    points = {name: np.stack(values) for name, values in told.items()}
    return _scored(np.stack(came), np.stack(said), points, seconds)


def _scored(came: Real, said: Real, points: dict[str, Real], seconds: dict[str, float]) -> Scores:
    """came: (days, 72); said: (days, levels, 72)."""
    error = {name: mean_by_band(np.abs(values - came), AHEAD_H) for name, values in points.items()}
    loss = {name: values / 2.0 for name, values in error.items()}
    loss["ridge"] = mean_by_band(pinball_loss(came, said, LEVELS), AHEAD_H)
    return Scores(
        error=error,
        pinball=loss,
        cover=share_inside(came, said),
        seconds=seconds,
        calls=len(came),
    )


def _ratios(scores: dict[str, Real], names: tuple[str, ...]) -> Real:
    """Of ridge to the best of the others, band by band."""
    best = np.min([scores[name] for name in names], axis=0)
    return np.asarray(
        np.divide(scores["ridge"], best, out=np.full(len(best), np.nan), where=best > 0.0)
    )


def _words(ratios: Real) -> str:
    return " ".join(" n/a" if np.isnan(ratio) else f"{ratio:4.2f}" for ratio in ratios)


def line(word: str, zone: str, scores: Scores) -> str:
    """One row of the table."""
    errors = [_words(_ratios(scores.error, (name,))) for name in NAIVE]
    lost = _words(_ratios(scores.pinball, NAIVE))
    return (
        f"{word:7s}{zone:14s}{scores.calls:4d}  "
        + "   ".join([*errors, lost])
        + f"   {scores.cover:5.3f}"
    )


def summary(found: list[tuple[str, str, Scores]]) -> None:
    """Means by kind, the share inside the interval, the series that stray, and what a call costs."""
    for word in dict.fromkeys(word for word, _, _ in found):
        own = [scores for kind, _, scores in found if kind == word]
        errors = [
            _words(np.nanmean([_ratios(scores.error, (name,)) for scores in own], axis=0))
            for name in NAIVE
        ]
        lost = _words(np.nanmean([_ratios(scores.pinball, NAIVE) for scores in own], axis=0))
        cover = float(np.mean([scores.cover for scores in own]))
        print(
            f"{word:7s}{'mean':14s}{len(own):4d}  "
            + "   ".join([*errors, lost])
            + f"   {cover:5.3f}"
        )
    covers = [scores.cover for _, _, scores in found]
    mean = f"mean cover of {STATED:.2f} over {len(covers)} series: {np.mean(covers):.3f}"
    print(f"{mean}, wanted {WANTED[0]} to {WANTED[1]}")
    strays = [
        f"{word} {zone} {scores.cover:.3f}"
        for word, zone, scores in found
        if not BEARABLE[0] <= scores.cover <= BEARABLE[1]
    ]
    print(f"outside {BEARABLE[0]} to {BEARABLE[1]}: {', '.join(strays) or 'none'}")
    calls = sum(scores.calls for _, _, scores in found)
    for name in ("ridge", "quantiles", *NAIVE):
        took = sum(scores.seconds[name] for _, _, scores in found)
        print(f"{name:14s}{calls / took:8.0f} calls a second, its rules learned on the way")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--zones", default="")
    options = parser.parse_args()
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")).resolve()
    kinds, chosen = tuple(options.kinds.split(",")), options.zones.split(",")
    print(
        "error of ridge as a share of each naive one's, its pinball loss as a share of the best of them;"
    )
    print("bands 0-24, 24-48, 48-72 h ahead; share of hours inside the interval from 0.05 to 0.95")
    heads = "".join(f"{name:17s}" for name in (*NAIVE, "pinball"))
    print(f"{'kind':7s}{'zone':14s}{'days':>4s}  {heads}cover")
    found = []
    for word, signal in all_series(data, kinds):
        if options.zones and signal.zone not in chosen:
            continue
        scores = scores_of(signal, options.days)
        found.append((word, signal.zone, scores))
        print(line(word, signal.zone, scores), flush=True)
    summary(found)


if __name__ == "__main__":
    main()
