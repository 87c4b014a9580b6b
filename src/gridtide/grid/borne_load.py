"""How much of its load a network without a solution would bear."""

from dataclasses import replace

from gridtide.grid.network import Network
from gridtide.grid.power_flow import model_of, solved_voltage

STEPS = 12
"""Halvings of the share: to within 0.03 % of the load."""


def scaled(network: Network, share: float) -> Network:
    """The network with loads, their reactive power and what machines feed in at a share of what they are."""
    buses = replace(
        network.buses,
        load_kw=share * network.buses.load_kw,
        load_kvar=share * network.buses.load_kvar,
    )
    machines = replace(network.machines, fed_kw=share * network.machines.fed_kw)
    return replace(network, buses=buses, machines=machines)


def largest_share(network: Network) -> float:
    """The largest share of its load, 0-1, at which a power flow still finds a solution, found by halving; 0 where it
    finds none without any load. Shares in between are taken to be solvable, as they are short of a collapse of voltage.

    Raises BadInput without the extra `grid`.
    """
    if _is_solved(network, 1.0):
        return 1.0
    if not _is_solved(network, 0.0):
        return 0.0
    least, most = 0.0, 1.0
    for _ in range(STEPS):
        share = 0.5 * (least + most)
        least, most = (share, most) if _is_solved(network, share) else (least, share)
    return least


def _is_solved(network: Network, share: float) -> bool:
    tried = scaled(network, share)
    return solved_voltage(tried, model_of(tried)) is not None
