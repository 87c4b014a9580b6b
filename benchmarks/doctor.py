"""How many planted faults `gridtide doctor` finds, and how often it is wrong about series that are clean.

    python benchmarks/doctor.py [--seeds 3] [--part planted|clean|margins]

Hourly records of 2020 to 2023 ($GRIDTIDE_DATA/grid_hourly, default ../shared/data). First part: each fault of
gridtide.testing.series_faults put into the columns of KR, US-CAL-CISO, US-TEX-ERCO, SG and DE-LU of 2022 and 2023,
their own gaps filled, and into the solar power of ERCO and PJM of 2022 (eia_mix_2022), at each seed; shifts also
beside a coupled market. A fault counts as found when the named check passed before and speaks after; other checks
that then speak are counted, too.
Second part: every column of seventeen zones year by year, every pair of zones, and made-up clean series; what asks
for a decision there is known of the set, or a false alarm. Third part: how far the thresholds lie from both sides.
"""

import argparse
import os
from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np

from gridtide.doors.raw_table import frame_of, series_of
from gridtide.signals.check import Check, Verdict
from gridtide.signals.checks.smoothing import SMOOTHED_BELOW, notches
from gridtide.signals.doctor import beside, examined
from gridtide.signals.evidence.alongside import alongside
from gridtide.signals.evidence.lags import LIKE_ENOUGH, fortnights
from gridtide.signals.raw import Raw, in_time, rows_of
from gridtide.signals.signal import Kind
from gridtide.testing.clean_series import made_up
from gridtide.testing.series_faults import FAULTS, Fault

ZONES = ("KR", "US-CAL-CISO", "US-TEX-ERCO", "SG", "DE-LU")
SUNNY = ("solar_mw of ERCO", "solar_mw of PJM")
NEIGHBOURS = ("DE-LU", "FR", "NL", "CH")
YEARS = {number: (f"{number}-01-01", f"{number + 1}-01-01") for number in range(2020, 2024)}
NOISE_SHARE = 0.05
CLOCK_ZONES = frozenset({"DE-LU", "FR", "NL", "ES", "CH"})
REST_ZONES = frozenset({"BR-SP", "ES", "IN-WE", "CA-ON", "JP-TK", "SG"})


def main() -> None:
    """All parts, printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--part", choices=["planted", "clean", "margins"], help="one part only")
    asked = parser.parse_args()
    data = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data"))
    path = data / "grid_hourly" / "grid_hourly.parquet"
    columns = series_of(frame_of(path), path, None, None, None)
    mix = data / "eia_mix_2022" / "eia_mix_2022.parquet"
    sunny = [raw for raw in series_of(frame_of(mix), mix, None, None, None) if raw.name in SUNNY]
    if asked.part in (None, "planted"):
        _planted(columns, sunny, asked.seeds)
        _beside_neighbours(columns, asked.seeds)
    if asked.part in (None, "clean"):
        _clean(columns)
    if asked.part in (None, "margins"):
        _margins(columns)


def speaking(checks: tuple[Check, ...]) -> set[str]:
    """Names of the checks that say more than that all is well."""
    return {check.check for check in checks if check.verdict is not Verdict.PASSED}


def _planted(columns: list[Raw], sunny: list[Raw], seeds: int) -> None:
    chosen = [*(raw for raw in columns if raw.zone in ZONES), *sunny]
    clean = [_between(raw, "2022-01-01", "2024-01-01") for raw in chosen]
    clean = [_settled(raw) for raw in clean if np.isfinite(raw.values).any()]
    print(
        f"{'fault':40s} {'check':18s} {'planted':>7s} {'found':>6s} {'missed':>6s}  other checks that spoke"
    )
    alone = [speaking(examined(raw)) for raw in clean]
    for fault in FAULTS:
        found = planted = 0
        others: Counter[str] = Counter()
        for number, raw in enumerate(clean):
            for seed in range(seeds if raw.kind in fault.kinds else 0):
                chance = np.random.default_rng([seed, number])
                told = _before_and_after(fault, raw, alone[number], chance)
                if told is None:
                    continue
                planted += 1
                found += fault.check in told
                others.update(told - {fault.check})
        said = ", ".join(f"{name} {count}" for name, count in sorted(others.items()))
        print(
            f"{fault.name:40s} {fault.check:18s} {planted:7d} {found:6d} {planted - found:6d}  {said}"
        )


def _beside_neighbours(columns: list[Raw], seeds: int) -> None:
    """Shifted prices beside those of a coupled market."""
    prices = {
        raw.zone: _between(raw, "2022-01-01", "2024-01-01")
        for raw in columns
        if raw.kind is Kind.PRICE and raw.zone in NEIGHBOURS
    }
    for fault in (fault for fault in FAULTS if fault.check == "lag"):
        planted = found = 0
        for one, other in permutations(NEIGHBOURS, 2):
            for seed in range(seeds):
                ill = fault.plant(prices[one], np.random.default_rng(seed))
                planted += 1
                found += "lag" in speaking(examined(ill, prices[other]))
        name = fault.name.replace("a copy", "a neighbour")
        print(f"{name:40s} {fault.check:18s} {planted:7d} {found:6d} {planted - found:6d}")


def _before_and_after(
    fault: Fault, raw: Raw, alone: set[str], chance: np.random.Generator
) -> set[str] | None:
    """Checks that speak only after the fault was planted; None where its check spoke before."""
    other = _copy(raw, chance) if fault.against else None
    before = alone | (speaking(beside(raw, other)) if other is not None else set())
    if fault.check in before:
        return None
    ill = fault.plant(raw, chance)
    if _same(ill, raw):
        return None
    return speaking(examined(ill, other)) - before


def _same(one: Raw, other: Raw) -> bool:
    """Whether a fault had nothing to befall, such as a change of clocks in a zone without one."""
    told = ("stamps_s", "values")
    equal = all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in told
    )
    return equal and one.estimated is other.estimated and one.currencies == other.currencies


def _settled(raw: Raw) -> Raw:
    """Without its own empty cells and marks, so that what is planted is the only fault there."""
    known = np.flatnonzero(np.isfinite(raw.values))
    filled = np.interp(raw.stamps_s, raw.stamps_s[known], raw.values[known])
    return replace(raw, values=filled, estimated=None)


def _copy(raw: Raw, chance: np.random.Generator) -> Raw:
    """The same from another publisher: a twentieth of its usual change as noise, under another name."""
    change = float(np.nanmedian(np.abs(np.diff(raw.values)))) or float(np.nanstd(raw.values))
    noise = chance.normal(0.0, NOISE_SHARE * change, len(raw.values))
    return replace(raw, name=f"copy of {raw.name}", values=raw.values + noise)


def _between(raw: Raw, start: str, end: str) -> Raw:
    first, last = (np.datetime64(day, "s").astype(np.int64) for day in (start, end))
    told = in_time(raw)
    return rows_of(told, np.flatnonzero((told.stamps_s >= first) & (told.stamps_s < last)))


def _clean(columns: list[Raw]) -> None:
    series, known, wrong = 0, Counter[str](), Counter[str]()
    named: list[str] = []
    for raw in columns:
        for year, (start, end) in YEARS.items():
            part = _between(raw, start, end)
            series += 1
            for name in sorted(speaking(examined(part))):
                if _is_true(name, part):
                    known[name] += 1
                else:
                    wrong[name] += 1
                    named.append(f"{name}: {raw.name} in {year}")
    print(f"\n{series} columns of one year: decisions known of the set {sum(known.values())}")
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(known.items())))
    print(f"  false alarms {sum(wrong.values())}" + "".join(f"\n    {line}" for line in named))
    _pairs(columns)
    _made_up()


def _is_true(name: str, raw: Raw) -> bool:
    """What can be told of the set without the doctor: from its cells, or as its page of facts has it."""
    known = np.isfinite(raw.values)
    if name == "gaps":
        return not known.all() or bool((np.diff(raw.stamps_s) > 3600).any())
    if name == "unfilled column":
        return not known.any()
    if name == "estimated":
        return raw.estimated is not None and bool((raw.estimated & known).any())
    price = raw.kind is Kind.PRICE
    places = {"clock changes": CLOCK_ZONES, "floors and caps": REST_ZONES, "nature": {"ZA"}}
    return price and raw.zone in places.get(name, ())


def _pairs(columns: list[Raw]) -> None:
    pairs = 0
    wrong: list[str] = []
    for kind in (Kind.PRICE, Kind.CARBON_AVERAGE, Kind.TEMPERATURE):
        some = [
            raw for raw in columns
            if raw.kind is kind and np.isfinite(raw.values).any() and "lifecycle" not in raw.name
        ]  # fmt: skip
        for one, other in combinations(some, 2):
            pairs += 1
            told = speaking(beside(one, other))
            wrong += [f"{name}: {one.name} beside {other.name}" for name in sorted(told)]
    print(f"\n{pairs} pairs of zones held against each other: false alarms {len(wrong)}")
    print("".join(f"    {line}\n" for line in wrong), end="")


def _made_up() -> None:
    series = 0
    wrong: list[str] = []
    for seed in range(100):
        for name, raw in made_up(np.random.default_rng(seed)):
            series += 1
            wrong += [f"{check}: {name}, seed {seed}" for check in sorted(speaking(examined(raw)))]
    print(f"\n{series} made-up clean series: false alarms {len(wrong)}")
    print("".join(f"    {line}\n" for line in wrong), end="")


def _margins(columns: list[Raw]) -> None:
    """What real columns and their means leave in the spectrum, and how alike zones are."""
    raw_notch: list[float] = []
    mean_notch: list[float] = []
    for raw in columns:
        part = in_time(raw)
        found = notches(part)
        raw_notch += found.values()
        for width in found:
            values = np.convolve(part.values, np.full(width, 1.0 / width))[: len(part.values)]
            mean_notch += [notches(replace(part, values=values)).get(width, np.nan)]
    print(
        f"\nnotch, {len(raw_notch)} of columns: lowest {min(raw_notch):.2f}; of means over 2 to 6 rows: highest"
    )
    print(f"  {np.nanmax(mean_notch):.3f}; called smoothed below {SMOOTHED_BELOW}")
    alike: dict[bool, list[float]] = {True: [], False: []}
    for kind in (Kind.PRICE, Kind.CARBON_AVERAGE, Kind.TEMPERATURE):
        some = [in_time(raw) for raw in columns if raw.kind is kind and "lifecycle" not in raw.name]
        for one, other in combinations(some, 2):
            both = alongside(one, other)
            found_lags = fortnights(both) if both is not None else None
            if found_lags is not None:
                coupled = kind is Kind.PRICE and {one.zone, other.zone} <= set(NEIGHBOURS)
                alike[coupled].append(float(np.median(found_lags.likeness)))
    print(
        f"likeness at the best lag: {len(alike[True])} pairs of coupled markets {min(alike[True]):.2f} to"
    )
    print(
        f"  {max(alike[True]):.2f}; {len(alike[False])} other pairs at most {max(alike[False]):.2f}; ",
        end="",
    )
    print(f"believed from {LIKE_ENOUGH[False]}")


if __name__ == "__main__":
    main()
