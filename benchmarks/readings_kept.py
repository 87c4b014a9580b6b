"""Whether readings are kept as fast as they come: sites that say ten quantities every two seconds, through a store.

    python benchmarks/readings_kept.py                 50 sites, 3 minutes of readings, into SQLite
    python benchmarks/readings_kept.py --url URL       the same into PostgreSQL
    python benchmarks/readings_kept.py --minutes 30    longer; memory is read at every tenth

Every tick is one batch, on the disk before the next is written; nothing waits for the clock between two of them. "times
as fast as they come" is the time that the readings span over the time it took; below 1 the store falls behind.
"""

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from gridtide.loop.measured import Readings
from gridtide.stores.parquet_history import ParquetHistory
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database
from gridtide.stores.sql.readings import SqlReadings

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
QUANTITIES = (
    "import_kw", "export_kw", "it_kw", "facility_kw", "charge_kw", "discharge_kw", "soc_kwh", "supply_kw", "outdoor_c",
    "air_c",
)  # fmt: skip
STEP_S = 2
PARTS = 10


def main() -> None:
    """Write, and print how fast and in how much memory."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as folder:
        where = asked.url or str(Path(folder) / "gridtide.db")
        database = open_database(where)
        lead = take_lead(database, "a benchmark")
        readings = SqlReadings(database, lead)
        sites = [f"site {number:03d}" for number in range(asked.sites)]
        ticks = asked.minutes * 60 // STEP_S
        longest_s, memory_mb, began = 0.0, [], time.perf_counter()
        for tick in range(ticks):
            batch = batch_of(sites, tick)
            before = time.perf_counter()
            readings.write(batch)
            longest_s = max(longest_s, time.perf_counter() - before)
            if (tick + 1) % max(1, ticks // PARTS) == 0:
                memory_mb.append(_resident_mb())
        took_s = time.perf_counter() - began
        rows = ticks * asked.sites * len(QUANTITIES)
        print(
            f"{database.engine.dialect.name}: {asked.sites} sites, {ticks} ticks of {STEP_S} s, {rows:,} rows"
        )
        print(f"rows a second: {rows / took_s:,.0f}")
        print(f"times as fast as they come: {ticks * STEP_S / took_s:.1f}")
        print(f"longest batch: {1000 * longest_s:.0f} ms, of {1000 * STEP_S} between two")
        print(f"memory: {memory_mb[0]:.0f} MB after a tenth, {memory_mb[-1]:.0f} MB at the end")
        _moved(ParquetHistory(readings, Path(folder) / "history"), sites, rows)
        lead.resign()
        database.close()


def batch_of(sites: list[str], tick: int) -> Readings:
    """What every site says at a tick: seeded noise."""
    rows = len(sites) * len(QUANTITIES)
    at = np.datetime64(BEGIN.replace(tzinfo=None), "us") + np.timedelta64(tick * STEP_S, "s")
    return Readings(
        at=np.full(rows, at),
        site=tuple(site for site in sites for _ in QUANTITIES),
        subject=("meter",) * rows,
        quantity=QUANTITIES * len(sites),
        value=np.random.default_rng(tick).normal(1000.0, 100.0, rows),
    )


def _moved(history: ParquetHistory, sites: list[str], rows: int) -> None:
    began = time.perf_counter()
    files = history.move(BEGIN + timedelta(days=1))
    took_s = time.perf_counter() - began
    kept = sum(len(history.between(site, BEGIN, BEGIN + timedelta(days=1)).at) for site in sites)
    print(
        f"moved into {files} files at {rows / took_s:,.0f} rows a second; {kept:,} of {rows:,} read back"
    )


def _resident_mb() -> float:
    """Memory that this process holds now; the most it ever held where the system does not say."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument(
        "--url", help="of a database that holds no readings yet; a file of SQLite without it"
    )
    asked.add_argument("--sites", type=int, default=50)
    asked.add_argument("--minutes", type=int, default=3)
    return asked.parse_args()


if __name__ == "__main__":
    main()
