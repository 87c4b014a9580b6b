"""A whole machine: nodes behind their conversion stages, switches, and what pumps its coolant."""

from dataclasses import dataclass

from gridtide.physics.server import between_w, group_input_w, node_power_w


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Equal nodes and all that stands between them and the feed. Powers of one piece in W.

    processor_w, accelerator_w: (idle, full). node_stage: conversion of each node, group_stage: of the rectifier of
    `nodes_in_group`; each (constant loss in W, efficiency). switches: all of them; coolant_units pump the coolant.
    """

    nodes: int
    processors: int
    processor_w: tuple[float, float]
    accelerators: int
    accelerator_w: tuple[float, float]
    memory_w: float
    network_w: float
    storage_w: float
    node_stage: tuple[float, float]
    group_stage: tuple[float, float]
    nodes_in_group: int
    switches: int
    switch_w: float
    coolant_units: int
    coolant_unit_w: float


FRONTIER = Cluster(
    nodes=9472,
    processors=1,
    processor_w=(90.0, 280.0),
    accelerators=4,
    accelerator_w=(88.0, 560.0),
    memory_w=74.26,
    network_w=4 * 20.0,
    storage_w=30.0,
    node_stage=(13.0, 0.98),
    group_stage=(17.0, 0.96),
    nodes_in_group=4,
    switches=74 * 8 * 4,
    switch_w=250.0,
    coolant_units=25,
    coolant_unit_w=8473.47,
)
"""Quoted from ExaDigiT RAPS, config/frontier.yaml."""


def node_w(cluster: Cluster, processor_share: float, accelerator_share: float) -> float:
    """Power of a node at shares of its processors and accelerators [0-1], W, before any conversion."""
    return node_power_w(
        cluster.accelerators * between_w(*cluster.accelerator_w, accelerator_share),
        cluster.processors * between_w(*cluster.processor_w, processor_share),
        cluster.memory_w,
        cluster.network_w,
        cluster.storage_w,
    )


def system_power_kw(cluster: Cluster, processor_share: float, accelerator_share: float) -> float:
    """Power of the whole machine, kW, every node at the same shares [0-1]: nodes, switches, coolant."""
    group_w = group_input_w(
        node_w(cluster, processor_share, accelerator_share),
        cluster.nodes_in_group,
        cluster.node_stage,
        cluster.group_stage,
    )
    nodes_w = cluster.nodes / cluster.nodes_in_group * group_w
    network_w = cluster.switches * cluster.switch_w
    return (nodes_w + network_w + cluster.coolant_units * cluster.coolant_unit_w) / 1000.0
