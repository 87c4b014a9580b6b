"""Does a placement of many jobs hold, and what does it cost? Told without the code that made it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.many_jobs import NO_SITE, ManyJobs, Room
from gridtide.decide.mass_placement import MassPlacement
from gridtide.decide.mass_sweeps import LEFT_OUT

AT_ONCE = 500_000
"""Jobs looked at together, so that memory stays bounded."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Account:
    """What a placement costs and where it breaks a rule.

    energy_cost, offers, restarts, penalties: money, their sum is `cost`. pieces: runs of all placed jobs.
    load: accelerators held by the jobs, (S, T). breaches: jobs or cells by the rule they break; all 0 where it holds.
    """

    energy_cost: float
    offers: float
    restarts: float
    penalties: float
    pieces: int
    load: NDArray[np.int64]
    breaches: dict[str, int]

    @property
    def cost(self) -> float:
        """All money together."""
        return self.energy_cost + self.offers + self.restarts + self.penalties

    @property
    def holds(self) -> bool:
        """Whether no rule is broken."""
        return not any(self.breaches.values())


def account(jobs: ManyJobs, room: Room, placement: MassPlacement) -> Account:
    """Every slot of every job looked at: windows, lengths, order, runs, gangs and capacity; and the money."""
    sites, steps = room.cost.shape
    load = np.zeros(sites * steps)
    money = dict.fromkeys(("energy_cost", "offers", "restarts", "penalties"), 0.0)
    breaches = dict.fromkeys(("candidate", "window", "order", "run", "capacity"), 0)
    pieces = 0
    for first in range(0, len(jobs), AT_ONCE):
        part = np.arange(first, min(first + AT_ONCE, len(jobs)))
        out = placement.candidate[part] == LEFT_OUT
        money["penalties"] += float(jobs.penalty[part[out]].sum())
        some = part[~out]
        chosen = _candidates_of(jobs, placement, some)
        breaches["candidate"] += int((chosen["site"] == NO_SITE).sum())
        slot, owner = _slots_of(jobs, placement, some, chosen["slots"])
        runs, broken = _judged(jobs, some, chosen, slot, owner)
        for rule, count in broken.items():
            breaches[rule] += count
        cell = chosen["site"][owner].astype(np.int64) * steps + np.clip(slot, 0, steps - 1)
        gang = chosen["gang"].astype(np.float64)
        load += np.bincount(cell, weights=gang[owner], minlength=sites * steps)
        money["energy_cost"] += float((gang[owner] * room.cost.ravel()[cell]).sum())
        money["offers"] += float(chosen["offer"].astype(np.float64).sum())
        again = jobs.restart_cost[some].astype(np.float64) * gang
        money["restarts"] += float((again * (runs - 1)).sum())
        pieces += int(runs.sum())
    held = np.rint(load).astype(np.int64).reshape(sites, steps)
    breaches["capacity"] = int((held + room.busy > room.capacity[:, None]).sum())
    return Account(**money, pieces=pieces, load=held, breaches=breaches)


def _candidates_of(
    jobs: ManyJobs, placement: MassPlacement, some: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    """The chosen candidate's columns of some placed jobs."""
    k = placement.candidate[some].astype(np.int64)
    columns = ("site", "gang", "slots", "delay", "offer")
    return {name: getattr(jobs, name)[some, k] for name in columns}


def _slots_of(
    jobs: ManyJobs,
    placement: MassPlacement,
    some: NDArray[np.int64],
    slots: NDArray[Any],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All slots held by some jobs one after the other, and the row of `some` that each belongs to."""
    many = slots.astype(np.int64)
    owner = np.repeat(np.arange(len(some)), many)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
    after = placement.after[placement.begins[some][owner] + within].astype(np.int64)
    return jobs.release[some].astype(np.int64)[owner] + after, owner


def _judged(
    jobs: ManyJobs,
    some: NDArray[np.int64],
    chosen: dict[str, NDArray[Any]],
    slot: NDArray[np.int64],
    owner: NDArray[np.int64],
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Runs of each job, and how many jobs break which rule."""
    n = len(some)
    earliest = (jobs.release[some] + chosen["delay"]).astype(np.int64)
    outside = (slot < earliest[owner]) | (slot >= jobs.deadline[some][owner])
    same = np.diff(owner, prepend=owner[:1] - 1) == 0
    step = np.diff(slot, prepend=slot[:1])
    begins = ~same | (step != 1)
    runs = np.bincount(owner[begins], minlength=n)
    heads = np.flatnonzero(begins)
    length = np.diff(heads, append=len(slot))
    least = np.minimum(jobs.shortest_run[some], chosen["slots"]).astype(np.int64)
    short = length < least[owner[heads]]
    in_pieces = ~jobs.interruptible[some] & (runs > 1)
    broken = {
        "window": len(np.unique(owner[outside])),
        "order": len(np.unique(owner[same & (step < 1)])),
        "run": int((in_pieces | (np.bincount(owner[heads[short]], minlength=n) > 0)).sum()),
    }
    return runs, broken
