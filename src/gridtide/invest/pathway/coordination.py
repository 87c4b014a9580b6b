"""From which year on it pays for each kind of work to move with the grid, and how much of demand that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridtide.digest import freeze
from gridtide.invest.pathway.assumptions import FIRST_YEAR, KINDS, Kind, Real
from gridtide.invest.pathway.course import Course
from gridtide.invest.pathway.outlook import Scenario, WorkClass
from gridtide.invest.pathway.worth import Worth
from gridtide.units import cost_per_kwh


@dataclass(frozen=True, kw_only=True, eq=False)
class Paying:
    """One kind of work in one course. cost_per_mwh: (Y,) of what is moved; energy_per_mwh: (Y,) what moving it spares.

    called_per_mwh: (Y, R) what it spares where it makes room in a grid that is full, in the hours it is called.
    """

    work: WorkClass
    cost_per_mwh: Real
    energy_per_mwh: Real
    called_per_mwh: Real

    def __post_init__(self) -> None:
        names = ("cost_per_mwh", "energy_per_mwh", "called_per_mwh")
        freeze(self, **dict.fromkeys(names, np.float64))

    @property
    def pays_from(self) -> int | None:
        """First year in which moving pays by the energy it spares alone."""
        return first_year(self.energy_per_mwh >= self.cost_per_mwh)

    def pays_when_called_from(self, region: int) -> int | None:
        """First year in which it pays with the room it makes in the region's grid."""
        return first_year(self.energy_per_mwh + self.called_per_mwh[:, region] >= self.cost_per_mwh)


def cost_of_moving(
    work: WorkClass, compute_per_accelerator_h: Real, accelerator_kw: Real, price_per_mwh: Real
) -> Real:
    """Money per MWh at the facility's meter that a kind of work moves in time.

    What is never made up loses its accelerators' time and spares its energy; a pause loses a restart; waiting costs.
    Reference: break-even incentive, (value of compute + delay + restart) per MWh less the price of the energy.
    """
    compute = compute_per_accelerator_h / (cost_per_kwh(1.0) * accelerator_kw)
    if work.value_per_kw_h is not None:
        compute = np.full_like(compute, work.value_per_kw_h / cost_per_kwh(1.0))
    lost: Real = work.lost_share * (compute - price_per_mwh)
    return lost + compute * work.restart_h / work.shift_h + work.delay_cost_per_mwh


def paying(
    scenario: Scenario, worth: Worth, classes: Sequence[WorkClass], called_hours: float
) -> tuple[Paying, ...]:
    """Each kind of work in the one course of a scenario. called_hours: in which a full grid calls, each year."""
    costs = scenario.costs
    return tuple(
        Paying(
            work=work,
            cost_per_mwh=cost_of_moving(
                work,
                costs.compute_per_accelerator_h,
                scenario.drivers.accelerator_kw[0],
                costs.price_per_mwh,
            ),
            energy_per_mwh=costs.spread_per_mwh,
            called_per_mwh=worth.power_per_kw_year / (called_hours * cost_per_kwh(1.0)),
        )
        for work in classes
        if work.flexible_share > 0.0
    )


def flexible_share(course: Course, classes: Sequence[WorkClass]) -> Real:
    """Share of what is drawn that can wait or slow down, (Y, R); what stands beside servers follows them."""
    parts = np.array([_flexible(kind, classes) for kind in KINDS])
    drawn = course.drawn_twh[0]
    asked = drawn[..., :3]
    share: Real = (asked * parts[:3]).sum(axis=2) / asked.sum(axis=2)
    follows = drawn[..., 3] * (share if parts[3] == 0.0 else parts[3])
    whole: Real = ((asked * parts[:3]).sum(axis=2) + follows) / drawn.sum(axis=2)
    return whole


def _flexible(kind: Kind, classes: Sequence[WorkClass]) -> float:
    return sum(work.share * work.flexible_share for work in classes if work.kind is kind)


def first_year(holds: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int | None:
    """The first year in which something holds, None where it never does."""
    return FIRST_YEAR + int(np.argmax(holds)) if holds.any() else None
