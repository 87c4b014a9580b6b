"""What plants of sites may make, by which steps, at which cost."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.objective import Objective
from gridtide.decide.situation import Situation
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.reactor import Reactor
from gridtide.timeline import Timeline
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class MadeTerms:
    """G plants. site: of each, (G,). least_kw, most_kw: what each makes at least and at most in a step, 0 while it
    stands, change_kw: by how much it may differ from the step before, (G, T). cost_per_kwh: money for what it makes,
    its carbon counted, (G,). now_kw: what it makes now, (G,), NaN where unknown."""

    site: Whole
    least_kw: Real
    most_kw: Real
    change_kw: Real
    cost_per_kwh: Real
    now_kw: Real

    @property
    def runs(self) -> NDArray[np.bool_]:
        """Whether each runs in a step, (G, T)."""
        return self.most_kw > 0.0

    def at_sites(self, plants_kw: Real, sites: int) -> Real:
        """Sums over the plants of each site, (S, T). plants_kw: (G, T)."""
        total = np.zeros((sites, plants_kw.shape[1]))
        np.add.at(total, self.site, plants_kw)
        return total


def made_terms(situation: Situation, objective: Objective) -> MadeTerms:
    """The plants of a situation over its horizon; none where no site has any."""
    steps = situation.horizon
    sites = [index for index, site in enumerate(situation.fleet.sites) if site.reactor]
    plants = reactors_of(situation.fleet)
    shape = (len(plants), len(steps))
    least, most, change = np.zeros((3, *shape))
    shorter_h = np.minimum(steps.hours, np.append(steps.hours[:1], steps.hours[:-1]))
    per_kwh = np.zeros(len(plants))
    for row, plant in enumerate(plants):
        runs = plant.runs(steps)
        least[row], most[row] = plant.least_kw * runs, plant.capacity_kw * runs
        change[row] = plant.change_kw(shorter_h)
        carbon = objective.carbon_price_per_t * plant.emissions_g_per_kwh / 1e6
        per_kwh[row] = cost_per_kwh(plant.cost_per_mwh) + carbon
    now_kw = situation.state.made_kw if len(situation.state.made_kw) else np.full(shape[0], np.nan)
    return MadeTerms(
        site=np.asarray(sites, dtype=np.int64),
        least_kw=least,
        most_kw=most,
        change_kw=change,
        cost_per_kwh=per_kwh,
        now_kw=now_kw,
    )


def coarse_made(terms: MadeTerms, lowest: Callable[[Real], Real]) -> MadeTerms:
    """The same over fewer, longer steps inside each of which no plant begins or ends an outage.

    A change that is allowed between two short steps is all that is allowed between long ones, which are told in short
    ones. lowest: the least of the short steps inside each long one.
    """
    return replace(
        terms,
        least_kw=lowest(terms.least_kw),
        most_kw=lowest(terms.most_kw),
        change_kw=lowest(terms.change_kw),
    )


def reactors_of(fleet: Fleet) -> tuple[Reactor, ...]:
    """The plants of a fleet, in the order in which everything counts them."""
    return tuple(site.reactor for site in fleet.sites if site.reactor)


def most_made_kw(fleet: Fleet, steps: Timeline) -> Real:
    """What plants make at most in each step, (G, T), kW."""
    made = [plant.capacity_kw * plant.runs(steps) for plant in reactors_of(fleet)]
    return np.stack(made) if made else np.zeros((0, len(steps)))


def following_kw(fleet: Fleet, wanted_kw: Real, now_kw: Real, steps: Timeline) -> Real:
    """What plants make that are told wanted_kw, (G, T), as fast as they can; all they can where nothing is told.

    wanted_kw: (G, at least T), of no plants where nothing is told. now_kw: before the first step, (G,), of none where
    unknown.
    """
    plants = reactors_of(fleet)
    made = np.zeros((len(plants), len(steps)))
    for row, plant in enumerate(plants):
        wanted = wanted_kw[row, : len(steps)] if wanted_kw.size else np.full(len(steps), np.inf)
        now = float(now_kw[row]) if now_kw.size else np.nan
        made[row] = plant.following_kw(wanted, now, steps)
    return made


def made_at_sites(fleet: Fleet, plants_kw: Real, steps: int) -> Real:
    """What plants make at each site over the first steps, (S, T), kW. plants_kw: (G, at least T), or of none."""
    total = np.zeros((len(fleet.sites), steps))
    sites = [index for index, site in enumerate(fleet.sites) if site.reactor]
    if plants_kw.size:
        np.add.at(total, sites, plants_kw[:, :steps])
    return total
