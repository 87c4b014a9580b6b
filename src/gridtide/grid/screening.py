"""What the loss of each branch and of each unit puts on the branches of a grid, and how bad that is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.branches import cut_off
from gridtide.grid.lossless_grid import TOLERANCE_KW, LosslessGrid, flow_after

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NONE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Screened:
    """C losses, (C,) each: of every branch, then of every unit that feeds. branch, unit: what is lost, -1 where it is
    the other.

    worst: the branch that is furthest over its emergency rating, in share of it, -1 where nothing flows; flow_kw:
    what it carries, loading: as a share of that rating; over_kw: by how much it is over, at least 0; all_over_kw: what
    all branches are over together. cut_off_kw: load that is cut off with the buses behind it; lacking_kw: what the
    units that run cannot make up.
    """

    branch: Whole
    unit: Whole
    worst: Whole
    flow_kw: Real
    loading: Real
    over_kw: Real
    all_over_kw: Real
    cut_off_kw: Real
    lacking_kw: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("branch", "unit", "worst"), np.int64))
        reals = ("flow_kw", "loading", "over_kw", "all_over_kw", "cut_off_kw", "lacking_kw")
        freeze(self, **dict.fromkeys(reals, np.float64))

    def __len__(self) -> int:
        return len(self.branch)

    @property
    def severity_kw(self) -> Real:
        """What ranks them: load that is lost and what all branches are over their emergency ratings, (C,), kW."""
        return self.cut_off_kw + self.lacking_kw + self.all_over_kw


def screened(
    grid: LosslessGrid,
    flow_kw: Real,
    drawn_kw: Real,
    unit_bus: Whole,
    fed_kw: Real,
    room_kw: Real,
) -> Screened:
    """The loss of each branch, by LODF, and of each unit that feeds, made up by the others in shares of their room.

    flow_kw: before, (L,); drawn_kw: at each bus, (N,); unit_bus, fed_kw, room_kw: of each unit where it is, what it
    feeds and how much more it could while running, (G,). A branch whose loss splits the grid loads nothing more here:
    the load behind it is told.
    """
    lines = len(flow_kw)
    after = flow_after(grid, flow_kw)
    cut = np.zeros(lines)
    for branch, buses in cut_off(grid.branches, grid.slack).items():
        cut[branch] = max(float(drawn_kw[buses].sum()), 0.0)
    feeding = np.flatnonzero(fed_kw > TOLERANCE_KW)
    lost_flow, lacking = _after_units(grid, flow_kw, unit_bus, fed_kw, room_kw, feeding)
    flows = np.concatenate([after, lost_flow], axis=1)
    rating = grid.branches.emergency_kw[:, None]
    share = np.nan_to_num(np.abs(flows) / rating, nan=0.0)
    beyond = np.maximum(np.nan_to_num(np.abs(flows), nan=0.0) - rating, 0.0)
    beyond[beyond <= TOLERANCE_KW] = 0.0
    worst = share.argmax(axis=0)
    many = np.arange(flows.shape[1])
    none = np.full(lines, NONE)
    return Screened(
        branch=np.concatenate([np.arange(lines), np.full(len(feeding), NONE)]),
        unit=np.concatenate([none, feeding]),
        worst=np.where(share[worst, many] > 0.0, worst, NONE),
        flow_kw=np.nan_to_num(flows[worst, many], nan=0.0),
        loading=share[worst, many],
        over_kw=beyond[worst, many],
        all_over_kw=beyond.sum(axis=0),
        cut_off_kw=np.concatenate([cut, np.zeros(len(feeding))]),
        lacking_kw=np.concatenate([np.zeros(lines), lacking]),
    )


def _after_units(
    grid: LosslessGrid,
    flow_kw: Real,
    unit_bus: Whole,
    fed_kw: Real,
    room_kw: Real,
    feeding: Whole,
) -> tuple[Real, Real]:
    """Flows after the loss of each unit that feeds, (L, C), and what the room of the others lacks, (C,), kW."""
    running = np.where(fed_kw > TOLERANCE_KW, room_kw, 0.0)
    room = np.tile(running, (len(feeding), 1))
    room[np.arange(len(feeding)), feeding] = 0.0
    total = room.sum(axis=1)
    lost = fed_kw[feeding]
    with np.errstate(invalid="ignore", divide="ignore"):
        used = np.where(total > 0.0, np.minimum(lost / total, 1.0), 0.0)
    more = np.zeros((len(feeding), grid.buses))
    for bus in np.unique(unit_bus):
        more[:, bus] = (room[:, unit_bus == bus] * used[:, None]).sum(axis=1)
    np.subtract.at(more, (np.arange(len(feeding)), unit_bus[feeding]), lost)
    return flow_kw[:, None] + grid.factors.ptdf @ more.T, np.maximum(lost - total, 0.0)
