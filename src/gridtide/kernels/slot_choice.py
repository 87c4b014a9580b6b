"""How reference policies choose slots: plain loops over jobs in order of arrival.

Every function takes `free`, units left in each slot (T,), and takes its choices from it when `limited`;
a slot in which a job's units do not fit is no candidate. Ties go to the earliest. `prefix` is the
running sum of the signal, (T+1,). A start of -1 means that no candidate had room.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
NEVER = -1
TIE = 1e-9
ROUNDING = 1e-15
"""Of the largest running sum: differences of running sums that are equal on paper may differ by that."""


@njit(cache=True, error_model="numpy")
def room_ends(free: Whole, units: int, first: int, last: int, ends: Whole) -> None:
    """For each slot of [first, last) the first slot from there on that lacks room, into ends[0:]."""
    stop = last
    for t in range(last - 1, first - 1, -1):
        if free[t] < units:
            stop = t
        ends[t - first] = stop


@njit(cache=True, error_model="numpy")
def take(free: Whole, start: int, end: int, units: int) -> None:
    """Take the units of a run."""
    for t in range(start, end):
        free[t] -= units


@njit(cache=True, error_model="numpy")
def has_room(free: Whole, start: int, end: int, units: int) -> bool:
    """Whether the units are free in every slot of [start, end)."""
    t = start
    while t < end and free[t] >= units:
        t += 1
    return t >= end


@njit(cache=True, error_model="numpy")
def earliest_start(free: Whole, units: int, first: int, length: int) -> int:
    """The first start from `first` on with room for the whole run, -1 where there is none."""
    run = 0
    for t in range(first, free.shape[0]):
        run = run + 1 if free[t] >= units else 0
        if run == length:
            return t - length + 1
    return NEVER


@njit(cache=True, error_model="numpy")
def earliest_starts(first: Whole, length: Whole, units: Whole, free: Whole) -> Whole:
    """Each job from its first slot on as soon as there is room, in the order given."""
    start = np.empty(first.shape[0], np.int64)
    for j in range(first.shape[0]):
        start[j] = earliest_start(free, units[j], first[j], length[j])
        if start[j] >= 0:
            take(free, start[j], start[j] + length[j], units[j])
    return start


@njit(cache=True, error_model="numpy")
def scored_starts(
    prefix: Real,
    arrival: Whole,
    length: Whole,
    seen: Whole,
    last_start: Whole,
    stride: int,
    units: Whole,
    free: Whole,
    limited: bool,
    by_rate: bool,
) -> Whole:
    """The best candidate start of each job: i = 0, stride, 2 stride … up to last_start.

    seen: slots of the signal that a candidate is judged by; candidates whose view leaves the data are
    dropped. by_rate false: least sum over the view. by_rate true: largest saving against i = 0 per slot
    until completion, never a negative one. A job without a candidate that has room starts as soon as it
    fits.
    """
    slots = prefix.shape[0] - 1
    start = np.empty(arrival.shape[0], np.int64)
    widest = 1
    for j in range(arrival.shape[0]):
        widest = max(widest, last_start[j] - arrival[j] + length[j] + 1)
    ends = np.empty(min(widest, slots) + 1, np.int64)
    grain = ROUNDING * np.abs(prefix).max()
    for j in range(arrival.shape[0]):
        a = arrival[j]
        chosen = NEVER
        best = 0.0
        at_once = prefix[min(a + seen[j], slots)] - prefix[a]
        tolerance = TIE * (abs(at_once) + 1.0) + grain
        reach = min(last_start[j] + length[j], slots)
        if limited:
            room_ends(free, units[j], a, reach, ends)
        for s in range(a, last_start[j] + 1, stride):
            if s + seen[j] > slots or s >= slots:
                break
            if limited and (s + length[j] > reach or ends[s - a] < s + length[j]):
                continue
            total = prefix[s + seen[j]] - prefix[s]
            value = (total - at_once) / (s - a + seen[j]) if by_rate else total
            if chosen == NEVER or value < best - tolerance:
                chosen = s
                best = value
        if chosen == NEVER:
            chosen = earliest_start(free, units[j], a, length[j]) if limited else a
        start[j] = chosen
        if limited and chosen >= 0:
            take(free, chosen, chosen + length[j], units[j])
    return start


@njit(cache=True, error_model="numpy")
def add_runs(
    chosen: Whole,
    count: int,
    starts: Whole,
    ends: Whole,
    used: int,
    units: int,
    free: Whole,
    limited: bool,
) -> int:
    """Append increasing slots as runs; returns how many runs are used now."""
    for i in range(count):
        t = chosen[i]
        if i > 0 and t == chosen[i - 1] + 1:
            ends[used - 1] = t + 1
        else:
            starts[used] = t
            ends[used] = t + 1
            used += 1
        if limited:
            free[t] -= units
    return used


@njit(cache=True, error_model="numpy")
def first_with_room(free: Whole, units: int, first: int, wanted: int, chosen: Whole) -> int:
    """The first `wanted` slots from `first` on with room, into chosen; 0 where there are fewer."""
    count = 0
    for t in range(max(first, 0), free.shape[0]):
        if count == wanted:
            break
        if free[t] >= units:
            chosen[count] = t
            count += 1
    return count if count == wanted else 0


@njit(cache=True, error_model="numpy")
def cheapest_runs(
    values: Real,
    arrival: Whole,
    length: Whole,
    last: Whole,
    units: Whole,
    free: Whole,
    all_ties: bool,
) -> tuple[Whole, Whole, Whole]:
    """The `length` smallest slots of [arrival, last) in the order (value, time) as runs.

    all_ties: every slot not above the length-th smallest, possibly more than length. A job whose window
    is too full takes the first slots with room, behind the window too; one that finds none before the end
    gets no runs. Returns (offsets, starts, ends).
    """
    n = arrival.shape[0]
    slots = values.shape[0]
    offsets = np.zeros(n + 1, np.int64)
    starts = np.empty(max(16, 4 * n), np.int64)
    ends = np.empty(max(16, 4 * n), np.int64)
    used = 0
    for j in range(n):
        stop = min(last[j], slots)
        width = max(stop - arrival[j], 0)
        candidates = np.empty(width, np.int64)
        felt = np.empty(width)
        count = 0
        for t in range(arrival[j], stop):
            if free[t] >= units[j]:
                candidates[count] = t
                felt[count] = values[t]
                count += 1
        taken = 0
        if count < length[j]:
            candidates = np.empty(length[j], np.int64)
            taken = first_with_room(free, units[j], arrival[j], length[j], candidates)
        else:
            threshold = np.partition(felt[:count], length[j] - 1)[length[j] - 1]
            below = 0
            for i in range(count):
                if felt[i] < threshold:
                    below += 1
            ties = count if all_ties else length[j] - below
            for i in range(count):
                if felt[i] < threshold or (felt[i] == threshold and ties > 0):
                    if felt[i] == threshold:
                        ties -= 1
                    candidates[taken] = candidates[i]
                    taken += 1
        if used + taken > starts.shape[0]:
            starts = np.concatenate((starts, np.empty(max(starts.shape[0], taken), np.int64)))
            ends = np.concatenate((ends, np.empty(starts.shape[0] - ends.shape[0], np.int64)))
        used = add_runs(candidates, taken, starts, ends, used, units[j], free, True)
        offsets[j + 1] = used
    return offsets, starts[:used].copy(), ends[:used].copy()


@njit(cache=True, error_model="numpy")
def threshold_runs(
    values: Real,
    arrival: Whole,
    length: Whole,
    waiting: Whole,
    below: Real,
    units: Whole,
    free: Whole,
    limited: bool,
) -> tuple[Whole, Whole, Whole]:
    """Run when the signal is below the job's threshold or the remaining wait is used up, slot by slot.

    below: thresholds, (n,). A full slot is waited through and shortens the remaining wait like any other.
    """
    n = arrival.shape[0]
    slots = values.shape[0]
    offsets = np.zeros(n + 1, np.int64)
    starts = np.empty(max(16, 4 * n), np.int64)
    ends = np.empty(max(16, 4 * n), np.int64)
    used = 0
    for j in range(n):
        wait = waiting[j]
        done = 0
        chosen = np.empty(length[j], np.int64)
        t = arrival[j]
        while t < slots and done < length[j]:
            fits = not limited or free[t] >= units[j]
            if fits and (values[t] < below[j] or wait <= 0):
                chosen[done] = t
                done += 1
            else:
                wait -= 1
            t += 1
        if done == length[j]:
            if used + done > starts.shape[0]:
                starts = np.concatenate((starts, np.empty(max(starts.shape[0], done), np.int64)))
                ends = np.concatenate((ends, np.empty(starts.shape[0] - ends.shape[0], np.int64)))
            used = add_runs(chosen, done, starts, ends, used, units[j], free, limited)
        offsets[j + 1] = used
    return offsets, starts[:used].copy(), ends[:used].copy()


@njit(cache=True, error_model="numpy")
def reserved_starts(
    planned: Whole,
    arrival: Whole,
    length: Whole,
    units: Whole,
    reserved: Whole,
    free: Whole,
    limited: bool,
) -> tuple[Whole, NDArray[np.bool_]]:
    """Start early as soon as a job fits into the free reserved units, else from its planned start on.

    reserved: units in each slot, (T,), among those of `free`. Slot by slot, waiting jobs in order of
    arrival; a job that starts outside the reserved units leaves them alone. Returns (start, whether it
    runs on reserved units).
    """
    n, slots = arrival.shape[0], reserved.shape[0]
    start = np.full(n, NEVER)
    inside = np.zeros(n, np.bool_)
    spare = reserved.copy()
    waiting = np.empty(n, np.int64)
    queued = 0
    arrived = 0
    for t in range(slots):
        while arrived < n and arrival[arrived] <= t:
            waiting[queued] = arrived
            queued += 1
            arrived += 1
        kept = 0
        for i in range(queued):
            j = waiting[i]
            end = min(t + length[j], slots)
            inside[j] = has_room(spare, t, end, units[j])
            wanted = inside[j] or t >= planned[j]
            fits = not limited or (t + length[j] <= slots and has_room(free, t, end, units[j]))
            if wanted and fits:
                start[j] = t
                if inside[j]:
                    take(spare, t, end, units[j])
                if limited:
                    take(free, t, end, units[j])
            else:
                inside[j] = False
                waiting[kept] = j
                kept += 1
        queued = kept
        if arrived == n and queued == 0:
            break
    return start, inside


@njit(cache=True, error_model="numpy")
def mark_late(late: NDArray[np.bool_], arrival: int, start: int, length: int, day: int) -> None:
    """Mark the days by whose end a job could have been done and, begun at `start`, is not."""
    for d in range((arrival + length - 1) // day, (start + length - 1) // day):
        if d < late.shape[0]:
            late[d] = True


@njit(cache=True, error_model="numpy")
def left_waiting(arrival: Whole, length: Whole, head: int, t: int) -> bool:
    """Whether a job from `head` on that has not begun could have been done by t."""
    for j in range(head, arrival.shape[0]):
        if arrival[j] >= t:
            break
        if arrival[j] + length[j] <= t:
            return True
    return False


@njit(cache=True, error_model="numpy")
def admitted_starts(
    arrival: Whole,
    length: Whole,
    units: Whole,
    limit: Real,
    free: Whole,
    limited: bool,
    rule: tuple[int, int, int],
) -> Whole:
    """Start in order of arrival while the units in use stay within the limit of the slot.

    limit: units in each slot, (T,). rule: (slots of a day, days in a row by whose end work that could
    have been done is not, after which the limit is lifted, days it stays lifted). NEVER for jobs that
    found no slot.
    """
    day, strike_days, cooldown_days = rule
    n, slots = arrival.shape[0], limit.shape[0]
    start = np.full(n, NEVER)
    used = np.zeros(slots, np.int64)
    late = np.zeros(slots // day + 1, np.bool_)
    head = 0
    strikes = 0
    lifted_until = 0
    for t in range(slots):
        if t > 0 and t % day == 0 and t >= lifted_until:
            behind = late[t // day - 1] or left_waiting(arrival, length, head, t)
            strikes = strikes + 1 if behind else 0
            if strikes >= strike_days:
                strikes = 0
                lifted_until = t + cooldown_days * day
        while head < n and arrival[head] <= t:
            within = t < lifted_until or used[t] + units[head] <= limit[t] + TIE
            end = min(t + length[head], slots)
            if not within or (limited and not has_room(free, t, end, units[head])):
                break
            start[head] = t
            mark_late(late, arrival[head], t, length[head], day)
            for k in range(t, end):
                used[k] += units[head]
                if limited:
                    free[k] -= units[head]
            head += 1
    return start
