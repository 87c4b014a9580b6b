"""How many honest prices are doubted by their own past: real markets, hour by hour as they were issued.

`python benchmarks/doubted_prices.py [--year 2022]`, over the hourly records of $GRIDTIDE_DATA/grid_hourly (default
../shared/data). An hour counts where it is doubted at the instant its issue comes: the day ahead at noon UTC, or each
hour at its end in real time.
"""

import argparse
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from gridtide.signals.history import History, Series, add
from gridtide.signals.signal import Kind
from gridtide.sources.grid_hourly import GridHourly
from gridtide.timeline import epoch_s
from gridtide.trust.own_past import unlikely

REAL_TIME = frozenset({"AU-NSW", "CA-ON", "SG", "US-CAL-CISO", "US-TEX-ERCO"})
AHEAD = timedelta(hours=12)


def prices_of(zone: str, path: Path, year: int) -> Series:
    """The price of a zone, issued as its market does."""
    start, end = datetime(year - 1, 9, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    signals = GridHourly(path=path, zone=zone, carbon="direct", start=start, end=end).read()
    price = [one for one in signals if one.kind is Kind.PRICE]
    (rows,) = add(History(), [replace(one, issued_at=None) for one in price]).series
    if zone in REAL_TIME:
        return rows
    day_s = rows.start_s // 86_400 * 86_400
    return replace(rows, issued_s=day_s - round(AHEAD.total_seconds()))


def doubted(rows: Series, year: int) -> tuple[int, int, int]:
    """Hours of a year, and how many of them are doubted as sudden and as still when they are issued."""
    begin_s, end_s = (epoch_s(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
    inside = (rows.start_s >= begin_s) & (rows.start_s < end_s)
    sudden = still = 0
    for issued_s in np.unique(rows.issued_s[inside]):
        found = unlikely(rows, datetime.fromtimestamp(int(issued_s), UTC))
        if found is not None:
            now = rows.issued_s == issued_s
            sudden += int((found.sudden & now & inside).sum())
            still += int((found.still & now & inside).sum())
    return int(inside.sum()), sudden, still


def main() -> None:
    """One line a zone."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--year", type=int, default=2022)
    asked.add_argument("--zones", default="")
    words = asked.parse_args()
    path = (
        Path(os.environ.get("GRIDTIDE_DATA", "../shared/data"))
        / "grid_hourly"
        / "grid_hourly.parquet"
    )
    whole = np.zeros(3, dtype=np.int64)
    for zone in words.zones.split(",") if words.zones else zones_of(path):
        try:
            rows = prices_of(zone, path, words.year)
        except ValueError:
            continue
        found = np.asarray(doubted(rows, words.year))
        whole += found
        print(f"{zone:14} {found[0]:6,} hours  sudden {found[1]:4}  still {found[2]:4}", flush=True)
    share = (whole[1] + whole[2]) / max(whole[0], 1)
    print(
        f"{'all':14} {whole[0]:6,} hours  sudden {whole[1]:4}  still {whole[2]:4}  {share:.4%} doubted"
    )


def zones_of(path: Path) -> list[str]:
    """Zones of the file with a price, in order."""
    import polars as pl

    return sorted(pl.read_parquet(path)["zone"].unique().to_list())


if __name__ == "__main__":
    main()
