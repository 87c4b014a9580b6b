"""Put each job into the slots that the plan's prices make cheapest, beside everything promised."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.carried import revenue_lost
from gridtide.decide.crowd import crowded, roomy
from gridtide.decide.dispatch import Binding, Dispatch, Placement, Reason
from gridtide.decide.earliest import give_earliest
from gridtide.decide.ex_ante import expected_costs
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.fleet_search import searched
from gridtide.decide.made_terms import following_kw
from gridtide.decide.objective import Objective
from gridtide.decide.peak import NEVER_S, DemandPeriods, demand_periods
from gridtide.decide.plan import Plan
from gridtide.decide.policy_names import Choice
from gridtide.decide.readings import Readings
from gridtide.decide.referred import answered_at, asking_of, desk_of
from gridtide.decide.reservations import (
    Reservations,
    Told,
    copied,
    free_of,
    grid_step_s,
    load_of_told,
    on_grid,
)
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.decide.steering import slot_costs, steering_price
from gridtide.decide.told import slots_key, told_of, told_placement
from gridtide.decide.whole_charges import whole_charges
from gridtide.fleet.fleet import Fleet
from gridtide.timeline import Timeline, epoch_s

Kept = tuple[NDArray[np.int64], NDArray[np.float64]]
PEAK_BELIEF = 0.5
"""How far a slot above the known peak is believed to set the peak of the month in the end; later work often
raises it anyway (docs/why/0005)."""

CANDIDATES = tuple(
    Choice(text=name, name=name, settings={})
    for name in (
        "run-at-once",
        "all-wait",
        "lowest-slot",
        "lowest-window",
        "carbon-time",
        "threshold",
        "wait-awhile",
        "wait-awhile-interruptible",
    )
)
"""Policies of the literature whose placement is weighed against the plan's own at every turn: all that know no
true lengths and differ. Without units reserved `reserved-first` is the policy behind it, jobs with a deadline make
the two interruptible ones alike, and `bidirectional` answers only for jobs of one slot that were planned before."""

CONGESTION = (0.1, 0.015, 0.003, 0.0)


@dataclass(frozen=True, kw_only=True)
class PriceGuided:
    """Price sweeps: four passes over all jobs when the plan is new, one pass over new jobs otherwise.

    Each pass takes a job out, finds its cheapest answer beside all others and puts it back, first with
    a fading charge for crowded slots, last at the plan's prices alone. A job can always return to its
    old slots, so a promise that held keeps holding. Largest gangs and least slack go first. Where room is short
    for work that has come or may come, prices are set aside: what may run there runs as early as it fits, and the
    prices place the rest beside it. more_may_come: False where all arrivals are known. readings: kept from one turn
    to the next; without them everything is read anew, to the same end.
    """

    objective: Objective
    more_may_come: bool = True
    readings: Readings | None = field(default=None, compare=False, repr=False)

    def dispatch(self, plan: Plan, situation: Situation, held: Reservations, due: bool) -> Dispatch:
        """The dispatch from as_of on. held: the situation's jobs on their grid, each with its witness."""
        price = slot_prices(plan, situation.fleet, held.grid)
        hurried = self.hurried(situation, held)
        held = replace(
            held, told=_earliest(situation, held, hurried), settled=held.settled | hurried
        )
        since_s = epoch_s(plan.made_at)
        chosen = ~held.settled & (due | (situation.jobs.release_s > since_s))
        told, costs = _swept(
            held,
            price,
            chosen,
            CONGESTION if due else (0.0,),
            self.peak_kept(plan, situation, held),
            self._points(held),
        )
        guided = _placement(situation, held, told, _cost_at_once(situation, held, price), costs)
        kept = told_placement(situation, held, Reason.KEPT)
        known = {slots_key(told), slots_key(held.told)}
        others = self._by_the_book(situation, held, price, chosen, known)
        placement = self._cheapest(plan, situation, held, price, (guided, kept, *others))
        if chosen.any():
            found = self._searched(plan, situation, held, price, placement)
            placement = self._unless_it_carries_less(
                plan, situation, held, price, (placement, found)
            )
        placement = _said(placement, situation, held, price, hurried)
        return self.follow(plan, situation, held, placement)

    def hurried(self, situation: Situation, held: Reservations) -> NDArray[np.bool_]:
        """Work that waits for no price, (n,)."""
        return crowded(situation, held) & self.more_may_come

    def _points(self, held: Reservations) -> NDArray[np.bool_]:
        """Operating points that may be chosen, (M,)."""
        return roomy(held) if self.more_may_come else np.ones(len(held.menu), dtype=np.bool_)

    def follow(
        self, plan: Plan, situation: Situation, held: Reservations, placement: Placement
    ) -> Dispatch:
        """A placement with the routes and stores of a plan."""
        held_kw, raise_price_per_kw = _held_kw(plan, situation, self.objective)
        return Dispatch(
            made_at=situation.as_of,
            policy=plan.policy,
            placement=placement,
            shares=on_grid(plan.shares, plan.horizon, held.grid),
            charge_kw=whole_charges(
                on_grid(plan.charge_kw, plan.horizon, held.grid), situation.fleet
            ),
            discharge_kw=on_grid(plan.discharge_kw, plan.horizon, held.grid),
            import_held_kw=held_kw,
            raise_price_per_kw=raise_price_per_kw,
            it_price_per_kwh=on_grid(plan.prices.it_price_per_kwh, plan.horizon, held.grid),
            issue=plan.made_at,
            offered_kw=_ready_kw(plan, plan.offered_kw, held.grid),
            carried_kw=_ready_kw(plan, plan.carried_kw, held.grid),
            cooling=_cooling(plan, held.grid),
            slower_shares=on_grid(plan.slower_shares, plan.horizon, held.grid)
            if len(plan.slower_shares)
            else plan.slower_shares,
            made_kw=_made_kw(plan, situation, held.grid),
            nodes_used=on_grid(plan.nodes_used, plan.horizon, held.grid)
            if len(plan.nodes_used)
            else plan.nodes_used,
        )

    def _by_the_book(
        self,
        situation: Situation,
        held: Reservations,
        price: NDArray[np.float64],
        chosen: NDArray[np.bool_],
        known: set[bytes],
    ) -> list[Placement]:
        """What the policies of the literature would do with the chosen jobs that have not begun, where that is
        something else than is known by its slots, and than another of them said."""
        waiting = chosen & (situation.state.status == Status.WAITING)
        if not waiting.any():
            return []
        steered = steering_price(situation, self.objective, held.grid, self.readings)
        desk = desk_of(held, steered, asking_of(situation, held, waiting))
        at_once = _cost_at_once(situation, held, price)
        found = []
        for choice in CANDIDATES:
            told = answered_at(desk, choice)
            key = slots_key(told)
            if key in known:
                continue
            known.add(key)
            costs = (slot_costs(held, told, price), *_no_alternative(held))
            placement = _placement(situation, held, told, at_once, costs)
            changed = waiting & (placement.reason != Reason.NOT_PLACED)
            reason = np.where(changed, int(Reason.WHOLE_IS_CHEAPER), placement.reason)
            found.append(replace(placement, reason=reason))
        return found

    def _cheapest(
        self,
        plan: Plan,
        situation: Situation,
        held: Reservations,
        price: NDArray[np.float64],
        placements: tuple[Placement, ...],
    ) -> Placement:
        """The guided placement unless another is expected to cost less in all.

        Prices say what one more kilowatt costs; where many jobs follow one price into one slot, a peak
        can cost more than the slots save. So no policy of the literature, and no standing still, is
        ever expected to cost less than what is told.
        """
        guided, kept = placements[0], placements[1]
        if len(placements) == 2 and _same(guided, kept):
            return guided
        costs = self._costs(plan, situation, held, price, placements)
        best = int(np.argmin(costs))
        return guided if costs[0] <= costs[best] + 1e-9 else placements[best]

    def _costs(
        self,
        plan: Plan,
        situation: Situation,
        held: Reservations,
        price: NDArray[np.float64],
        placements: tuple[Placement, ...],
    ) -> NDArray[np.float64]:
        """What each placement is expected to cost, with what is not earned where its work carries less than planned."""
        costs = expected_costs(
            plan, situation, placements, held, price, self.objective, self.readings
        )
        lost = [self._revenue_lost(plan, situation, held, one) for one in placements]
        return np.asarray(costs, dtype=np.float64) + np.asarray(lost, dtype=np.float64)

    def _revenue_lost(
        self, plan: Plan, situation: Situation, held: Reservations, placement: Placement
    ) -> float:
        carried_kw = _ready_kw(plan, plan.carried_kw, held.grid)
        paid_per_kw_h = _ready_kw(plan, plan.prices.offered_price_per_kw_h, held.grid)
        return revenue_lost(situation, placement, carried_kw, paid_per_kw_h)

    def _unless_it_carries_less(
        self,
        plan: Plan,
        situation: Situation,
        held: Reservations,
        price: NDArray[np.float64],
        steps: tuple[Placement, Placement],
    ) -> Placement:
        """The second of two placements, unless more is lost by what its work no longer carries than it saves."""
        before, after = (self._revenue_lost(plan, situation, held, one) for one in steps)
        if after <= before + 1e-9:
            return steps[1]
        costs = self._costs(plan, situation, held, price, steps)
        return steps[int(np.argmin(costs))]

    def _searched(
        self,
        plan: Plan,
        situation: Situation,
        held: Reservations,
        price: NDArray[np.float64],
        placement: Placement,
    ) -> Placement:
        """The placement with single jobs moved as far as the whole fleet costs less for it."""
        told = told_of(placement, held)
        moves = (told.point == 0) | situation.jobs.elastic
        order = _largest_first(held, ~held.settled & (told.place >= 0) & moves)
        now = replace(held, told=told)
        found = searched(
            plan, situation, now, self.objective, price, order, self._points(held), self.readings
        )
        moved = _changed(told, found)
        if not moved.any():
            return placement
        costs = (
            np.where(moved, slot_costs(held, found, price), placement.cost),
            np.where(moved, np.nan, placement.alternative_cost),
            np.where(moved, -1, placement.alternative_place),
        )
        after = _placement(situation, held, found, _cost_at_once(situation, held, price), costs)
        whole = int(Reason.WHOLE_IS_CHEAPER)
        return replace(
            after,
            reason=np.where(moved, whole, placement.reason),
            binding=np.where(moved, after.binding, placement.binding),
        )

    def _told_peak_kw(
        self, plan: Plan, months: DemandPeriods, situation: Situation, held: Reservations
    ) -> NDArray[np.float64]:
        """The highest import of the month under way that the slots told before this turn stand for, (S,)."""
        fleet = situation.fleet
        site = fleet.site_of_place[fleet.menu.place]
        now_s, step_s = int(held.grid.edges_s[0]), grid_step_s(held.grid)
        before = only(held, situation.jobs.release_s <= now_s - step_s)
        planned = on_grid(plan.class_accelerators.sum(axis=0), plan.horizon, held.grid)
        more = load_of_told(held, before) - planned
        per_kw = on_grid(_per_it_kw(plan), plan.horizon, held.grid)
        more_kw = more * fleet.menu.extra_kw[:, None] * per_kw[site]
        by_site = np.stack([more_kw[site == one].sum(axis=0) for one in range(len(fleet.sites))])
        import_kw = on_grid(plan.import_kw, plan.horizon, held.grid)
        now = _under_way(months, plan.horizon, held.grid)
        peak: NDArray[np.float64] = np.where(now, import_kw + np.maximum(by_site, 0.0), 0.0).max(
            axis=1
        )
        return peak

    def peak_kept(self, plan: Plan, situation: Situation, held: Reservations) -> Kept:
        """Accelerators to keep free so that a site stays under the peak its plan pays for, (P, T), and the
        demand charge that one more accelerator would cost at each operating point, (M,). In a month that is
        still to begin nothing is kept: there the plan's prices alone speak of its peak."""
        fleet, menu = situation.fleet, situation.fleet.menu
        site, at = fleet.site_of_place, fleet.site_of_place[menu.place]
        months = demand_periods(replace(situation, horizon=plan.horizon), self.objective)
        level_kw = months.peaks_kw(plan.import_kw)[:, 0]
        level_kw = np.maximum(level_kw, self._told_peak_kw(plan, months, situation, held))
        spare_kw = on_grid(level_kw[:, None] - plan.import_kw, plan.horizon, held.grid)
        per_kw = on_grid(plan.facility_kw / np.maximum(plan.it_kw, 1e-9), plan.horizon, held.grid)
        extra_kw = menu.extra_kw[menu.first]
        by_place = menu.by_place(plan.class_accelerators.sum(axis=0))
        planned = on_grid(by_place, plan.horizon, held.grid)
        more = spare_kw[site] / np.maximum(per_kw[site] * extra_kw[:, None], 1e-9)
        may = np.floor(planned + more + 1e-6)
        charge = PEAK_BELIEF * months.price_per_kw[at, 0] * menu.extra_kw * per_kw[at].mean(axis=1)
        kept = np.where(_under_way(months, plan.horizon, held.grid)[site], held.room - may, 0)
        return np.clip(kept, 0, held.room).astype(np.int64), charge


def _per_it_kw(plan: Plan) -> NDArray[np.float64]:
    """Facility power over IT power, with heat carried out as it comes, (S, T)."""
    drawn_kw = plan.facility_kw - plan.cooling.drawn_kw(len(plan.horizon))
    return np.asarray(drawn_kw / np.maximum(plan.it_kw, 1e-9))


def _cooling(plan: Plan, grid: Timeline) -> ExtraCooling:
    """Heat that a plan carries out early or late, on the grid of slots; as it comes beyond its horizon."""
    own = plan.cooling
    if not own.power_kw.size:
        return own
    inside = grid.starts_s < int(plan.horizon.edges_s[-1])
    heat_kw = np.where(inside, on_grid(own.heat_kw, plan.horizon, grid), 0.0)
    power_kw = np.where(inside, on_grid(own.power_kw, plan.horizon, grid), 0.0)
    return ExtraCooling(heat_kw=heat_kw, power_kw=power_kw)


def _made_kw(plan: Plan, situation: Situation, grid: Timeline) -> NDArray[np.float64]:
    """What plants make on the grid of slots, (G, slots), as a plan has it, beyond its horizon as its last day,
    as far as outages and their pace let them."""
    if not plan.made_kw.size:
        return plan.made_kw
    wanted_kw = on_grid(plan.made_kw, plan.horizon, grid)
    return following_kw(situation.fleet, wanted_kw, situation.state.made_kw, grid)


def _ready_kw(plan: Plan, ready_kw: NDArray[np.float64], grid: Timeline) -> NDArray[np.float64]:
    """Capacity a plan holds ready, (…, Q, T), on the grid of slots; nothing beyond its horizon."""
    if not ready_kw.size:
        return ready_kw
    inside = grid.starts_s < int(plan.horizon.edges_s[-1])
    return np.where(inside, on_grid(ready_kw, plan.horizon, grid), 0.0)


def _earliest(situation: Situation, held: Reservations, hurried: NDArray[np.bool_]) -> Told:
    """What was told, with some jobs in their earliest slots, whatever these cost."""
    if not hurried.any():
        return held.told
    told = copied(held.told)
    give_earliest(situation, held, told, _largest_first(held, hurried), held.last)
    return told


def _said(
    placement: Placement,
    situation: Situation,
    held: Reservations,
    price: NDArray[np.float64],
    hurried: NDArray[np.bool_],
) -> Placement:
    """The placement, which says of work that hurries for others why it does, and what that costs."""
    runs = hurried & (placement.reason != Reason.NOT_PLACED)
    if not runs.any():
        return placement
    cost = slot_costs(held, held.told, price)
    at_once = _cost_at_once(situation, held, price)
    return replace(
        placement,
        reason=np.where(runs, int(Reason.CROWDED), placement.reason),
        cost=np.where(runs, cost, placement.cost),
        cost_at_once=np.where(runs, at_once, placement.cost_at_once),
    )


def _held_kw(
    plan: Plan, situation: Situation, objective: Objective
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The highest import of the month under way a plan pays a demand charge for, (S,), inf without one; stores and
    routes hold their site to it. Beside it what a kilowatt above it counts, (S,)."""
    months = demand_periods(replace(situation, horizon=plan.horizon), objective)
    peak_kw = months.peaks_kw(plan.import_kw)[:, 0]
    charged = [site.contract.demand_charge_per_kw_month > 0 for site in situation.fleet.sites]
    return np.where(charged, peak_kw, np.inf), months.price_per_kw[:, 0]


def _under_way(months: DemandPeriods, horizon: Timeline, grid: Timeline) -> NDArray[np.bool_]:
    """Which slots lie in the month that the plan's horizon begins in, (S, T); without a later one in it,
    all of them."""
    ended = (months.of_step > 0).argmax(axis=1)
    until_s = np.where(months.under_way.all(axis=1), NEVER_S, horizon.starts_s[ended])
    return np.asarray(grid.starts_s < until_s[:, None])


def _same(one: Placement, other: Placement) -> bool:
    columns = ("slots", "place", "point")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)


def _changed(before: Told, after: Told) -> NDArray[np.bool_]:
    """Which jobs hold other slots, (n,)."""
    used = np.arange(len(before.slots)) - np.repeat(before.offsets[:-1], np.diff(before.offsets))
    inside = used < np.repeat(before.count, np.diff(before.offsets))
    job = np.repeat(np.arange(len(before.count)), np.diff(before.offsets))
    other = (
        np.bincount(job[inside & (before.slots != after.slots)], minlength=len(before.count)) > 0
    )
    other |= (before.place != after.place) | (before.count != after.count)
    return np.asarray(other | (before.point != after.point))


def _no_alternative(held: Reservations) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    n = len(held.gang)
    return np.full(n, np.nan), np.full(n, -1, dtype=np.int64)


def only(held: Reservations, chosen: NDArray[np.bool_]) -> Told:
    """The told slots of some jobs, and of no others."""
    return replace(held.told, count=np.where(chosen & (held.told.place >= 0), held.told.count, 0))


def slot_prices(plan: Plan, fleet: Fleet, grid: Timeline) -> NDArray[np.float64]:
    """Money per accelerator-slot at each operating point, (M, T); beyond the plan its last day repeats."""
    menu = fleet.menu
    per_h = plan.prices.it_price_per_kwh[fleet.site_of_place[menu.place]] * menu.extra_kw[:, None]
    per_h = per_h + plan.prices.accelerator_price_per_h[menu.place]
    per_h = per_h + plan.prices.room_price_per_h[menu.place]
    if plan.prices.carried_price_per_h.size:
        per_h = per_h - plan.prices.carried_price_per_h
    on_slots = on_grid(per_h, plan.horizon, grid) * (grid_step_s(grid) / 3600.0)
    return np.ascontiguousarray(
        on_slots
    )  # slots side by side, as every other table of the sweep has them


def _swept(
    held: Reservations,
    price: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    congestion: tuple[float, ...],
    kept: Kept,
    may: NDArray[np.bool_],
) -> tuple[Told, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]]:
    from gridtide.kernels import placement

    told = copied(held.told)
    n = len(held.gang)
    costs = (np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1, dtype=np.int64))
    order = _largest_first(held, chosen)
    if not len(order):
        return told, costs
    free = free_of(held, told)
    capacity = held.room.max(axis=1)
    scale = float(np.std(price))
    menu = held.menu
    entries = (menu.place, menu.speed, may, menu.bounds)
    for weight in congestion:
        costs = placement.sweep(
            free, price, order, held.taken, held.first, held.last, held.left, held.rule,
            (held.running_at, held.running_with), held.offer,
            (told.place, told.offsets, told.count, told.slots, told.point),
            weight * scale, capacity, held.delay, *kept, entries,
        )  # fmt: skip
    return told, costs


def _largest_first(held: Reservations, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The chosen jobs, most accelerator-slots first, then those with least slack."""
    order = np.flatnonzero(chosen)
    slack = (
        held.last
        - held.first.min(axis=1, initial=len(held.grid))
        - held.left[:, 0] // held.left[:, 3]
    )
    size = held.gang * (held.left[:, 0] // np.maximum(held.left[:, 3], 1) + 1)
    return order[np.lexsort((order, slack[order], -size[order]))].astype(np.int64)


def _placement(
    situation: Situation,
    held: Reservations,
    told: Told,
    at_once: NDArray[np.float64],
    costs: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]],
) -> Placement:
    cost, other_cost, other_place = costs
    count = np.where(told.place >= 0, told.count, 0)
    kept = np.repeat(count, np.diff(told.offsets))
    used = np.arange(len(told.slots)) - np.repeat(told.offsets[:-1], np.diff(told.offsets))
    slots = told.slots[used < kept]
    offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    start = np.where(
        count > 0, slots[np.minimum(offsets[:-1], max(len(slots) - 1, 0))] if len(slots) else 0, 0
    )
    reason, binding = _reasons(situation, held, told.place, start, count, cost, at_once)
    return Placement(
        horizon=held.grid,
        place=np.where(count > 0, told.place, -1),
        point=np.where(count > 0, told.point, 0),
        offsets=offsets,
        slots=slots,
        reason=reason,
        binding=binding,
        cost=cost,
        cost_at_once=at_once,
        alternative_cost=other_cost,
        alternative_place=other_place,
    )


def _cost_at_once(
    situation: Situation, held: Reservations, price: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Expected cost of running at full speed at the job's present place from its first slot on, as if alone."""
    steps = len(held.grid)
    n = len(held.gang)
    place = situation.state.place
    full = held.menu.first[place]
    first = np.minimum(held.first[np.arange(n), place], steps)
    length = np.maximum(1, -(-held.left[:, 1] // held.left[:, 3]))
    end = np.minimum(first + length, steps)
    total = np.concatenate([np.zeros((len(price), 1)), np.cumsum(price, axis=1)], axis=1)
    index = np.concatenate([[0.0], np.cumsum(np.arange(steps, dtype=np.float64))])
    spent = total[full, end] - total[full, first] + held.delay * (index[end] - index[first])
    return np.where(end > first, spent * held.gang, np.nan)


def _reasons(
    situation: Situation,
    held: Reservations,
    place: NDArray[np.int64],
    start: NDArray[np.int64],
    count: NDArray[np.int64],
    cost: NDArray[np.float64],
    at_once: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    n = len(held.gang)
    here = situation.state.place
    earliest = held.first[np.arange(n), here]
    need = -(-held.left[:, 0] // held.left[:, 3])
    later = start > earliest
    moved = place != here
    cheaper = cost < at_once - 1e-9
    tight = held.last - earliest <= need
    reason = np.full(n, int(Reason.KEPT))
    decided = [
        (count == 0, Reason.NOT_PLACED),
        (~situation.jobs.movable, Reason.PROTECTED),
        (np.isnan(cost), Reason.KEPT),
        (tight & ~later & ~moved, Reason.NO_SLACK),
        (~later & ~moved, Reason.AT_ONCE),
        (later & moved & cheaper, Reason.CHEAPER_LATER_AND_ELSEWHERE),
        (moved & cheaper, Reason.CHEAPER_ELSEWHERE),
        (later & cheaper, Reason.CHEAPER_LATER),
        (later | moved, Reason.NO_ROOM_EARLIER),
    ]
    open_still = np.ones(n, dtype=np.bool_)
    for applies, code in decided:
        reason[open_still & applies] = int(code)
        open_still &= ~applies
    end = start + count
    binding = np.full(n, int(Binding.NONE))
    binding[end >= held.last] = int(Binding.DEADLINE)
    binding[tight] = int(Binding.DEADLINE)
    binding[(situation.jobs.allowed.sum(axis=1) <= 1) & (binding == 0)] = int(Binding.REGION)
    return reason, binding
