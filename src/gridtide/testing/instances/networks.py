"""Small seeded transmission networks: rings and chords, twins of branches, transformers that shift, machines and loads.

Nothing here is measured; light loads keep every one of them solvable.
"""

import numpy as np

from gridtide.grid.branches import Branches
from gridtide.grid.network import Buses, Circuits, Machines, Network

VERSION = "networks 1"
MOST_BUSES, MOST_CHORDS = 12, 8


def network(seed: int) -> Network:
    """A connected network of 3 to 12 buses on a base of 100 MVA."""
    rng = np.random.default_rng(seed)
    buses = int(rng.integers(3, MOST_BUSES + 1))
    tree = [(int(rng.integers(0, bus)), bus) for bus in range(1, buses)]
    chords = [rng.choice(buses, 2, replace=False) for _ in range(rng.integers(0, MOST_CHORDS))]
    ends = np.asarray([*tree, *(tuple(one) for one in chords)], dtype=np.int64)
    lines = len(ends)
    shifting = rng.random(lines) < 0.2
    loads = rng.uniform(0.0, 15_000.0, buses)
    others = rng.choice(np.arange(1, buses), int(rng.integers(0, 3)), replace=False)
    return Network(
        name=f"{VERSION} {seed}",
        base_kva=100_000.0,
        buses=Buses(
            names=tuple(str(number + 1) for number in range(buses)),
            nominal_kv=np.full(buses, 220.0),
            load_kw=loads,
            load_kvar=0.3 * loads,
            shunt_kw=np.where(rng.random(buses) < 0.2, 500.0, 0.0),
            shunt_kvar=np.where(rng.random(buses) < 0.3, 2_000.0, 0.0),
            lowest_pu=np.full(buses, 0.9),
            highest_pu=np.full(buses, 1.1),
        ),
        branches=Branches(
            from_bus=ends[:, 0],
            to_bus=ends[:, 1],
            reactance_pu=rng.uniform(0.02, 0.15, lines),
            rating_kw=rng.uniform(50e3, 200e3, lines),
            emergency_kw=rng.uniform(200e3, 300e3, lines),
        ),
        circuits=Circuits(
            resistance_pu=rng.uniform(0.0, 0.02, lines),
            charging_pu=rng.uniform(0.0, 0.05, lines),
            ratio=np.where(shifting, rng.uniform(0.95, 1.05, lines), 1.0),
            shift_deg=np.where(shifting, rng.uniform(-5.0, 5.0, lines), 0.0),
        ),
        machines=Machines(
            bus=np.asarray([0, *others]),
            fed_kw=np.asarray([0.0, *rng.uniform(0.0, 20_000.0, len(others))]),
            held_pu=np.asarray([1.02, *rng.uniform(0.98, 1.04, len(others))]),
        ),
        feeding_bus=0,
    )
