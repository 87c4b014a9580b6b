"""What branches are called by people: by the buses at their ends."""

from collections import Counter

from gridtide.grid.network import Network


def branch_names(network: Network) -> list[str]:
    """Each branch by its buses, `4-5`; of several between the same two the later ones are counted, `4-5 (2)`."""
    buses, branches = network.buses.names, network.branches
    pairs = zip(branches.from_bus.tolist(), branches.to_bus.tolist(), strict=True)
    met: Counter[frozenset[int]] = Counter()
    names = []
    for one, other in pairs:
        ends = frozenset((one, other))
        met[ends] += 1
        twin = f" ({met[ends]})" if met[ends] > 1 else ""
        names.append(f"{buses[one]}-{buses[other]}{twin}")
    return names
