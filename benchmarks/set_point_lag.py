"""From a dispatch centre's set-point to the register of a store, while week plans are made one after another.

    python benchmarks/set_point_lag.py [--count 120] [--every 2.0] [--plan-h 168]

Centre (IEC 104), room, planner and store (Modbus) are processes of their own; the service dispatches by its plan every
second besides. A lag goes from just before the set-point is sent until the register is written. Prints one JSON
document. Exit 1 where a set-point never came, no plan was made meanwhile, or p99 is above 100 ms.
"""

import argparse
import json
import sys
from dataclasses import replace
from importlib.resources import as_file, files

import numpy as np

from gridtide.case.load import load_case
from gridtide.testing.set_point_run import run_set_points

P99_MAX_MS = 100.0


def main() -> int:
    """The document, and whether everything was kept."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--count", type=int, default=120)
    asked.add_argument("--every", type=float, default=2.0)
    asked.add_argument("--plan-h", type=int, default=168)
    options = asked.parse_args()
    with as_file(files("gridtide.case") / "demo" / "case.toml") as path:
        study = load_case(path)
    study = replace(study, cadence=replace(study.cadence, plan_h=options.plan_h))
    run = run_set_points(study, options.count, options.every)
    lags_s = run.lags_s()
    lags_ms = 1e3 * np.asarray([lag for lag in lags_s if lag is not None])
    p50_ms, p99_ms = np.percentile(lags_ms, [50, 99]) if len(lags_ms) else (None, None)
    document = {
        "set_points": len(run.asked),
        "lost": lags_s.count(None),
        "plans_made_meanwhile": run.plans,
        "p50_ms": p50_ms,
        "p99_ms": p99_ms,
        "max_ms": lags_ms.max(initial=0.0),
    }
    print(json.dumps(document, indent=2))
    kept = not document["lost"] and run.plans and p99_ms is not None and p99_ms <= P99_MAX_MS
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
