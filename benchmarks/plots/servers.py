"""Power of A100 servers in two clusters, measured, and from their accelerators by a fitted kind of server.

    python benchmarks/plots/servers.py [--out docs/images/servers.svg]

Reads `gpu_power` in the folder GRIDTIDE_DATA. Prints each kind and its quantiles beside the measured ones.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from svg import Chart, Series, picture

from gridtide.fleet.node_power import ServerKind, fitted_kind, server_quantiles_w

Real = NDArray[np.float64]
AT = (np.arange(400) + 0.5) / 400
NAMED = np.asarray([0.05, 0.25, 0.50, 0.75, 0.95, 0.99])
DOTS = 16


def quantiles_w(table: pl.DataFrame, name: str) -> Real:
    """Measured power at AT, W."""
    one = table.filter(pl.col("set") == name).sort("cdf")
    return np.asarray(
        np.interp(AT, one["cdf"].to_numpy() / 100.0, one["value_w"].to_numpy().astype(float))
    )


def told(name: str, kind: ServerKind, levels: Real, servers: Real) -> None:
    """One kind, and how far its quantiles are from those measured."""
    made = server_quantiles_w(levels, kind, NAMED)
    off = made / np.interp(NAMED, AT, servers) - 1.0
    words = ", ".join(
        f"P{100 * at:.0f} {100 * by:+.1f} %" for at, by in zip(NAMED, off, strict=True)
    )
    print(f"{name}: {kind.rest_w:.0f} W + {kind.slope:.2f} x, alike {kind.alike:.2f}: {words}")


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    table = pl.read_parquet(
        Path(os.environ["GRIDTIDE_DATA"]) / "gpu_power" / "acme_power_cdf.parquet"
    )
    servers = quantiles_w(table, "server_power_0")
    charts = []
    for name in ("Seren", "Kalos"):
        levels = quantiles_w(table, f"gpu_power_{name.lower()}_0")
        kind = fitted_kind(levels, servers)
        told(f"{name}, fitted", kind, levels, servers)
        told(f"{name}, two points, all alike", ServerKind(), levels, servers)
        fitted, plain = (
            (server_quantiles_w(levels, one, AT) / 1000.0).tolist() for one in (kind, ServerKind())
        )
        lines = [
            Series(x=fitted, y=AT.tolist(), name="fitted kind of server"),
            Series(x=plain, y=AT.tolist(), name="588 W + 1.74 x, all alike", kind="dashes", colour=1),
        ]  # fmt: skip
        step = len(AT) // DOTS
        dots = Series(
            x=(servers[::step] / 1000.0).tolist(),
            y=AT[::step].tolist(),
            name="measured",
            kind="dots",
            colour=2,
        )
        charts.append(
            Chart(title=f"A100 servers by accelerators of {name}", across="power of a server, kW",
                  up="share of servers below", series=[*lines, dots], lowest_up=0.0)
        )  # fmt: skip
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
