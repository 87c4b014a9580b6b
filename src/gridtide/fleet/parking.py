"""States of machines that nothing uses: idle, parked, off; and what it takes to wake them."""

from dataclasses import dataclass
from enum import IntEnum

from gridtide.physics.parking import least_rest_s


class Rest(IntEnum):
    """What a node does, from awake to deepest."""

    ON = 0
    IDLE = 1
    PARKED = 2
    OFF = 3


@dataclass(frozen=True, kw_only=True)
class Parking:
    """How the nodes of a pool that are kept for services rest.

    node_accelerators: of one node, which rests and wakes as a whole. idle_kw, parked_kw, off_kw, wake_kw: IT power of
    an accelerator with its share of the node: awake without work, parked (the pool's own figure), off, and waking.
    wake_parked_s, wake_off_s: until it answers again, from parked (weights put back) and from off (boot and weights
    loaded). least_idle_s, least_parked_s, least_off_s: how long a node stays so at least, unless it is needed.
    """

    node_accelerators: int
    idle_kw: float
    parked_kw: float
    off_kw: float
    wake_kw: float
    wake_parked_s: float
    wake_off_s: float
    least_idle_s: float
    least_parked_s: float
    least_off_s: float

    @property
    def off_from_s(self) -> float:
        """The shortest time without need for which a node is switched off: the wake, its least time off, and energy."""
        saves = least_rest_s(self.wake_off_s, self.wake_kw, self.parked_kw, self.off_kw)
        return max(saves, self.wake_off_s + self.least_off_s)
