"""Slots that a policy of the literature would take, beside everything that is promised.

Each waiting job is taken out, answered by the policy's own array function at its home under the room
the others leave, and put back; where the policy finds nothing that holds the job's declared work before
its deadline, the job takes the first room at home, else it stays in the slots it was told.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.planners import reserved_first
from gridtide.decide.policy_names import Choice, policy_of, reserved_rule
from gridtide.decide.reservations import Reservations, Told, copied, free_of, grid_step_s
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


def asking_of(situation: Situation, held: Reservations, chosen: NDArray[np.bool_]) -> Asking:
    """The chosen jobs, which have not begun, as policies are asked about them; chosen: (n,)."""
    rows = np.flatnonzero(chosen & (held.told.place >= 0))
    return {int(job): _asked(situation, held, int(job)) for job in rows}


def referred(
    held: Reservations,
    price: NDArray[np.float64],
    asking: Asking,
    choice: Choice,
) -> Told:
    """The slots of all jobs after the chosen ones asked a policy, in order of arrival.

    held: the situation's jobs on their grid. price: what the policy steers by at each place, (P, T).
    asking: from asking_of.
    """
    told = copied(held.told)
    free = free_of(held, told)
    signals = [SlotSignal(values=row, step_s=grid_step_s(held.grid)) for row in price]
    alone = _alone(held, asking, signals, choice)
    for job, asked in asking.items():
        begin, count = told.offsets[job], told.count[job]
        free[told.place[job], told.slots[begin : begin + count]] += held.gang[job]
        if asked is not None:
            here = free[asked.place]
            answer = alone.get(job)
            if answer is None or (here[answer] < asked.units).any():
                answer = _answered(held, job, asked, here, signals[asked.place], choice)
            if answer is None and told.place[job] != asked.place:
                answer = _earliest(asked, here)
            if answer is not None:
                told.slots[begin : begin + len(answer)] = answer
                told.count[job], told.place[job] = len(answer), asked.place
                told.point[job] = 0
        used = told.slots[begin : begin + told.count[job]]
        free[told.place[job], used] -= held.gang[job]
    return told


def _alone(
    held: Reservations,
    asking: Asking,
    signals: list[SlotSignal],
    choice: Choice,
) -> dict[int, Whole]:
    """What the policy says of all jobs in one call, were each alone, as far as that holds at once.

    An answer whose slots are free is the answer beside others too: taking slots away that it does not use
    changes no choice. Jobs that need more slots for restarts, or have no room, are left out and ask singly.
    """
    found: dict[int, Whole] = {}
    if choice.name in ASKED_SINGLY:
        return found
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
                rule = _whole(choice) if whole else choice
                plan = policy_of(rule, None)(_slot_jobs(list(rows.values())), signal)
                found |= _holding(held, rows, plan, whole)
    return found


def _holding(
    held: Reservations, rows: dict[int, Asked], plan: SlotPlan, whole: bool
) -> dict[int, Whole]:
    """The answers of a plan that hold the declared work inside the window, by job."""
    found = {}
    for row, (job, asked) in enumerate(rows.items()):
        runs = slice(int(plan.offsets[row]), int(plan.offsets[row + 1]))
        starts, ends = plan.start[runs], plan.end[runs]
        if not len(starts) or starts[0] < asked.first:
            continue
        if whole:
            if int(starts[0]) + asked.need <= asked.last:
                found[job] = np.arange(int(starts[0]), int(starts[0]) + asked.need)
            continue
        lost_s = (len(starts) - 1) * int(held.left[job, 2])
        enough = (
            len(starts) == 1
            or asked.need * int(held.left[job, 3]) >= int(held.left[job, 0]) + lost_s
        )
        exact = int((ends - starts).sum()) == asked.need and ends[-1] <= asked.last
        if (
            enough
            and exact
            and int((ends - starts).min()) >= min(int(held.rule[job, 2]), asked.need)
        ):
            found[job] = np.concatenate(
                [np.arange(one, two) for one, two in zip(starts, ends, strict=True)]
            )
    return found


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


def _answered(
    held: Reservations, job: int, asked: Asked, free: Whole, signal: SlotSignal, choice: Choice
) -> Whole | None:
    """Slots from a policy that hold the declared work with its restarts, None where there are none."""
    rule = held.rule[job]
    if not rule[0]:
        return _run(_said(_whole(choice), asked, asked.need, free, signal), asked, free)
    widest = int(held.told.offsets[job + 1] - held.told.offsets[job])
    for need in range(asked.need, min(widest, asked.last - asked.first) + 1):
        slots = _slots_of(_said(choice, asked, need, free, signal))
        if len(slots) < need or slots[-1] >= asked.last:
            break
        restarts = int((np.diff(slots) > 1).sum())
        lost_s = restarts * int(held.left[job, 2])
        if not restarts or need * signal.step_s >= int(held.left[job, 0]) + lost_s:
            return slots[:need] if _shortest_run(slots[:need]) >= min(rule[2], need) else None
    return None


def _whole(choice: Choice) -> Choice:
    if choice.name not in UNBROKEN:
        return choice
    settings = {key: value for key, value in choice.settings.items() if key != "ties"}
    return replace(choice, name=UNBROKEN[choice.name], settings=settings)


def _said(
    choice: Choice, asked: Asked, need: int, free: Whole, signal: SlotSignal
) -> SlotPlan | None:
    """What the policy says about one job."""
    if choice.name == "bidirectional" and need > 1:
        return None
    one = _slot_jobs([replace(asked, need=need)])
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
    return np.concatenate(
        [np.arange(start, end) for start, end in zip(plan.start, plan.end, strict=True)]
    )


def _shortest_run(slots: Whole) -> int:
    breaks = np.flatnonzero(np.diff(slots) > 1)
    return int(np.diff(np.concatenate([[-1], breaks, [len(slots) - 1]])).min())
