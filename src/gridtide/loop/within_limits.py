"""What a mandatory limit of the grid requires: told at its time by the rule that people signed, whoever is asked about
the rest, and let go when the limit is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import OF_JOBS, Dispatch, Turns, placement_of
from gridtide.decide.event import Event, EventKind
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.limits import export_max_kw, import_max_kw
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.digest import digest
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import rows as rows_of
from gridtide.loop.editing import as_told
from gridtide.loop.turn import Turn
from gridtide.loop.world import Orders
from gridtide.timeline import Timeline
from gridtide.trust.guard import Rung, check
from gridtide.trust.modes import Autonomy, Mode
from gridtide.trust.record import Decision, Stage
from gridtide.trust.touch import slots_of

POLICY = "mandatory limit"
TOLD, WAITS, REFUSED = "limit-kept", "limit-waits", "limit-not-kept"
"""Kinds of alarms."""
Sites = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Required:
    """What limits require, to be told now. why: in sentences."""

    orders: Orders
    decision: Decision
    why: tuple[str, ...]


def binding(
    fleet: Fleet, events: Iterable[Event], step: Timeline, now: datetime
) -> tuple[Event, ...]:
    """Mandatory limits that leave a site less than its connection in a step that begins, those that it comes down to by
    a ramp among them."""
    known = tuple(one for one in events if one.is_known(now))
    if not any(_limits(one) for one in known):
        return ()
    drawn = import_max_kw(fleet, known, step) < import_max_kw(fleet, (), step)
    fed_in = export_max_kw(fleet, known, step) < export_max_kw(fleet, (), step)
    names = [site.name for site in fleet.sites]
    return tuple(
        one
        for one in known
        if _limits(one)
        and (fed_in if one.kind is EventKind.EXPORT_LIMIT else drawn)[names.index(one.site)].any()
        and (one.start < step.end or one.ramp_max_kw_per_min is not None)
    )


def _limits(event: Event) -> bool:
    return bool(np.isfinite(event.limit_kw)) or event.kind is EventKind.EXPORT_LIMIT


@dataclass(kw_only=True, eq=False)
class Limits:
    """The limits of one room. own: the orders that were told for limits, and the limits they were told for. looked_at:
    the limits that bound when it was looked last, and whether they might be told. said: of each, its kind of alarm and
    in words."""

    own: Orders | None = None
    told_for: tuple[Event, ...] = ()
    looked_at: tuple[tuple[Event, ...], bool] = ((), False)
    said: tuple[tuple[str, Event, str], ...] = ()

    def due(self, binds: tuple[Event, ...], orders: Orders | None, autonomy: Autonomy) -> bool:
        """Whether a turn must be taken for limits that bind now: they are new to what is in force, or it was told for
        limits that are over, and nobody looked since."""
        if (binds, may_be_told(autonomy)) == self.looked_at:
            return False
        return self._is_over(binds, orders) or _is_news(binds, orders)

    def required(
        self,
        turn: Turn,
        binds: tuple[Event, ...],
        orders: Orders | None,
        autonomy: Autonomy,
    ) -> Required | None:
        """What is to be told beside all that waits for people; None where what is in force keeps every limit, or
        nothing may be told. The guard has looked at it.

        Work at the sites of the limits keeps its very slots where they fit, or waits for others; work that nobody told
        anything is told when it may begin; stores take nothing in, those of cold neither, and hold the meter. All else
        stays as it is told.
        """
        allowed, over = may_be_told(autonomy), self._is_over(binds, orders)
        self.looked_at = (binds, allowed)
        stood = tuple(one for one in self.said if one[1] in binds)
        self.said = stood if orders is self.own and orders is not None else ()
        fleet = turn.situation.fleet
        bound = _at(fleet, binds)
        sites = bound | _at(fleet, self.told_for if over else ())
        if orders is turn.orders or not (over or _is_needed(turn, binds, orders, bound)):
            return None
        if not allowed:
            self.said = tuple((WAITS, one, f"{_words(one)}; {_why_not(autonomy)}") for one in binds)
            return None
        levels = turn.orders.dispatch if orders is self.own else None
        dispatch = _within(turn, binds, as_told(turn, orders), sites, levels)
        grid = dispatch.placement.horizon
        room = promised_room(turn.situation, grid)
        refused = check(dispatch, turn.situation, room, turn.orders.promised)
        if refused:
            lacks = (
                f"the guard lets nothing through that keeps it: {refused[0]}; a person must look"
            )
            self.said = tuple((REFUSED, one, f"{_words(one)}; {lacks}") for one in binds)
            return None
        chosen = _concerned(turn, orders, bound)
        self.own = _only(dispatch, turn, chosen, _told_sites(turn.situation, orders, sites))
        self.told_for = binds
        self.said = tuple((TOLD, one, f"{_words(one)}; {KEPT}") for one in binds)
        why = tuple(_words(one) for one in binds) or ("a limit is over: what it held is let go",)
        return Required(orders=self.own, decision=_decision(turn, dispatch, autonomy, why), why=why)

    def stands(self, orders: Orders | None) -> tuple[bool, tuple[Event, ...]]:
        """Whether orders in force are those that were told for limits, and for which the last were told."""
        return self.own is not None and orders is self.own, self.told_for

    def alarms(self, now: datetime) -> list[tuple[str, str, str]]:
        """Limits that bind, each with its kind, its site, and what came of it in words."""
        return [(kind, one.site, said) for kind, one, said in self.said if now < one.end]

    def _is_over(self, binds: tuple[Event, ...], orders: Orders | None) -> bool:
        """Whether what is in force was told for a limit that binds no more."""
        own = self.own is not None and orders is self.own
        return own and any(one not in binds for one in self.told_for)


KEPT = "kept by the standing rule, whoever is asked about the rest"


def may_be_told(autonomy: Autonomy) -> bool:
    """Whether what limits require is told without asking: two people signed for it, and nobody froze the room."""
    watches = autonomy.frozen or autonomy.mode is Mode.OBSERVE
    return autonomy.envelope.mandatory and not watches


def _why_not(autonomy: Autonomy) -> str:
    if autonomy.frozen:
        return "frozen: nothing is told until two people thaw, or somebody keeps it by hand"
    if autonomy.mode is Mode.OBSERVE:
        return "observe: nothing is told; somebody must keep it by hand"
    return "it waits for a person, as the envelope says"


def _words(event: Event) -> str:
    most = "feed in" if event.kind is EventKind.EXPORT_LIMIT else "draw"
    kw = event.export_max_kw if event.kind is EventKind.EXPORT_LIMIT else event.limit_kw
    until = f"{event.start:%Y-%m-%d %H:%M} to {event.end:%Y-%m-%d %H:%M} UTC"
    return f"{event.label}: {event.site} may {most} {kw:,.6g} kW at most, {until}"


def _at(fleet: Fleet, events: Iterable[Event]) -> Sites:
    names = {one.site for one in events}
    return np.asarray([site.name in names for site in fleet.sites], dtype=np.bool_)


def _is_news(binds: Sequence[Event], orders: Orders | None) -> bool:
    """Whether what is in force was decided before a limit was known, or nothing is."""
    return any(orders is None or orders.dispatch.made_at < one.issued_at for one in binds)


def _is_needed(turn: Turn, binds: tuple[Event, ...], orders: Orders | None, sites: Sites) -> bool:
    """Whether a limit asks for more than what is in force: it did not know of it, or work came since that must wait."""
    if not binds or _is_news(binds, orders):
        return bool(binds)
    assert orders is not None
    known = set(orders.jobs.name.tolist())
    return any(
        str(turn.situation.jobs.name[row]) not in known and _must_wait(turn.standing, row)
        for row in np.flatnonzero(_there(turn, sites)).tolist()
    )


def _must_wait(dispatch: Dispatch, row: int) -> bool:
    slots = slots_of(dispatch, row)
    return not len(slots) or int(slots[0]) > 0


def _there(turn: Turn, sites: Sites) -> NDArray[np.bool_]:
    """Jobs that are, or are to be, at some sites, (n,)."""
    of_place = np.append(sites[turn.situation.fleet.site_of_place], False)
    found: NDArray[np.bool_] = (
        of_place[turn.standing.placement.place] | of_place[turn.situation.state.place]
    )
    return found


def _concerned(turn: Turn, orders: Orders | None, sites: Sites) -> NDArray[np.int64]:
    """Rows of the jobs that are told something: those at the sites of limits, and those that were told before."""
    known = [] if orders is None else orders.jobs.name.tolist()
    told = np.isin(turn.situation.jobs.name, known)
    return np.flatnonzero(told | _there(turn, sites))


def _within(
    turn: Turn, binds: tuple[Event, ...], base: Dispatch, sites: Sites, levels: Dispatch | None
) -> Dispatch:
    """What is in force, with the least of it changed that keeps every limit and every promise that still holds.
    levels: whose levels after calls hold at these sites, where those in force stem from limits; else None.
    """
    fleet, standing = turn.situation.fleet, turn.standing
    horizon = standing.placement.horizon
    most_kw = import_max_kw(fleet, binds, horizon)
    cut = (most_kw < import_max_kw(fleet, (), horizon)) & sites[:, None]
    shut = (export_max_kw(fleet, binds, horizon) < export_max_kw(fleet, (), horizon)) & sites[
        :, None
    ]
    held_kw = _levels_kw(base)
    if levels is not None:
        held_kw = np.where(sites[:, None], _levels_kw(levels), held_kw)
    return replace(
        base,
        made_at=turn.situation.as_of,
        policy=POLICY,
        placement=standing.placement,
        turns=standing.turns,
        charge_kw=np.where(cut, 0.0, base.charge_kw),
        discharge_kw=np.where(shut, 0.0, base.discharge_kw),
        cooling=_none_early(base.cooling, cut),
        recovering_kw=np.where(cut, np.minimum(held_kw, most_kw), held_kw),
    )


def _none_early(cooling: ExtraCooling, cut: NDArray[np.bool_]) -> ExtraCooling:
    """No heat carried out before its time where a limit cuts, (S, T)."""
    if not cooling.power_kw.size:
        return cooling
    heat_kw, power_kw = (
        np.where(cut & (one > 0.0), 0.0, one) for one in (cooling.heat_kw, cooling.power_kw)
    )
    return ExtraCooling(heat_kw=heat_kw, power_kw=power_kw)


def _levels_kw(dispatch: Dispatch) -> NDArray[np.float64]:
    """Levels after calls, (S, T); inf where none holds."""
    held_kw = dispatch.recovering_kw
    return held_kw if held_kw.size else np.full(dispatch.charge_kw.shape, np.inf)


def _only(
    dispatch: Dispatch, turn: Turn, chosen: NDArray[np.int64], sites: tuple[str, ...] | None
) -> Orders:
    """A dispatch as orders to some jobs, and to some sites."""
    placement = dispatch.placement
    at = [np.arange(*placement.offsets[row : row + 2]) for row in chosen]
    inside = np.concatenate([*at, np.zeros(0, dtype=np.int64)])
    columns = {name: getattr(placement, name)[chosen] for name in OF_JOBS}
    turns = {name: one[inside] for name, one in vars(dispatch.turns).items() if len(one)}
    told = placement_of(placement.horizon, [placement.slots[own] for own in at], columns)
    return Orders(
        jobs=rows_of(turn.situation.jobs, chosen),
        dispatch=replace(dispatch, placement=told, turns=Turns(**turns)),
        promised=turn.orders.promised[chosen],
        only=sites,
    )


def _told_sites(
    situation: Situation, orders: Orders | None, sites: Sites
) -> tuple[str, ...] | None:
    """The sites whose stores and meters are told something: those of limits, and those that were told before."""
    if orders is not None and orders.only is None:
        return None
    before = () if orders is None or orders.only is None else orders.only
    limited = (one.name for one, at in zip(situation.fleet.sites, sites, strict=True) if at)
    return tuple(sorted({*before, *limited}))


def _decision(turn: Turn, dispatch: Dispatch, autonomy: Autonomy, why: tuple[str, ...]) -> Decision:
    told = digest(dispatch)
    return Decision(
        id=digest((turn.decision.situation, told)),
        as_of=turn.decision.as_of,
        policy=POLICY,
        stage=Stage.PROPOSED,
        situation=turn.decision.situation,
        dispatch=told,
        rung=str(Rung.WITNESS),
        refused=(),
        answers=why,
        doubts=turn.decision.doubts,
        owner=f"policy {POLICY} {digest(autonomy.envelope)[:12]}",
    )
