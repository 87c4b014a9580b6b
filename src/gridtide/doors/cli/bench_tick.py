"""`gridtide bench tick`: one set-point over the nodes of many gangs, beside its NumPy form in the same run."""

import json
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.measuring import Part, each_worked, measured_on, size_of
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.testing.instances.gang_nodes import GangNodes

Tick = Callable[[float], tuple[Any, Any, float]]
"""A set-point told: points of gangs, powers of nodes, and what whole points leave, kW."""

USUAL = "100000x1000"
NODES = Part(name="nodes", most=5_000_000)
GANGS = Part(name="gangs", most=1_000_000)
LARGEST = 1024
WITHIN = 1e-6
"""Share of the asked power by which single powers of nodes may add up otherwise."""


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
    default=50,
    show_default=True,
    type=click.IntRange(1),
    help="Of them in NumPy as well.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def tick(size: str, ticks: int, plain: int, seed: int, as_json: bool) -> None:
    """Tell every node its power for one set-point, as twin and live loop do: water-filling shares it out among gangs,
    each takes a point of its menu, its nodes their own power there. Milliseconds of CPU without compiling, medians."""
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
    """Everything one run tells. Raises RuntimeError where the two forms differ."""
    from gridtide.testing.instances.gang_nodes import VERSION, gang_nodes

    instance = gang_nodes(nodes, gangs, ticks, seed)
    targets_kw = instance.target_kw.tolist()
    apart, off = compared(instance, plain)
    if apart:
        raise RuntimeError(f"NumPy tells {apart:,} gangs and nodes otherwise")
    fast_ms = timed(compiled(instance), targets_kw)
    plain_ms = timed(plainly(instance), targets_kw[:plain])
    return {
        "instance": VERSION,
        "size": {"nodes": nodes, "gangs": gangs},
        "ticks": ticks,
        "milliseconds": {"compiled": median(fast_ms), "slowest": max(fast_ms), "numpy": median(plain_ms)},
        "ratio_to_numpy": median(plain_ms) / median(fast_ms[: len(plain_ms)]),
        "largest_miss": off,
    }  # fmt: skip


def compiled(instance: "GangNodes") -> Tick:
    """The compiled form, from the first tick on."""
    import numpy as np

    from gridtide.kernels.set_points import UNTOLD, set_points

    gangs, menu = np.array(instance.gangs), np.array(instance.points_kw)
    nodes = (np.array(instance.offsets), np.array(instance.nodes_kw))
    points, told_kw = np.full(len(menu), UNTOLD), np.zeros(instance.offsets[-1], dtype=np.float32)
    level = 0.0

    def one(target_kw: float) -> tuple[Any, Any, float]:
        nonlocal level
        level, beyond_kw, left_kw = set_points(
            target_kw, gangs, menu, nodes, level, points, told_kw
        )
        return points, told_kw, left_kw - beyond_kw

    return one


def plainly(instance: "GangNodes") -> Tick:
    """The NumPy form, from the first tick on."""
    from gridtide.testing.plain_set_points import plain_set_points

    level, before = 0.0, None

    def one(target_kw: float) -> tuple[Any, Any, float]:
        nonlocal level, before
        told_kw, points, level, left_kw = plain_set_points(instance, target_kw, level, before)
        before = (told_kw, points)
        return points, told_kw, left_kw

    return one


def timed(tick_of: Tick, targets_kw: list[float]) -> list[float]:
    """Milliseconds of each tick, one right after the other."""
    taken, _ = each_worked([partial(tick_of, target_kw) for target_kw in targets_kw])
    return [1000.0 * seconds for seconds in taken]


def compared(instance: "GangNodes", plain: int) -> tuple[int, float]:
    """How many gangs and nodes the two forms tell otherwise in the first ticks, and the largest share by which a
    set-point was missed in all. Raises RuntimeError where nodes do not draw what the kernel says."""
    fast, slow = compiled(instance), plainly(instance)
    apart, missed = 0, 0.0
    for number, target_kw in enumerate(instance.target_kw.tolist()):
        points, told_kw, left_kw = fast(target_kw)
        drawn_kw = float(told_kw.sum(dtype="float64"))
        if abs(drawn_kw + left_kw - target_kw) > WITHIN * target_kw:
            raise RuntimeError(f"nodes draw {drawn_kw:,.3f} kW, not {target_kw - left_kw:,.3f}")
        missed = max(missed, abs(left_kw) / target_kw)
        if number < plain:
            others, others_kw, _ = slow(target_kw)
            apart += int((points != others).sum()) + int((told_kw != others_kw).sum())
    return apart, missed


def _table(document: dict[str, Any]) -> str:
    """The figures a person looks for first."""
    size = ", ".join(f"{count:,} {name}" for name, count in document["size"].items())
    took = document["milliseconds"]
    return "\n".join(
        [
            f"{size}, seed {document['seed']}, {document['ticks']} ticks; NumPy tells the"
            f" same, set-points missed by {document['largest_miss']:.1e}",
            *(f"{name + ', ms a tick':24s} {value:,.3f}" for name, value in took.items()),
            f"{'times NumPy':24s} {document['ratio_to_numpy']:,.1f}",
        ]
    )
