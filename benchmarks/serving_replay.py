"""How near the estimate of a replica comes to its token-level replay, for each model of machines.toml and both traces.

    python benchmarks/serving_replay.py

GRIDTIDE_DATA names the folder of the data. The largest rate is what the replay ends while more wait than it can hold;
utilisation is a share of it, the trace stretched in time. Limits: 10 % for mean TTFT, mean and p95 TPOT, 25 % for
p95 TTFT. A miss is marked with *; where a model misses with a mix, plans are sized by the replay's table.
"""

import argparse
import os
from pathlib import Path

import polars as pl

from gridtide.case.machines import serving_models
from gridtide.fleet.request_mix import RequestMix
from gridtide.simulate.serving_check import LIMITS, NAMES, checked, largest_rate_per_s

TRACES = ("azure2023_conv", "mooncake_conversation")


def mix_of(name: str) -> RequestMix:
    """A trace with its instants as they stand."""
    path = Path(os.environ["GRIDTIDE_DATA"]) / "llm_requests" / f"{name}.parquet"
    frame = pl.read_parquet(path).sort("t_s", maintain_order=True)
    frame = frame.filter((pl.col("input_tokens") > 0) & (pl.col("output_tokens") > 0))
    return RequestMix(
        name=name,
        arrival_s=frame["t_s"].to_numpy(),
        prompt_tokens=frame["input_tokens"].to_numpy(),
        answer_tokens=frame["output_tokens"].to_numpy(),
    )


def main() -> None:
    """Print a row for each load: replay, estimate over replay less 1, energy."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    print(f"{'trace':22s} {'model':20s} {'share':>5s} {'req/s':>7s}", end="")
    print("".join(f" {name:>9s} {'miss':>7s}" for name in NAMES), f"{'J/request':>9s} {'miss':>7s}")
    cells = hits = 0
    for name in TRACES:
        mix = mix_of(name)
        for (model_name, _), model in sorted(serving_models().items()):
            for one in checked(model, mix, largest_rate_per_s(model, mix)):
                print(
                    f"{name:22s} {model_name:20s} {one.share:5.1f} {one.requests_per_s:7.3f}",
                    end="",
                )
                for seen, miss, most in zip(one.replay, one.misses, LIMITS, strict=True):
                    print(f" {seen:9.4f} {miss:+6.1%}{' ' if abs(miss) <= most else '*'}", end="")
                    cells, hits = cells + 1, hits + (abs(miss) <= most)
                energy = one.energy_j[0] / one.energy_j[1] - 1.0
                print(f" {one.energy_j[1]:9.1f} {energy:+6.1%}", flush=True)
    print(f"{hits} of {cells} cells within their limits")


if __name__ == "__main__":
    main()
