"""Slots that a policy of the literature would take, beside everything that is promised.

Each waiting job is taken out, answered by the policy's own array function at its home under the room
the others leave, and put back; where the policy finds nothing that holds the job's declared work before
its deadline, the job takes the first room at home, else it stays in the slots it was told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.planners import reserved_first
from gridtide.decide.policy_names import Choice, policy_of, reserved_rule
from gridtide.decide.reservations import (
    Reservations,
    Told,
    copied,
    free_of,
    grid_step_s,
    told_accelerators,
)
from gridtide.decide.situation import Situation
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal, Whole
from gridtide.fleet.jobs import NO_DEADLINE_S

UNBROKEN = {
    "wait-awhile-interruptible": "wait-awhile",
    "wait-awhile-deadline-interruptible": "wait-awhile",
}
"""The policy that answers for jobs which may not be interrupted."""
ASKED_SINGLY = ("reserved-first", "bidirectional")
"""Policies whose answer depends on what others use, or that answer only for jobs of one slot."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """One job on the grid: its place, window [first, last), slots of declared and of expected work.

    room: accelerators its place has for such work, (T,). A job without a deadline has no stated patience:
    its window ends where its work would.
    """

    place: int
    first: int
    last: int
    need: int
    expected: int
    units: int
    room: Whole


Asking = dict[int, Asked | None]
NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """What a policy said of a job: the slots that hold its work with its restarts, None where there are none; all
    slots it said on the way in which the job fitted, and where it did, (T,)."""

    slots: Whole | None
    on_the_way: Whole
    fitted: NDArray[np.bool_]


def asking_of(situation: Situation, held: Reservations, chosen: NDArray[np.bool_]) -> Asking:
    """The chosen jobs, which have not begun, as policies are asked about them; chosen: (n,)."""
    rows = np.flatnonzero(chosen & (held.told.place >= 0))
    return {int(job): _asked(situation, held, int(job)) for job in rows}


@dataclass(frozen=True, kw_only=True, eq=False)
class Desk:
    """What every policy is asked beside: made once where several are asked about the same jobs.

    signals: what the policies steer by, one a place. free: room that no job was told, (P, T). holds: accelerators each
    job was told, (n,). groups: asked jobs of
    one place that may be interrupted or may not, with the columns a policy takes. singles: the columns of jobs that
    were asked about alone so far. kinds: jobs of one kind are asked about alike, by job.
    """

    held: Reservations
    asking: Asking
    signals: tuple[SlotSignal, ...]
    free: Whole
    holds: Whole
    groups: tuple["Group", ...]
    kinds: dict[int, int]
    singles: dict[int, SlotJobs] = field(default_factory=dict)

    def single(self, job: int, asked: Asked) -> SlotJobs:
        """One job as policies take it."""
        if job not in self.singles:
            self.singles[job] = _slot_jobs([asked])
        return self.singles[job]


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Jobs that a policy is asked about in one call; whole: that may not be interrupted."""

    signal: SlotSignal
    whole: bool
    rows: dict[int, Asked]
    jobs: SlotJobs


def desk_of(held: Reservations, price: NDArray[np.float64], asking: Asking) -> Desk:
    """The desk at which policies are asked about jobs.

    held: the situation's jobs on their grid. price: what the policies steer by at each place, (P, T).
    asking: from asking_of.
    """
    signals = tuple(SlotSignal(values=row, step_s=grid_step_s(held.grid)) for row in price)
    return Desk(
        held=held,
        asking=asking,
        signals=signals,
        free=free_of(held, held.told),
        holds=told_accelerators(held, held.told),
        groups=tuple(_groups(held, asking, signals)),
        kinds=_kinds(held, asking),
    )


def _kinds(held: Reservations, asking: Asking) -> dict[int, int]:
    """Numbers of kinds, by job: jobs of a kind differ in nothing that a policy is asked by."""
    jobs = [(job, asked) for job, asked in asking.items() if asked is not None]
    if not jobs:
        return {}
    named = [(one.place, one.first, one.last, one.need, one.expected, one.units) for _, one in jobs]
    rows = np.asarray([job for job, _ in jobs])
    widest = held.told.offsets[rows + 1] - held.told.offsets[rows]
    about = np.column_stack([np.asarray(named), held.rule[rows], held.left[rows], widest])
    _, kind = np.unique(about, axis=0, return_inverse=True)
    return dict(zip(rows.tolist(), kind.ravel().tolist(), strict=True))


def _groups(held: Reservations, asking: Asking, signals: tuple[SlotSignal, ...]) -> Iterator[Group]:
    for place, signal in enumerate(signals):
        for whole in (False, True):
            rows = {
                job: asked
                for job, asked in asking.items()
                if asked is not None
                and asked.place == place
                and bool(held.rule[job, 0]) is not whole
            }
            if rows:
                jobs = _slot_jobs(list(rows.values()))
                yield Group(signal=signal, whole=whole, rows=rows, jobs=jobs)


def referred(
    held: Reservations, price: NDArray[np.float64], asking: Asking, choice: Choice
) -> Told:
    """The slots of all jobs after the chosen ones asked a policy, in order of arrival; see `desk_of`."""
    return answered_at(desk_of(held, price, asking), choice)


def answered_at(desk: Desk, choice: Choice) -> Told:
    """The slots of all jobs after those at the desk asked a policy, in order of arrival."""
    from gridtide.kernels import desk as at_desk

    told, free, gang = copied(desk.held.told), desk.free.copy(), desk.held.gang
    wanted = _wanted(desk, _alone(desk, choice))
    rows = list(desk.asking.items())
    before: dict[int, Said] = {}
    row = 0
    while row < len(rows):
        mine = (told.place, told.offsets, told.count, told.slots, told.point, free)
        row = at_desk.taken_while_free(row, *wanted, gang, desk.holds, *mine)
        if row < len(rows):
            job, asked = rows[row]
            assert asked is not None
            _take(desk, told, free, job, asked, choice, before)
        row += 1
    return told


def _wanted(desk: Desk, alone: dict[int, Whole]) -> tuple[Whole, Whole, Whole, Whole]:
    """Asked jobs in order, their places (-1: not asked), and the slots of each that are known already: offsets and
    slots."""
    none = np.zeros(0, dtype=np.int64)
    slots = [alone.get(job, none) for job in desk.asking]
    place = [-1 if asked is None else asked.place for asked in desk.asking.values()]
    offsets = np.cumsum([0, *(len(one) for one in slots)])
    job = np.fromiter(desk.asking, dtype=np.int64, count=len(desk.asking))
    return job, np.asarray(place, dtype=np.int64), offsets, np.concatenate([none, *slots])


def _take(
    desk: Desk,
    told: Told,
    free: Whole,
    job: int,
    asked: Asked,
    choice: Choice,
    before: dict[int, Said],
) -> None:
    """Ask about one job, whose own slots are free, beside all others, and put it where it may go or where it was.

    before: what was said of each kind of job last. It is said again while all slots said on the way are free and no
    others have become free since, see `_alone`; a policy that counts what others use is asked anew.
    """
    begin, place, count = int(told.offsets[job]), int(told.place[job]), int(told.count[job])
    here = free[asked.place]
    kind, fits = desk.kinds[job], here >= asked.units
    said = before.get(kind)
    if said is None or not fits[said.on_the_way].all() or (fits > said.fitted).any():
        said = _answered(desk, job, asked, here, choice)
        before.pop(kind, None)
        if choice.name not in ASKED_SINGLY:
            before[kind] = said
    answer, takes = said.slots, int(desk.holds[job])
    if answer is None and place != asked.place:
        answer = _earliest(asked, here)
    if answer is not None:
        place, count, takes = asked.place, len(answer), asked.units
        told.slots[begin : begin + count] = answer
        told.count[job], told.place[job], told.point[job] = count, place, 0
    free[place, told.slots[begin : begin + count]] -= takes


def _alone(desk: Desk, choice: Choice) -> dict[int, Whole]:
    """What the policy says of all jobs in one call, were each alone, as far as that holds at once.

    An answer whose slots are free is the answer beside others too: taking slots away that it does not use
    changes no choice. Jobs that need more slots for restarts, or have no room, are left out and ask singly.
    """
    found: dict[int, Whole] = {}
    if choice.name in ASKED_SINGLY:
        return found
    for group in desk.groups:
        rule = _whole(choice) if group.whole else choice
        plan = policy_of(rule, None)(group.jobs, group.signal)
        found |= _holding(desk.held, group, plan)
    return found


def _holding(held: Reservations, group: "Group", plan: SlotPlan) -> dict[int, Whole]:
    """The answers of a plan that hold the declared work inside the window, by job."""
    rows = np.flatnonzero(np.diff(plan.offsets) > 0)
    if not len(rows):
        return {}
    job = np.fromiter(group.rows, dtype=np.int64, count=len(group.rows))[rows]
    first, last, need = group.jobs.arrival[rows], group.jobs.deadline[rows], group.jobs.length[rows]
    begin, end = plan.offsets[rows], plan.offsets[rows + 1]
    starts = plan.start[begin]
    if group.whole:
        holds = (starts >= first) & (starts + need <= last)
        run_from, run_to = starts, starts + need
        counts = np.ones(len(rows), dtype=np.int64)
    else:
        run_from, run_to, counts = plan.start, plan.end, end - begin
        length = run_to - run_from
        total = np.add.reduceat(length, begin)
        shortest = np.minimum.reduceat(length, begin)
        declared_s, restart_s, slot_s = held.left[job][:, [0, 2, 3]].T
        holds = (starts >= first) & (total == need) & (run_to[end - 1] <= last)
        holds &= (counts == 1) | (need * slot_s >= declared_s + (counts - 1) * restart_s)
        holds &= shortest >= np.minimum(held.rule[job, 2], need)
    slots = _each_slot(run_from, run_to)
    ends = np.cumsum(np.add.reduceat(run_to - run_from, np.cumsum(counts) - counts))
    return {
        int(job[row]): slots[ends[row - 1] if row else 0 : ends[row]]
        for row in np.flatnonzero(holds)
    }


def _each_slot(start: Whole, end: Whole) -> Whole:
    """The slots of runs, one run after another."""
    length = end - start
    return np.repeat(start - np.cumsum(length) + length, length) + np.arange(int(length.sum()))


def _asked(situation: Situation, held: Reservations, job: int) -> Asked | None:
    """The job as a policy is asked about it, None where its window does not hold it at all."""
    home = int(situation.state.place[job])
    step_s = grid_step_s(held.grid)
    need = max(1, -(-int(held.left[job, 0]) // step_s))
    first, last = int(held.first[job, home]), int(held.last[job])
    if situation.jobs.deadline_s[job] == NO_DEADLINE_S:
        last = min(last, first + need)
    asked = Asked(
        place=home,
        first=first,
        last=last,
        need=need,
        expected=min(need, max(1, -(-int(held.left[job, 1]) // step_s))),
        units=int(held.gang[job]),
        room=held.room[home],
    )
    return asked if asked.first + need <= asked.last else None


def _answered(desk: Desk, job: int, asked: Asked, free: Whole, choice: Choice) -> Said:
    """Slots from a policy that hold the declared work with its restarts, None where there are none."""
    held, signal, single = desk.held, desk.signals[asked.place], desk.single(job, asked)
    rule, fitted = held.rule[job], free >= asked.units
    if not rule[0]:
        plan = _said(_whole(choice), single, asked, free, signal)
        said = _slots_of(plan)
        run = _run(plan, asked, free)
        on_the_way = np.concatenate([said[said < len(fitted)], NOTHING if run is None else run])
        return Said(slots=run, on_the_way=on_the_way[fitted[on_the_way]], fitted=fitted)
    widest = int(held.told.offsets[job + 1] - held.told.offsets[job])
    tried, found = [], None
    for need in range(asked.need, min(widest, asked.last - asked.first) + 1):
        one = single if need == asked.need else _slot_jobs([replace(asked, need=need)])
        slots = _slots_of(_said(choice, one, asked, free, signal))
        tried.append(slots[slots < len(fitted)])
        if len(slots) < need or slots[-1] >= asked.last:
            break
        if slots[-1] - slots[0] < len(slots):
            found = slots[:need]
            break
        restarts = int((np.diff(slots) > 1).sum())
        lost_s = restarts * int(held.left[job, 2])
        if need * signal.step_s >= int(held.left[job, 0]) + lost_s:
            found = slots[:need] if _shortest_run(slots[:need]) >= min(rule[2], need) else None
            break
    on_the_way = np.concatenate([NOTHING, *tried])
    return Said(slots=found, on_the_way=on_the_way[fitted[on_the_way]], fitted=fitted)


def _whole(choice: Choice) -> Choice:
    if choice.name not in UNBROKEN:
        return choice
    settings = {key: value for key, value in choice.settings.items() if key != "ties"}
    return replace(choice, name=UNBROKEN[choice.name], settings=settings)


def _said(
    choice: Choice, one: SlotJobs, asked: Asked, free: Whole, signal: SlotSignal
) -> SlotPlan | None:
    """What the policy says about one job."""
    if choice.name == "bidirectional" and one.length[0] > 1:
        return None
    if choice.name == "reserved-first":
        rule = reserved_rule(choice.settings, free)
        unused = np.clip(rule.reserved - (asked.room - free), 0, free)
        return reserved_first.reserved_first(one, signal, replace(rule, reserved=unused))
    return policy_of(choice, free)(one, signal)


def _slot_jobs(asked: list[Asked]) -> SlotJobs:
    """Jobs as policies take them."""
    first = np.asarray([one.first for one in asked])
    last = np.asarray([one.last for one in asked])
    need = np.asarray([one.need for one in asked])
    return SlotJobs(
        arrival=first,
        length=need,
        waiting=last - first - need,
        deadline=last,
        expected=np.asarray([one.expected for one in asked]),
        units=np.asarray([one.units for one in asked]),
        power_kw=np.ones(len(asked)),
    )


def _run(plan: SlotPlan | None, asked: Asked, free: Whole) -> Whole | None:
    """An unbroken run from where the policy begins, None without room or beyond the deadline."""
    if plan is None or not len(plan.start):
        return None
    slots = np.arange(int(plan.start[0]), int(plan.start[0]) + asked.need)
    if slots[0] < asked.first or slots[-1] >= asked.last or (free[slots] < asked.units).any():
        return None
    return slots


def _earliest(asked: Asked, free: Whole) -> Whole | None:
    """The first unbroken run at home that holds the declared work, None without room."""
    fits = free[asked.first : asked.last] >= asked.units
    runs = np.convolve(fits, np.ones(asked.need, dtype=np.int64), mode="valid") == asked.need
    if not runs.any():
        return None
    start = asked.first + int(np.argmax(runs))
    return np.arange(start, start + asked.need)


def _slots_of(plan: SlotPlan | None) -> Whole:
    if plan is None or not len(plan.start):
        return np.zeros(0, dtype=np.int64)
    if len(plan.start) == 1:
        return np.arange(int(plan.start[0]), int(plan.end[0]))
    return _each_slot(plan.start, plan.end)


def _shortest_run(slots: Whole) -> int:
    breaks = np.flatnonzero(np.diff(slots) > 1)
    return int(np.diff(np.concatenate([[-1], breaks, [len(slots) - 1]])).min())
