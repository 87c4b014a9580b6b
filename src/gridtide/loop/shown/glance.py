"""What a room knows at one instant, taken under its lock: whoever asks computes on it without holding the loop up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridtide.loop.mandate import Mandate
    from gridtide.loop.seen import Seen
    from gridtide.loop.shown.past_steps import PastStep
    from gridtide.loop.turn import Memory, Turn
    from gridtide.loop.world import Orders
    from gridtide.trust.record import Decision


@dataclass(frozen=True, kw_only=True, eq=False)
class Glance:
    """Frozen values alone. turn: the newest, None before the first. memory: what the next turn begins with. orders:
    that hold by `in_force`, None while nothing was told. seen: what meters said last. proposals: what waits for people,
    oldest first. past: the steps that are over, oldest first."""

    at: datetime
    currency: str
    mandate: "Mandate"
    turn: "Turn | None"
    memory: "Memory"
    orders: "Orders | None"
    in_force: "Decision | None"
    seen: "Seen | None"
    proposals: tuple[Mapping[str, Any], ...] = ()
    past: "tuple[PastStep, ...]" = ()
