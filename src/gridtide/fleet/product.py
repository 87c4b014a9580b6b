"""Capacity a site may hold ready for the grid: what is offered, which way, and what must stand behind it."""

from dataclasses import dataclass
from enum import StrEnum


class ProductKind(StrEnum):
    """What the grid uses the capacity for."""

    REGULATION = "regulation"
    RESERVE = "reserve"


class Direction(StrEnum):
    """Which way power may be called: up = the site draws less."""

    UP = "up"
    DOWN = "down"
    SYMMETRIC = "symmetric"


@dataclass(frozen=True, kw_only=True)
class CapacityProduct:
    """A product of one site. price_per_mw_h: money for a megawatt held ready through an hour; None where the series
    of price_zone says it.

    offered_max_kw: the most that is offered. hold_h: how long a full call lasts; so much energy, or room for it,
    stands behind every kilowatt. block_h: hours, counted from midnight UTC, over which an offer is one number.
    gate_closure_h: hours before a block from which on its offer stands.
    """

    kind: ProductKind
    direction: Direction
    price_per_mw_h: float | None
    offered_max_kw: float
    hold_h: float = 1.0
    block_h: float = 1.0
    gate_closure_h: float = 1.0
    price_zone: str | None = None

    @property
    def goes_up(self) -> bool:
        """Whether it may be called to draw less."""
        return self.direction is not Direction.DOWN

    @property
    def goes_down(self) -> bool:
        """Whether it may be called to draw more."""
        return self.direction is not Direction.UP

    @property
    def name(self) -> str:
        """How results call it: one of a site."""
        return f"{self.kind} {self.direction}"
