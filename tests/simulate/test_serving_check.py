"""The estimate of replicas on the two public traces: which limits hold, and that none is lost."""

from pathlib import Path

import polars as pl
import pytest

from gridtide.case.machines import serving_models
from gridtide.fleet.request_mix import RequestMix
from gridtide.simulate.serving_check import LIMITS, checked, largest_rate_per_s

HIT = {"azure2023_conv": 34, "mooncake_conversation": 45}


@pytest.mark.real
@pytest.mark.parametrize("trace", sorted(HIT))
def test_the_estimate_keeps_its_limits_where_it_kept_them(trace: str, data_dir: Path) -> None:
    """All of them at 0.3 of the largest rate; in all as many cells of 48 as docs/models/serving.md prints."""
    folder = data_dir / "llm_requests"
    frame = pl.read_parquet(folder / f"{trace}.parquet").sort("t_s", maintain_order=True)
    frame = frame.filter((pl.col("input_tokens") > 0) & (pl.col("output_tokens") > 0))
    mix = RequestMix(
        name=trace,
        arrival_s=frame["t_s"].to_numpy(),
        prompt_tokens=frame["input_tokens"].to_numpy(),
        answer_tokens=frame["output_tokens"].to_numpy(),
    )
    hits = 0
    for _, model in sorted(serving_models().items()):
        rows = checked(model, mix, largest_rate_per_s(model, mix))
        assert rows[0].hit, (model.name, rows[0])
        hits += sum(
            abs(miss) <= most for row in rows for miss, most in zip(row.misses, LIMITS, strict=True)
        )
    assert hits >= HIT[trace]
