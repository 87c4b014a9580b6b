"""The chosen runs of `gridtide shift` as a file: one row per policy, job and run."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.decide.shift import Shift
    from gridtide.fleet.trace import JobTrace


def write_plan(path: Path, shifted: "Shift", trace: "JobTrace") -> None:
    """Columns policy, name, start, end (UTC). Written whole or not at all; CSV or Parquet by its name."""
    import polars as pl

    frames = []
    origin_s, step_s = int(shifted.grid.edges_s[0]), int(shifted.grid.step_s or 1)
    names = trace.name[shifted.kept]
    for result in shifted.results:
        plan = result.plan
        job = np.repeat(np.arange(len(names)), np.diff(plan.offsets))
        frames.append(
            pl.DataFrame(
                {
                    "policy": [result.policy] * len(job),
                    "name": names[job].tolist(),
                    "start": (origin_s + plan.start * step_s) * 1000,
                    "end": (origin_s + plan.end * step_s) * 1000,
                }
            )
        )
    times = [pl.col(name).cast(pl.Datetime("ms", "UTC")) for name in ("start", "end")]
    frame = pl.concat(frames).with_columns(times)
    part = path.with_name(path.name + ".part")
    try:
        if path.suffix == ".parquet":
            frame.write_parquet(part)
        else:
            frame.write_csv(part, datetime_format="%Y-%m-%dT%H:%M:%S%:z")
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise BadInput(
            [
                Finding(
                    subject=f"--plan {path}",
                    value=error.strerror or "cannot be written",
                    limit="a file in a folder that exists",
                    mend="Check the path.",
                )
            ]
        ) from error
