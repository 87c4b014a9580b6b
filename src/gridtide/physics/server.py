"""From accelerators to a node, and from a node to the feed, stage by stage."""


def between_w(idle_w: float, full_w: float, share: float) -> float:
    """Power of a part at a share of its load [W].

    share: 0 to 1. Reference: a straight line, as ExaDigiT RAPS has it.
    """
    return idle_w + (full_w - idle_w) * share


def node_power_w(
    accelerators_w: float,
    processors_w: float,
    memory_w: float,
    network_w: float,
    storage_w: float,
    fans_w: float = 0.0,
) -> float:
    """Power of a node [W] as the sum of its parts, each already for all pieces of its kind.

    All 0 or more [W]. Reference: energy balance, the form of ExaDigiT RAPS.
    """
    return accelerators_w + processors_w + memory_w + network_w + storage_w + fans_w


def stage_input_w(output_w: float, always_w: float, efficiency: float) -> float:
    """What a conversion stage draws [W] to give output_w: its constant loss, then its efficiency (0, 1].

    Reference: the form of ExaDigiT RAPS.
    """
    return (output_w + always_w) / efficiency


def server_share_w(accelerator_w: float, rest_w: float = 73.5, slope: float = 1.74) -> float:
    """What a server draws for one of its accelerators [W], by the power of that accelerator.

    rest_w: the server's constant part over its accelerators. Reference: an eighth of server_power_w. accelerator_w: 0
    or more.
    """
    return rest_w + slope * accelerator_w


def accelerator_of_share_w(share_w: float, rest_w: float = 73.5, slope: float = 1.74) -> float:
    """Power of an accelerator [W] from what its server draws for it: the inverse of server_share_w.

    Less than 0 where share_w is below rest_w: then the server is not of this kind. Reference: as server_share_w.
    slope: above 0.
    """
    return (share_w - rest_w) / slope


def server_power_w(accelerators_w: float, rest_w: float = 588.0, slope: float = 1.74) -> float:
    """Power of an air-cooled server with eight A100 [W] by the power of its accelerators.

    Reference: two-point estimate from the AcmeTrace distributions; fit your own node type. accelerators_w: 0 or more.
    """
    return rest_w + slope * accelerators_w


def group_input_w(
    node_w: float,
    nodes: int,
    node_stage: tuple[float, float],
    group_stage: tuple[float, float],
) -> float:
    """What the rectifier of a group draws [W] for its nodes of node_w [W] each, every node behind a stage of its own.

    nodes: of the group, 1 or more. Each stage: (constant loss [W], efficiency (0, 1]). Reference: ExaDigiT RAPS.
    """
    return stage_input_w(nodes * stage_input_w(node_w, *node_stage), *group_stage)
