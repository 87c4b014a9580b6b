"""One policy through a whole study: turn after turn, and what came of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bid import Bid
from gridtide.decide.bids import bought_at
from gridtide.decide.call_answer import CallAnswer, answers_of
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.excused import excused
from gridtide.decide.flow_reasons import FlowReasons, flow_rows
from gridtide.decide.margins import kinds_spread
from gridtide.decide.offer_terms import nothing_offered, standing
from gridtide.decide.plan import Certificate
from gridtide.decide.risk import Uncertainty
from gridtide.decide.situation import Commitment, Commitments
from gridtide.decide.uncertainty import without_spread
from gridtide.digest import freeze
from gridtide.loop.instants import next_turn
from gridtide.loop.mandate import Mandate, Policy
from gridtide.loop.turn import Memory, Turn, take_turn, write_down
from gridtide.loop.world import Telemetry, joined
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.simulate.twin import Twin
from gridtide.timeline import Timeline, epoch_s, instant
from gridtide.trust.record import Stage, Store

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Executed:
    """What ran where: one row per job, place, operating point and unbroken run; [start_s, end_s).

    point: by its number in the menu of the pool. turns: where starts and stops are staggered, when power rises after
    start_s and falls before end_s: late, rise, early and fall as a dispatch has them, (4, rows), s; else of no rows.
    """

    job: Whole
    place: Whole
    point: Whole
    start_s: Whole
    end_s: Whole
    turns: Real = field(default_factory=lambda: np.zeros((4, 0)))

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("job", "place", "point", "start_s", "end_s"), np.int64))
        freeze(self, turns=np.float64)

    @property
    def behind_s(self) -> Real:
        """How long after start_s each row waited for its turn to start, s."""
        return self.turns[0] if self.turns.shape[1] else np.zeros(len(self.job))


@dataclass(frozen=True, kw_only=True, eq=False)
class Transfers:
    """Every time the data of a job changed its site, in order: columns of one length.

    job: row of the study; here, there: numbers of sites; at_s: when it set off; gb: what was sent, repeats included.
    """

    job: Whole
    here: Whole
    there: Whole
    at_s: Whole
    gb: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("job", "here", "there", "at_s"), np.int64), gb=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Reasons:
    """Every time a job's slots were chosen anew: columns of one length.

    as_of_s, job (row of the study), place, point, start_s (-1 unplaced), reason, binding: whole numbers;
    cost, cost_at_once, alternative_cost: money; alternative_place; issue_s: newest issue used.
    """

    as_of_s: Whole
    job: Whole
    place: Whole
    point: Whole
    start_s: Whole
    reason: Whole
    binding: Whole
    alternative_place: Whole
    issue_s: Whole
    cost: Real
    cost_at_once: Real
    alternative_cost: Real

    def __post_init__(self) -> None:
        whole = (
            "as_of_s",
            "job",
            "place",
            "point",
            "start_s",
            "reason",
            "binding",
            "alternative_place",
            "issue_s",
        )
        freeze(self, **dict.fromkeys(whole, np.int64))
        freeze(self, cost=np.float64, cost_at_once=np.float64, alternative_cost=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """A policy's way through a study. Columns over jobs are rows of the study's jobs.

    promised; cut (a limit cut took the promise back); ended_s (-1 never); complete (all its work was done);
    place (last); moves; exposure (transfers times sensitivity); first_s (-1 never); done_s.
    position_kw: bought or declared, 0 elsewhere, (S, T).
    positioned: where something was, and no call of the grid excuses leaving it. unspread: series of which plans
    wanted to know how far they may miss and could not, and in how many plans. offered_kw: capacity that stood of
    each product of the fleet, (Q, T). certificates: of its plans before jobs were placed, in order.
    response_price: what one more kW per minute of the fleet's cap would have saved by the last plan of each step, (T,),
    of no steps without one. calls: how calls of the grid were answered; without_calls: what meters would have seen
    without them, None where nobody asked.
    """

    policy: str
    telemetry: Telemetry
    promised: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    ended_s: Whole
    complete: NDArray[np.bool_]
    place: Whole
    moves: Whole
    exposure: Whole
    first_s: Whole
    done_s: Whole
    transfers: Transfers
    position_kw: Real
    positioned: NDArray[np.bool_]
    executed: Executed
    reasons: Reasons
    flows: FlowReasons
    answers: tuple[str, ...]
    rungs: tuple[str, ...]
    turns: int
    unspread: tuple[tuple[str, int], ...] = ()
    offered_kw: Real = field(default_factory=nothing_offered)
    certificates: tuple[Certificate, ...] = ()
    calls: tuple[CallAnswer, ...] = ()
    without_calls: Telemetry | None = None
    response_price: Real = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        whole = ("ended_s", "place", "moves", "exposure", "first_s", "done_s")
        freeze(self, position_kw=np.float64, offered_kw=np.float64, positioned=np.bool_)
        freeze(self, response_price=np.float64)
        freeze(
            self,
            promised=np.bool_,
            cut=np.bool_,
            complete=np.bool_,
            **dict.fromkeys(whole, np.int64),
        )


def mandate_of(study: Study, forecaster: str) -> Mandate:
    """The standing part of a study's situations."""
    return Mandate(
        fleet=study.fleet,
        services=study.services,
        history=study.history,
        objective=study.objective,
        events=study.events,
        steps=study.timeline,
        plan_h=study.cadence.plan_h,
        replan_h=study.cadence.replan_h,
        forecaster=forecaster,
        owner=f"study {study.name}",
        risk=study.risk,
        seed=study.seed,
        more_may_come=not study.arrivals_known,
    )


def run_course(
    study: Study, truth: Truth, policy: Policy, forecaster: str, store: Store, progress: Progress
) -> Course:
    """Take turns at every decision instant of the study until its end.

    An instant is a step edge at which a job arrives, a plan falls due, a billing month begins, a call of the
    grid is issued, or the course begins; while work waits for room or had to be stopped, or a call is delivered, every
    edge is one. Every decision is written down before it is told and again with its outcome. progress(done, steps).
    """
    mandate = mandate_of(study, forecaster)
    twin = Twin.of(study, truth)
    memory = Memory()
    telemetry: list[Telemetry] = []
    log = _Log()
    while twin.present < len(study.timeline):
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        memory = turn.memory
        until = next_instant(study, memory, twin.present)
        write_down(store, turn, Stage.TOLD)
        log.note(twin, turn, until, study.cadence.replan_h)
        log.note_unspread(turn, study.risk.uncertainty)
        telemetry.append(twin.advance(turn.orders, instant(study.timeline.edges_s[until])))
        write_down(store, turn, Stage.VERIFIED)
        progress(twin.present, len(study.timeline))
    return _course(study, twin, policy.name, telemetry, log)


class _Log:
    """What the turns of a course leave behind for people to read."""

    def __init__(self) -> None:
        self.reasons: list[tuple[NDArray[Any], ...]] = []
        self.answers: list[str] = []
        self.rungs: list[str] = []
        self.told: list[tuple[Whole, Dispatch, int, int]] = []
        self.memory = Memory()
        self.flows: list[tuple[float, ...]] = []
        self.unspread: Counter[str] = Counter()
        self.certificates: list[Certificate] = []
        self.response_prices: list[tuple[Timeline, Real]] = []

    def note(self, twin: Twin, turn: Turn, until: int, replan_h: float) -> None:
        self.memory = turn.memory
        if turn.memory.plan is not None and _is_new(turn):
            plan = turn.memory.plan
            self.certificates.append(plan.certificate.placed_by or plan.certificate)
            if plan.response_price.size:
                self.response_prices.append((plan.horizon, plan.response_price))
            self.flows += flow_rows(plan, turn.situation, replan_h)
        self.answers += turn.decision.answers
        self.rungs.append(turn.decision.rung)
        placement = turn.orders.dispatch.placement
        rows = twin.active_rows()
        self.told.append((rows, turn.orders.dispatch, twin.present, until))
        chosen = np.flatnonzero(~np.isnan(placement.cost))
        if not len(chosen):
            return
        begin = placement.offsets[chosen]
        start = np.where(
            placement.place[chosen] >= 0,
            placement.horizon.starts_s[
                placement.slots[np.minimum(begin, len(placement.slots) - 1)]
            ],
            -1,
        )
        as_of_s = np.full(len(chosen), placement.horizon.edges_s[0])
        issue_s = np.full(len(chosen), int(turn.orders.dispatch.issue.timestamp()))
        self.reasons.append(
            (
                as_of_s, rows[chosen], placement.place[chosen], placement.point[chosen], start,
                placement.reason[chosen],
                placement.binding[chosen], placement.alternative_place[chosen], issue_s,
                placement.cost[chosen], placement.cost_at_once[chosen], placement.alternative_cost[chosen],
            )
        )  # fmt: skip

    def note_unspread(self, turn: Turn, uncertainty: Uncertainty) -> None:
        """What the plan of this turn, if one was made, had to take at its point forecast."""
        if _is_new(turn):
            self.unspread.update(without_spread(turn.situation, kinds_spread(uncertainty)))


def _is_new(turn: Turn) -> bool:
    """Whether a plan was made at this turn."""
    return turn.memory.plan is not None and turn.memory.planned_at == turn.decision.as_of


def next_instant(study: Study, memory: Memory, present: int) -> int:
    """The next step edge at which something is decided."""
    arrivals_s = study.jobs.release_s
    if study.arrivals_known:
        arrivals_s = arrivals_s[:0]
    return next_turn(mandate_of(study, study.cadence.forecaster), memory, present, arrivals_s)


def _transfers(sent: tuple[tuple[int, int, int, int, float], ...]) -> Transfers:
    columns = zip(*sent, strict=True) if sent else [()] * 5
    names = [one.name for one in fields(Transfers)]
    return Transfers(**{name: np.asarray(one) for name, one in zip(names, columns, strict=True)})


def _course(study: Study, twin: Twin, policy: str, telemetry: list[Telemetry], log: _Log) -> Course:
    book = twin.book
    executed = _executed(study, twin, log)
    columns = [np.concatenate(column) for column in zip(*log.reasons, strict=True)] if log.reasons else [
        np.zeros(0)
    ] * 12  # fmt: skip
    names = [field.name for field in fields(Reasons)]
    position_kw = _positions(study, log.memory.commitments, twin.truth.price_per_mwh)
    return Course(
        policy=policy,
        telemetry=joined(study.timeline, telemetry),
        promised=book.promised,
        cut=book.cut,
        ended_s=book.ended_s,
        complete=book.done_s >= study.true_s,
        place=book.place,
        moves=book.moves,
        exposure=book.exposure,
        first_s=_first_s(executed, len(study.jobs)),
        done_s=book.done_s,
        transfers=_transfers(twin.transfers),
        position_kw=np.nan_to_num(position_kw),
        positioned=~np.isnan(position_kw) & ~_excused(study, log.memory.commitments),
        executed=executed,
        reasons=Reasons(**dict(zip(names, columns, strict=True))),
        flows=_flows(log.flows),
        answers=tuple(log.answers),
        rungs=tuple(log.rungs),
        turns=len(log.rungs),
        unspread=tuple(sorted(log.unspread.items())),
        offered_kw=standing(study.fleet, log.memory.commitments, study.timeline, 0.0),
        certificates=tuple(log.certificates),
        calls=answers_of(log.memory.commitments),
        response_price=_response_price(study.timeline, log.response_prices),
    )


def _response_price(steps: Timeline, said: list[tuple[Timeline, Real]]) -> Real:
    """What the last plan before each step said of it, (T,); of no steps where none said anything."""
    if not said:
        return np.zeros(0)
    price = np.zeros(len(steps))
    for horizon, own in said:
        there = (steps.starts_s >= horizon.edges_s[0]) & (steps.starts_s < horizon.edges_s[-1])
        at = np.searchsorted(horizon.edges_s, steps.starts_s[there], side="right") - 1
        price[there] = own[at]
    return price


def _flows(rows: list[tuple[float, ...]]) -> FlowReasons:
    names = [field.name for field in fields(FlowReasons)]
    table: NDArray[Any] = np.asarray(rows, dtype=np.float64).reshape(-1, len(names))
    return FlowReasons(**{name: table[:, column] for column, name in enumerate(names)})


def _first_s(executed: Executed, jobs: int) -> Whole:
    """When each job first ran, -1 for never."""
    first = np.full(jobs, np.iinfo(np.int64).max)
    np.minimum.at(first, executed.job, executed.start_s)
    return np.where(first == np.iinfo(np.int64).max, -1, first)


def _excused(study: Study, commitments: Commitments) -> NDArray[np.bool_]:
    """Where calls of the grid let a site leave its position, (S, T)."""
    answers = answers_of(commitments)
    names = [site.name for site in study.fleet.sites]
    return np.stack([excused(name, study.events, answers, study.timeline) for name in names])


def _positions(study: Study, commitments: Commitments, price_per_mwh: Real) -> Real:
    """What was bought or declared, (S, T), kW; NaN where nothing was. price_per_mwh: at which bids clear, (S, T)."""
    names = [site.name for site in study.fleet.sites]
    position_kw = np.full((len(names), len(study.timeline)), np.nan)
    for one in [one for one in commitments if isinstance(one, Commitment | Bid)]:
        step = int(np.searchsorted(study.timeline.starts_s, epoch_s(one.start)))
        site = names.index(one.site)
        bought = bought_at(one, price_per_mwh[site, step]) if isinstance(one, Bid) else one
        position_kw[site, step] = bought.position_kw
    return position_kw


def _executed(study: Study, twin: Twin, log: _Log) -> Executed:
    """Told slots that really ran, merged into unbroken runs and cut where the job ended."""
    jobs: list[Whole] = []
    places: list[Whole] = []
    points: list[Whole] = []
    steps: list[Whole] = []
    turns: list[Real] = []
    for rows, dispatch, begin, end in log.told:
        placement = dispatch.placement
        counts = np.diff(placement.offsets)
        slot = placement.slots + begin
        row = np.repeat(np.arange(len(rows)), counts)
        inside = slot < end
        jobs.append(rows[row[inside]])
        places.append(placement.place[row[inside]])
        points.append(placement.point[row[inside]])
        steps.append(slot[inside])
        own = dispatch.turns
        if len(own):
            turns.append(np.stack([own.late_s, own.rise_s, own.early_s, own.fall_s])[:, inside])
    job, place, point, step = (
        np.concatenate([*part, np.zeros(0, dtype=np.int64)])
        for part in (jobs, places, points, steps)
    )
    start_s = study.timeline.starts_s[step]
    ended_s = twin.book.ended_s[job]
    ran = (ended_s < 0) | (start_s < ended_s)
    job, place, point, step = job[ran], place[ran], point[ran], step[ran]
    order = np.lexsort((step, job))
    job, place, point, step = job[order], place[order], point[order], step[order]
    fresh = np.ones(len(job), dtype=np.bool_)
    fresh[1:] = (job[1:] != job[:-1]) | (step[1:] != step[:-1] + 1) | (place[1:] != place[:-1])
    fresh[1:] |= point[1:] != point[:-1]
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(job)) - 1 if len(job) else first
    end_s = study.timeline.ends_s[step[last]]
    ended_s = twin.book.ended_s[job[last]]
    by_itself = (ended_s >= 0) & (ended_s <= end_s)
    of_slots = np.concatenate([*turns, np.zeros((4, 0))], axis=1)
    if of_slots.shape[1]:
        of_slots = of_slots[:, ran][:, order]
        stops = np.where(by_itself, 0.0, of_slots[2:, last])
        of_slots = np.concatenate([of_slots[:2, first], stops])
    return Executed(
        turns=of_slots,
        job=job[first],
        place=place[first],
        point=point[first],
        start_s=study.timeline.starts_s[step[first]],
        end_s=np.where(ended_s >= 0, np.minimum(end_s, np.maximum(ended_s, 0)), end_s),
    )
