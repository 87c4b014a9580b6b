"""A course up to an instant, and from there a window of seconds or minutes with and without what flexibility orders."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, Placement, Turns
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.flexibility.step import Direction, Step
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import grid_step_s
from gridtide.finding import BadInput, Finding
from gridtide.fleet.ways import Ways, by_service, by_way, ways_of
from gridtide.loop.mandate import Policy
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.loop.world import Telemetry
from gridtide.simulate.course import Progress, mandate_of, next_instant
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.simulate.twin import Twin
from gridtide.timeline import Timeline, epoch_s, instant, regular

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """A course at an instant: the turn just taken, its plan, and the twin as it stands, not told yet."""

    study: Study
    truth: Truth
    twin: Twin
    turn: Turn
    plan: Plan


def asked_step(study: Study, at: datetime | None) -> int:
    """The step edge an instant lies at or behind; by default a day after the start, or the middle of a shorter case.

    A day lets queues and stores leave where a case begins them. Raises BadInput for an instant outside the case.
    """
    timeline = study.timeline
    if at is None:
        middle = timeline.start + (timeline.end - timeline.start) / 2
        at = min(timeline.start + timedelta(days=1), middle)
    if not timeline.start <= at < timeline.end:
        raise BadInput(
            [
                Finding(
                    subject="--at",
                    value=f"{at.isoformat()}",
                    limit=f"from {timeline.start.isoformat()} to before {timeline.end.isoformat()}",
                    mend="Ask for an instant within the case.",
                )
            ]
        )
    return int(np.searchsorted(timeline.edges_s, epoch_s(at), side="right")) - 1


def standing_at(
    study: Study, truth: Truth, policy: Policy, forecaster: str, step: int, progress: Progress
) -> Standing:
    """The course of a policy up to a step edge, and the turn it takes there; progress(done, steps).

    Raises BadInput for a policy that makes no plan.
    """
    mandate = mandate_of(study, forecaster)
    twin, memory = Twin.of(study, truth), Memory()
    while True:
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        memory = turn.memory
        if twin.present == step:
            break
        until = min(next_instant(study, memory, twin.present), step)
        twin.advance(turn.orders, instant(study.timeline.edges_s[until]))
        progress(twin.present, step)
    if memory.plan is None:
        raise BadInput(
            [
                Finding(
                    subject=f"--policy {policy.name}",
                    value="makes no plan",
                    limit="a policy that plans, whose prices say what each kW is worth",
                    mend="Ask for coordinated.",
                )
            ]
        )
    return Standing(study=study, truth=truth, twin=twin, turn=turn, plan=memory.plan)


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A window: mean power at each meter, (S,), negative where it feeds in; requests refused each second and the
    longest p95 answer time, by service and origin, (V, O)."""

    drawn_kw: Real
    refused_per_s: Real
    late_s: Real


@dataclass(kw_only=True, eq=False)
class Window:
    """The first seconds after an instant at steps of their own; every run begins where the course stands.

    unmoved: a twin of these seconds before anything has happened to it.
    """

    standing: Standing
    study: Study
    unmoved: Twin
    dispatch: Dispatch
    coarse: Whole

    @classmethod
    def of(cls, standing: Standing, duration_s: int) -> "Window":
        """At steps of a second up to a minute, of a minute beyond."""
        step_s = 1 if duration_s <= 60 else 60
        present, timeline = standing.twin.present, standing.study.timeline
        now = instant(timeline.edges_s[present])
        fine = regular(now, timedelta(seconds=step_s), -(-duration_s // step_s))
        coarse = np.searchsorted(timeline.edges_s, fine.starts_s, side="right") - 1
        study = replace(standing.study, timeline=fine)
        named = {field.name: getattr(standing.truth, field.name) for field in fields(Truth)}
        truth = Truth(**{name: values[..., coarse] for name, values in named.items()})
        dispatch = _finer(standing.turn.orders.dispatch, fine, coarse - present)
        return cls(
            standing=standing,
            study=study,
            unmoved=Twin.of(study, truth),
            dispatch=dispatch,
            coarse=coarse - present,
        )

    @cached_property
    def today(self) -> Seen:
        """What meters and users see with nothing given."""
        return self.seen(())

    def drawn_kw(self, steps: tuple[Step, ...]) -> Real:
        """Mean power at each site's meter with these steps given, (S,); negative where it is fed in."""
        return self.seen(steps).drawn_kw

    def seen(self, steps: tuple[Step, ...]) -> "Seen":
        """What meters and users see with these steps given."""
        dispatch = self.dispatch
        if steps:
            dispatch = _with_steps(
                dispatch, steps, ways_of(self.study.fleet, self.study.services), self.coarse
            )
        seen = self.carried_out(dispatch)
        late_s = np.where(np.isnan(seen.latency_p95_s), 0.0, seen.latency_p95_s)
        return Seen(
            drawn_kw=np.asarray((seen.import_kw - seen.export_kw).mean(axis=1)),
            refused_per_s=seen.refused.mean(axis=2),
            late_s=late_s.max(axis=(2, 3), initial=0.0),
        )

    def carried_out(self, dispatch: Dispatch) -> Telemetry:
        """What meters show when this dispatch of the window is carried out."""
        orders = replace(self.standing.turn.orders, dispatch=dispatch)
        return self._twin().advance(orders, self.study.timeline.end)

    def _twin(self) -> Twin:
        """A twin of its own that stands where the course does."""
        here, gensets = self.standing.twin, self.standing.twin.gensets
        if gensets is not None and self.unmoved.gensets is not None:
            gensets = replace(self.unmoved.gensets, fuel_l=gensets.fuel_l.copy())
        book = here.book.apart()
        book.last_step = np.where(here.book.last_step == here.present - 1, -1, -2)
        return replace(
            self.unmoved,
            gensets=gensets,
            book=book,
            soc_kwh=here.soc_kwh.copy(),
            cold=here.cold.apart(),
            resting=here.resting.at_finer(grid_step_s(self.study.timeline), here.present),
            lost=replace(here.lost),
            peak_import_kw=here.peak_import_kw.copy(),
            retries=here.retries,
            grid_power_kw=here.grid_power_kw.copy(),
            it_kw=here.it_kw.copy(),
            made_kw=here.made_kw.copy(),
            import_max_kw=here.import_max_kw[:, here.present + self.coarse],
            export_max_kw=here.export_max_kw[:, here.present + self.coarse],
            it_most_kw=here.it_most_kw[:, here.present + self.coarse],
        )


def replaced_slots(dispatch: Dispatch, steps: tuple[Step, ...]) -> Dispatch:
    """The dispatch with the slots that jobs of these steps hold instead, over all its slots: what a guard must see."""
    placement = dispatch.placement
    slots = _slots_of_jobs(placement)
    place, point = placement.place.copy(), placement.point.copy()
    for step in steps:
        change = step.change
        for row, job in enumerate(change.jobs):
            slots[job] = change.slots[change.offsets[row] : change.offsets[row + 1]]
            if change.places[row] >= 0:
                place[job], point[job] = change.places[row], 0
    told = replace(_placed(placement, placement.horizon, slots), place=place, point=point)
    return replace(dispatch, placement=told)


def _finer(dispatch: Dispatch, fine: Timeline, coarse: Whole) -> Dispatch:
    """A dispatch over finer steps, starts and stops at once; coarse: slot of the dispatch each lies in, (T,)."""
    placement = dispatch.placement
    first = np.searchsorted(coarse, np.arange(len(placement.horizon)), side="left")
    end = np.searchsorted(coarse, np.arange(len(placement.horizon)), side="right")
    slots = [
        np.concatenate([np.arange(first[slot], end[slot]) for slot in own] or [np.zeros(0, int)])
        for own in _slots_of_jobs(placement)
    ]
    cooling = dispatch.cooling
    parts = grid_step_s(placement.horizon) // grid_step_s(fine)
    return replace(
        dispatch,
        placement=_placed(placement, fine, slots),
        shares=dispatch.shares[..., coarse],
        charge_kw=dispatch.charge_kw[:, coarse],
        discharge_kw=dispatch.discharge_kw[:, coarse],
        it_price_per_kwh=dispatch.it_price_per_kwh[:, coarse],
        offered_kw=dispatch.offered_kw[:, coarse]
        if dispatch.offered_kw.size
        else dispatch.offered_kw,
        slower_shares=dispatch.slower_shares[..., coarse]
        if dispatch.slower_shares.size
        else dispatch.slower_shares,
        made_kw=dispatch.made_kw[:, coarse] if dispatch.made_kw.size else dispatch.made_kw,
        nodes_used=np.repeat(dispatch.nodes_used, parts, axis=-1),
        turns=Turns(),
        recovering_kw=dispatch.recovering_kw[:, coarse]
        if dispatch.recovering_kw.size
        else dispatch.recovering_kw,
        setpoint_kw=dispatch.setpoint_kw[:, coarse]
        if dispatch.setpoint_kw.size
        else dispatch.setpoint_kw,
        cooling=ExtraCooling(
            heat_kw=cooling.heat_kw[..., coarse], power_kw=cooling.power_kw[..., coarse]
        )
        if cooling.power_kw.size
        else cooling,
    )


def _slots_of_jobs(placement: Placement) -> list[Whole]:
    bounds = placement.offsets.tolist()
    return [placement.slots[first:end] for first, end in pairwise(bounds)]


def _placed(placement: Placement, horizon: Timeline, slots: list[Whole]) -> Placement:
    counts = [len(own) for own in slots]
    return replace(
        placement,
        horizon=horizon,
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        slots=np.concatenate([*slots, np.zeros(0, dtype=np.int64)]),
    )


def _with_steps(dispatch: Dispatch, steps: tuple[Step, ...], ways: Ways, coarse: Whole) -> Dispatch:
    """The dispatch of a window with steps given all through it. coarse: slot of the course each step lies in, (T,)."""
    placement = dispatch.placement
    slots = _slots_of_jobs(placement)
    every = np.arange(len(placement.horizon))
    store_kw = dispatch.discharge_kw - dispatch.charge_kw
    held_kw, point = dispatch.import_held_kw.copy(), placement.point.copy()
    place = placement.place.copy()
    for step in steps:
        down = step.direction is Direction.DOWN
        change = step.change
        for row, job in enumerate(change.jobs):
            if change.places[row] >= 0:
                own = change.slots[change.offsets[row] : change.offsets[row + 1]]
                place[job], point[job] = change.places[row], 0
                slots[job] = np.flatnonzero(np.isin(coarse, own))
            elif change.points[row] >= 0:
                point[job] = change.points[row]
            else:
                slots[job] = every[:0] if down else every
        store_kw[step.site] += step.change.store_kw if down else -step.change.store_kw
        held_kw[step.site] += step.change.raised_kw
        for site, kw in step.change.raises:
            held_kw[site] += kw
    shares, slower = _rerouted(dispatch, steps, ways)
    heat_kw = dispatch.cooling.heat_kw.copy()
    for step in [step for step in steps if step.change.heat_kw.any()]:
        heat_kw[:, step.site] += step.change.heat_kw[:, None]
    return replace(
        dispatch,
        shares=shares,
        slower_shares=slower,
        placement=replace(_placed(placement, placement.horizon, slots), point=point, place=place),
        charge_kw=np.maximum(-store_kw, 0.0),
        discharge_kw=np.maximum(store_kw, 0.0),
        import_held_kw=held_kw,
        cooling=replace(dispatch.cooling, heat_kw=heat_kw),
    )


def _rerouted(dispatch: Dispatch, steps: tuple[Step, ...], ways: Ways) -> tuple[Real, Real]:
    """Shares of all answers and of slower ones with these routes; each moves its part of what there was, as far as
    a step before brought it to the way it leaves."""
    told = by_way(dispatch.shares, dispatch.slower_shares, ways)
    moved = told.copy()
    for route in (route for step in steps for route in step.change.routes):
        left = moved[route.from_way, route.origin, route.place]
        part = np.minimum(route.share * told[route.way, route.origin, route.place], left)
        moved[route.from_way, route.origin, route.place] -= part
        moved[route.to_way, route.origin, route.to] += part
    return by_service(moved, ways), moved[ways.usual :]
