"""`gridtide bench tick`: one set-point over the nodes of many gangs, beside its NumPy form in the same run."""

import json
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.measuring import Part, measured_on, size_of, worked
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.testing.instances.gang_nodes import GangNodes

USUAL = "100000x1000"
NODES = Part(name="nodes", most=5_000_000)
GANGS = Part(name="gangs", most=1_000_000)
LARGEST = 1024
WITHIN = 2e-5
"""Largest share of the asked power by which the two forms may differ."""


@click.command()
@click.option(
    "--size",
    metavar="NODESxGANGS",
    default=USUAL,
    show_default=True,
    help="Nodes, and gangs of 1 to 1,024.",
)
@click.option(
    "--ticks",
    default=100,
    show_default=True,
    type=click.IntRange(2),
    help="Set-points, one after the other.",
)
@click.option(
    "--plain",
    default=15,
    show_default=True,
    type=click.IntRange(1),
    help="Of them in NumPy as well.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def tick(size: str, ticks: int, plain: int, seed: int, as_json: bool) -> None:
    """Tell every node its power for one set-point: gangs share a point, nodes have limits of their own, water-filling
    finds the points that cost least. Milliseconds of CPU without compiling, medians."""
    nodes, gangs = size_of(size, (NODES, GANGS), USUAL)
    if not gangs <= nodes <= LARGEST * gangs:
        raise BadInput([_unfitting(size)])
    say_compiling()
    document = {
        "workload": "tick",
        "seed": seed,
        **measured_ticks(nodes, gangs, ticks, plain, seed),
        **measured_on(),
    }
    click.echo(json.dumps(document, indent=2) if as_json else _table(document))


def _unfitting(size: str) -> Finding:
    return Finding(
        subject=f"--size {size}",
        value="has nodes that do not fit into its gangs",
        limit=f"1 to {LARGEST:,} nodes a gang",
        mend=f"Write --size {USUAL}, for example.",
    )


def measured_ticks(nodes: int, gangs: int, ticks: int, plain: int, seed: int) -> dict[str, Any]:
    """Everything one run tells. Raises RuntimeError where the two forms differ, or a set-point is not met."""
    from gridtide.testing.instances.gang_nodes import VERSION, gang_nodes

    gangs_kw = gang_nodes(nodes, gangs, ticks, seed)
    compiled(gang_nodes(64, 8, 2, 0))
    fast_ms, told, off = compiled(gangs_kw)
    plain_ms, apart = plainly(gangs_kw, told, min(plain, ticks))
    if max(off, apart) > WITHIN:
        raise RuntimeError(
            f"set-points are missed by {off:.1e}, the NumPy form is {apart:.1e} apart"
        )
    return {
        "instance": VERSION,
        "size": {"nodes": nodes, "gangs": gangs},
        "ticks": ticks,
        "milliseconds": {"compiled": median(fast_ms), "slowest": max(fast_ms), "numpy": median(plain_ms)},
        "ratio_to_numpy": median(plain_ms) / median(fast_ms[: len(plain_ms)]),
        "largest_difference": apart,
        "largest_miss": off,
    }  # fmt: skip


def compiled(instance: "GangNodes") -> tuple[list[float], list[Any], float]:
    """Milliseconds of each tick, the first powers of nodes, and the largest share by which a set-point was missed."""
    import numpy as np

    from gridtide.kernels.set_points import set_points

    lowest, highest = np.array(instance.lowest), np.array(instance.highest)
    gangs = (lowest, highest, np.array(instance.usual), np.array(instance.weight))
    nodes = (np.array(instance.idle_kw), np.array(instance.span_kw), np.array(instance.cap_kw))
    offsets = np.array(instance.offsets)
    points, told = np.empty(len(gangs[0])), np.empty(len(nodes[0]), dtype=np.float32)
    before, missed = np.zeros(3), 0.0
    took: list[float] = []
    first: list[Any] = []
    for target in instance.target_kw.tolist():
        seconds, _ = worked(
            partial(set_points, target, gangs, nodes, offsets, before, points, told)
        )
        took.append(1000.0 * seconds)
        missed = max(missed, abs(float(told.sum(dtype=np.float64)) / target - 1.0))
        if len(first) < 50:
            first.append(told.copy())
    return took, first, missed


def plainly(instance: "GangNodes", told: list[Any], count: int) -> tuple[list[float], float]:
    """Milliseconds of the first ticks in NumPy, and how far powers of nodes are apart at most, of the node's power."""
    import numpy as np

    from gridtide.testing.plain_set_points import plain_set_points

    before, apart = (0.0, 0.0, 0.0), 0.0
    took: list[float] = []
    for target, other in zip(instance.target_kw.tolist()[:count], told, strict=False):
        seconds, (found, _, before) = worked(partial(plain_set_points, instance, target, before))
        took.append(1000.0 * seconds)
        apart = max(apart, float(np.abs(found - other).sum(dtype=np.float64)) / target)
    return took, apart


def _table(document: dict[str, Any]) -> str:
    """The figures a person looks for first."""
    size = ", ".join(f"{count:,} {name}" for name, count in document["size"].items())
    took = document["milliseconds"]
    return "\n".join(
        [
            f"{size}, seed {document['seed']}, {document['ticks']} ticks; NumPy apart by"
            f" {document['largest_difference']:.1e}, set-points missed by {document['largest_miss']:.1e}",
            *(f"{name + ', ms a tick':24s} {value:,.3f}" for name, value in took.items()),
            f"{'times NumPy':24s} {document['ratio_to_numpy']:,.1f}",
        ]
    )
