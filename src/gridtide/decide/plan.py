"""What a planner hands down: how much runs where and when, at which price, and how good that is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import none_slower
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.offer_terms import nothing_carried, nothing_offered
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.timeline import Timeline

NEXT_TO_NOTHING = 1e-9
PARTS = ("energy", "carbon", "cooling", "peak", "wear", "regulation", "limit")


@dataclass(frozen=True, kw_only=True, eq=False)
class Prices:
    """What one more unit costs there and then, in the settlement currency.

    it_price_per_kwh: one more kWh of IT load, (sites, T). parts: its split by cause, in the order of
    PARTS, (len(PARTS), sites, T), summing to the total. accelerator_price_per_h: one more accelerator
    hour beyond its energy (scarcity of machines), (P, T); room_price_per_h: what a job pays for it besides,
    where services hold the rest of a place, (P, T). promise_price: what one more accelerator-hour
    of each active job costs, (jobs,); NaN for work the plan does not carry. carried_price_per_h: what an accelerator
    that works at each entry of the menu earns by carrying offers, (M, T), of no entries where work carries none;
    offered_price_per_kw_h: money for a kilowatt of each product held through an hour, (Q, T), of none there either.
    """

    it_price_per_kwh: NDArray[np.float64]
    parts: NDArray[np.float64]
    accelerator_price_per_h: NDArray[np.float64]
    room_price_per_h: NDArray[np.float64]
    promise_price: NDArray[np.float64]
    carried_price_per_h: NDArray[np.float64] = field(default_factory=nothing_offered)
    offered_price_per_kw_h: NDArray[np.float64] = field(default_factory=nothing_offered)

    def __post_init__(self) -> None:
        names = ["it_price_per_kwh", "parts", "accelerator_price_per_h", "room_price_per_h"]
        names += ["promise_price", "carried_price_per_h", "offered_price_per_kw_h"]
        freeze(self, **dict.fromkeys(names, np.float64))


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """How good a plan is: its cost over the horizon and a lower bound on the cost of any plan.

    method: how the bound was found. run_at_once_cost: the same horizon without any shifting. placed_by: of a plan
    around jobs that were placed, the proof of the one at whose prices they were; around placed jobs next to
    nothing is left to choose, and every gap would be none.
    """

    cost: float
    lower_bound: float
    run_at_once_cost: float
    method: str
    placed_by: "Certificate | None" = None

    @property
    def gap(self) -> float:
        """By how much a better plan could cost less at most, in money."""
        return max(self.cost - self.lower_bound, 0.0)

    @property
    def gap_of_run_at_once(self) -> float | None:
        """The gap as a share of the run-at-once cost; None where that is next to nothing."""
        return ratio(self.gap, abs(self.run_at_once_cost), abs(self.cost))

    @property
    def gap_of_saving(self) -> float | None:
        """The gap as a share of the saving still possible; None where there is next to none."""
        return ratio(self.gap, self.run_at_once_cost - self.lower_bound, abs(self.cost))


def ratio(part: float, whole: float, scale: float) -> float | None:
    """part / whole, None where the whole vanishes beside the scale or is negative."""
    return part / whole if whole > NEXT_TO_NOTHING * max(scale, 1.0) else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Decisions over the horizon. C classes of work, V services, O origins, P places, M operating points of
    all places in order, S sites, T steps.

    class_accelerators: busy accelerators of deferrable work, movable or not, by operating point, (C, M, T).
    shares: share of each origin's demand answered at each place, (V, O, P, T), summing to at most 1; slower_shares:
    what of it is answered at each slower point of the services, (N, O, P, T).
    it_kw, facility_kw, import_kw, export_kw, unused_supply_kw, charge_kw, discharge_kw: (S, T), ≥ 0.
    soc_kwh: store at the end of each step, (S, T). offered_kw: capacity held ready of each of the fleet's Q
    products, (Q, T); carried_kw: of it by running work, to draw less and more, (2, Q, T), of no products where work
    carries none. extra_cooling_kw, extra_power_kw: as `cooling` has them. air_c: of halls, NaN without one,
    cold_kwh: in stores of cold, at the end of each step, (S, T). All four are of no sites where no site has either.
    made_kw: what plants make, (G, T); unused_supply_kw counts what of it is led past their turbines.
    nodes_used: accelerators that are used and rest otherwise, (P, T), of no places where no pool says how it rests.
    response_price: what one more kW per minute of the fleet's cap on simultaneous response would save in each step,
    money, (T,), of no steps where none is stated.
    """

    made_at: datetime
    policy: str
    horizon: Timeline
    class_accelerators: NDArray[np.float64]
    shares: NDArray[np.float64]
    it_kw: NDArray[np.float64]
    facility_kw: NDArray[np.float64]
    import_kw: NDArray[np.float64]
    export_kw: NDArray[np.float64]
    unused_supply_kw: NDArray[np.float64]
    charge_kw: NDArray[np.float64]
    discharge_kw: NDArray[np.float64]
    soc_kwh: NDArray[np.float64]
    prices: Prices
    certificate: Certificate
    notes: tuple[str, ...] = ()
    offered_kw: NDArray[np.float64] = field(default_factory=nothing_offered)
    carried_kw: NDArray[np.float64] = field(default_factory=nothing_carried)
    extra_cooling_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0, 0)))
    extra_power_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    air_c: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    cold_kwh: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    slower_shares: NDArray[np.float64] = field(default_factory=none_slower)
    made_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    nodes_used: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    response_price: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        names = [
            "class_accelerators",
            "shares",
            "it_kw",
            "facility_kw",
            "import_kw",
            "export_kw",
            "unused_supply_kw",
            "charge_kw",
            "discharge_kw",
            "soc_kwh",
            "offered_kw",
            "carried_kw",
            "extra_cooling_kw",
            "extra_power_kw",
            "air_c",
            "cold_kwh",
            "slower_shares",
            "made_kw",
            "nodes_used",
            "response_price",
        ]
        freeze(self, **dict.fromkeys(names, np.float64))

    @property
    def cooling(self) -> ExtraCooling:
        """Heat carried out before or after machines give it off."""
        return ExtraCooling(heat_kw=self.extra_cooling_kw, power_kw=self.extra_power_kw)


class Planner(Protocol):
    """Anything that turns a situation into a plan; it reads nothing else."""

    def plan(self, situation: Situation) -> Plan:
        """Raises Infeasible when promises and limits cannot hold together, saying which."""
        ...
