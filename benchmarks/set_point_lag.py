"""From a dispatch centre's set-point to the register of a store, while week plans are made one after another.

    python benchmarks/set_point_lag.py [--count 120] [--every 2.0] [--plan-h 168] [--boards 4]

Centre (IEC 104), room, planner and store (Modbus) are processes of their own; the service dispatches by its plan every
second besides. A lag goes from just before the set-point is sent until the register is written. With --boards the site
has no store, and so many boards of one power agent, a process too: a lag goes until the limit of the first of them is
set, `last_` until that of the last. Prints one JSON document. Exit 1 where a set-point never came, no plan was made
meanwhile, or p99 is above 100 ms.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.simulate.study import Study
from gridtide.testing.set_point_run import (
    BoardRun,
    SetPointRun,
    run_set_points,
    run_set_points_of_boards,
)

P99_MAX_MS = 100.0


def main() -> int:
    """The document, and whether everything was kept."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--count", type=int, default=120)
    asked.add_argument("--every", type=float, default=2.0)
    asked.add_argument("--plan-h", type=int, default=168)
    asked.add_argument("--boards", type=int, default=0)
    options = asked.parse_args()
    with as_file(files("gridtide.case") / "demo" / "case.toml") as path:
        study = load_case(path)
    study = replace(study, cadence=replace(study.cadence, plan_h=options.plan_h))
    run, lags_s, last_s = _run(study, options.count, options.every, options.boards)
    p50_ms, p99_ms, max_ms = _of(lags_s)
    document = {
        "set_points": len(run.asked),
        "lost": lags_s.count(None),
        "plans_made_meanwhile": run.plans,
        "p50_ms": p50_ms,
        "p99_ms": p99_ms,
        "max_ms": max_ms,
    }
    if options.boards:
        names = ("last_p50_ms", "last_p99_ms", "last_max_ms")
        document |= {"boards": options.boards, **dict(zip(names, _of(last_s), strict=True))}
    print(json.dumps(document, indent=2))
    kept = not document["lost"] and run.plans and p99_ms is not None and p99_ms <= P99_MAX_MS
    return 0 if kept else 1


def _run(
    study: Study, count: int, every_s: float, boards: int
) -> tuple[SetPointRun | BoardRun, list[float | None], list[float | None]]:
    """A run, and how long each set-point took to the store or the first board, and to the last."""
    if not boards:
        stores = run_set_points(study, count, every_s)
        return stores, stores.lags_s(), stores.lags_s()
    with tempfile.TemporaryDirectory() as folder:
        run = run_set_points_of_boards(study, count, every_s, boards, Path(folder))
    found = run.lags_s()
    first = [None if one is None else one[0] for one in found]
    return run, first, [None if one is None else one[1] for one in found]


def _of(lags_s: list[float | None]) -> tuple[float | None, float | None, float]:
    """The median, the 99th percentile and the largest of what arrived, ms."""
    lags_ms = 1e3 * np.asarray([lag for lag in lags_s if lag is not None])
    if not len(lags_ms):
        return None, None, 0.0
    p50_ms, p99_ms = np.percentile(lags_ms, [50, 99]).tolist()
    return p50_ms, p99_ms, float(lags_ms.max())


if __name__ == "__main__":
    sys.exit(main())
