"""Distance, data and bits by their models: how long they take, and what a token's bits and operations draw.

    python benchmarks/plots/movement.py [--out docs/images/movement.svg]

Dots: reference vectors; two measured points of Llama-3.1-8B on an H100 (ML.ENERGY leaderboard v3, all it draws);
and picks of experts drawn by chance. Energies of bits and operations are those of `case/energy.toml`, modelled.
"""

import argparse
import math
from pathlib import Path

import numpy as np
from lines import dots, line
from svg import Chart, Series, picture

from gridtide.physics.limits import landauer_j
from gridtide.physics.movement import (
    computed_j,
    experts_read_share,
    moved_j,
    operations_per_token,
    read_bits_per_token,
)
from gridtide.physics.network import rtt_ms, transfer_s

PARAMETERS, WEIGHT_BITS, CONTEXT_BITS_PER_TOKEN, CONTEXT = 8.03e9, 16.0, 1_048_576.0, 700.0
MEMORY_PJ, WIRE_PJ, OPERATION_PJ = 3.97, 1.6, 0.25
MEASURED = ((7.98, 0.455), (690.9, 0.0713))
EXPERTS, PICKS, DRAWS = 128, 8, 400


def token_j(sequences: float) -> tuple[float, float]:
    """Energy of a token [J] that moves bits, and that computes, with so many sequences in flight."""
    context = CONTEXT * CONTEXT_BITS_PER_TOKEN
    bits = read_bits_per_token(sequences, PARAMETERS * WEIGHT_BITS, 0.0, (0.0, 0.0), context)
    moving = moved_j(bits, MEMORY_PJ + WIRE_PJ)
    return moving, computed_j(operations_per_token(PARAMETERS), OPERATION_PJ)


def token_chart() -> Chart:
    """Energy of a token by sequences in flight, beside what accelerators were measured to draw."""
    powers = np.linspace(2.5, 9.5, 80).tolist()
    parts = [token_j(2.0**power) for power in powers]
    for sequences, whole in MEASURED:
        moving, computing = token_j(sequences)
        parts_told = f"{moving:.4f} moving and {computing:.4f} computing, modelled"
        print(f"a token of {sequences:g} in flight: {whole} J measured, {parts_told}")
    print(f"a bit forgotten at 300 K: {landauer_j(1.0):.3e} J")
    return Chart(
        title="A token of 8B on an H100", across="sequences in flight, power of two", up="J, power of ten",
        series=[
            Series(x=powers, y=[math.log10(one) for one, _ in parts], name="moves bits, modelled"),
            Series(x=powers, y=[math.log10(one) for _, one in parts], name="computes, modelled", colour=2),
            Series(
                x=[math.log2(n) for n, _ in MEASURED], y=[math.log10(j) for _, j in MEASURED],
                name="all of it, measured", kind="dots", colour=1,
            ),
        ],
        legend="high",
    )  # fmt: skip


def expert_chart() -> Chart:
    """Share of experts that an iteration reads, by formula and by drawing."""
    chance = np.random.default_rng(1)
    known = []
    for sequences in (1, 4, 8, 16, 32, 64):
        shares = [
            len(np.unique([chance.permutation(EXPERTS)[:PICKS] for _ in range(sequences)])) / EXPERTS
            for _ in range(DRAWS)
        ]  # fmt: skip
        known.append((float(sequences), float(np.mean(shares))))

    def share(sequences: float) -> float:
        return experts_read_share(sequences, float(EXPERTS), float(PICKS))

    return Chart(
        title="Experts read, 8 of 128 a token", across="sequences in flight", up="share of all",
        series=[line(1.0, 64.0, share, "formula", 0), dots(known, share, "experts", 1, "drawn")],
        lowest_up=0.0,
    )  # fmt: skip


def distance_chart() -> Chart:
    """Round trip by distance."""
    known = [(1_000.0, 15.0), (1_100.0, 16.5)]
    return Chart(
        title="Round trip over fibre", across="km", up="ms",
        series=[line(0.0, 5_000.0, rtt_ms, "route of 1.5", 0), dots(known, rtt_ms, "round trip", 1, "reference")],
        lowest_up=0.0,
    )  # fmt: skip


def transfer_chart() -> Chart:
    """Minutes that data take."""
    drawn = []
    for colour, (rate, known) in enumerate(((10.0, (1.0, 13.33)), (100.0, (15.0, 20.0)))):

        def minutes(terabytes: float, rate: float = rate) -> float:
            return transfer_s(1_000.0 * terabytes, rate) / 60.0

        drawn.append(line(0.1, 20.0 if rate > 10.0 else 4.0, minutes, f"{rate:g} Gb/s", colour))
        drawn.append(dots([known], minutes, f"transfer at {rate:g} Gb/s", colour))
    return Chart(title="Carrying data", across="TB", up="minutes", series=drawn, lowest_up=0.0)


def main() -> None:
    """Print and draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    charts = [token_chart(), expert_chart(), distance_chart(), transfer_chart()]
    if out is not None:
        out.write_text(picture(charts))


if __name__ == "__main__":
    main()
