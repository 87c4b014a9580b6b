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
    room = True
    for t in range(start, end):
        room = room and free[t] >= units
    return room


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
    for j in range(arrival.shape[0]):
        a = arrival[j]
        chosen = NEVER
        best = 0.0
        at_once = prefix[min(a + seen[j], slots)] - prefix[a]
        tolerance = TIE * (abs(at_once) + 1.0)
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
def soonest(free: Whole, units: int, first: int, length: int, limited: bool) -> tuple[Whole, int]:
    """The first `length` slots with room from `first` on, and their number: length, or 0 for too few."""
    chosen = np.empty(length, np.int64)
    count = 0
    for t in range(first, free.shape[0]):
        if count == length:
            break
        if not limited or free[t] >= units:
            chosen[count] = t
            count += 1
    return chosen, count if count == length else 0


@njit(cache=True, error_model="numpy")
def cheapest_runs(
    values: Real,
    arrival: Whole,
    length: Whole,
    last: Whole,
    units: Whole,
    free: Whole,
    limited: bool,
    all_ties: bool,
) -> tuple[Whole, Whole, Whole]:
    """The `length` smallest slots of [arrival, last) in the order (value, time) as runs.

    all_ties: every slot not above the length-th smallest, possibly more than length. A job whose window
    is too short or too full runs as soon as it can; one that finds too few slots until the end gets no
    runs. Returns (offsets, starts, ends).
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
        taken = 0
        for t in range(arrival[j], stop):
            if not limited or free[t] >= units[j]:
                candidates[count] = t
                felt[count] = values[t]
                count += 1
        if count >= length[j]:
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
        else:
            candidates, taken = soonest(free, units[j], arrival[j], length[j], limited)
        if taken > 0:
            if used + taken > starts.shape[0]:
                starts = np.concatenate((starts, np.empty(max(starts.shape[0], taken), np.int64)))
                ends = np.concatenate((ends, np.empty(starts.shape[0] - ends.shape[0], np.int64)))
            used = add_runs(candidates, taken, starts, ends, used, units[j], free, limited)
        offsets[j + 1] = used
    return offsets, starts[:used].copy(), ends[:used].copy()


@njit(cache=True, error_model="numpy")
def quantile_of(values: Real, first: int, last: int, q: float) -> float:
    """Quantile of values[first:last] by linear interpolation at position q (n - 1)."""
    part = np.sort(values[first:last])
    position = q * (part.shape[0] - 1)
    low = int(np.floor(position))
    high = min(low + 1, part.shape[0] - 1)
    return float(part[low] + (position - low) * (part[high] - part[low]))


@njit(cache=True, error_model="numpy")
def threshold_runs(
    values: Real,
    arrival: Whole,
    length: Whole,
    waiting: Whole,
    horizon: int,
    quantile: float,
    fixed: float,
    units: Whole,
    free: Whole,
    limited: bool,
) -> tuple[Whole, Whole, Whole]:
    """Run when the signal is below a threshold or the remaining wait is used up, slot by slot.

    The threshold is `fixed`, or when that is NaN the quantile over [arrival, arrival + horizon), cut at
    the end of the data. A full slot is waited through and shortens the remaining wait like any other.
    """
    n = arrival.shape[0]
    slots = values.shape[0]
    offsets = np.zeros(n + 1, np.int64)
    starts = np.empty(max(16, 4 * n), np.int64)
    ends = np.empty(max(16, 4 * n), np.int64)
    used = 0
    for j in range(n):
        theta = fixed
        if np.isnan(fixed):
            theta = quantile_of(values, arrival[j], min(arrival[j] + horizon, slots), quantile)
        wait = waiting[j]
        done = 0
        chosen = np.empty(length[j], np.int64)
        t = arrival[j]
        while t < slots and done < length[j]:
            fits = not limited or free[t] >= units[j]
            if fits and (values[t] < theta or wait <= 0):
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
    planned: Whole, arrival: Whole, length: Whole, units: Whole, reserved: Whole
) -> tuple[Whole, NDArray[np.bool_]]:
    """Start early as soon as a job fits into the free reserved units, else at its planned start.

    reserved: units in each slot, (T,). Slot by slot, waiting jobs in order of arrival; a job that starts
    outside the reserved units leaves them alone. Returns (start, whether it runs on reserved units).
    """
    n, slots = arrival.shape[0], reserved.shape[0]
    start = np.full(n, NEVER)
    inside = np.zeros(n, np.bool_)
    free = reserved.copy()
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
            if has_room(free, t, min(t + length[j], slots), units[j]):
                start[j] = t
                inside[j] = True
                take(free, t, min(t + length[j], slots), units[j])
            elif t >= planned[j]:
                start[j] = t
            else:
                waiting[kept] = j
                kept += 1
        queued = kept
        if arrived == n and queued == 0:
            break
    return start, inside


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

    limit: units in each slot, (T,). rule: (slots of a day, days in a row with work left over after which
    the limit is lifted, days it stays lifted). NEVER for jobs that found no slot.
    """
    day, strike_days, cooldown_days = rule
    n, slots = arrival.shape[0], limit.shape[0]
    start = np.full(n, NEVER)
    used = np.zeros(slots, np.int64)
    head = 0
    strikes = 0
    lifted_until = 0
    for t in range(slots):
        if t > 0 and t % day == 0 and t >= lifted_until:
            left_over = head < n and arrival[head] + length[head] <= t
            strikes = strikes + 1 if left_over else 0
            if strikes >= strike_days:
                strikes = 0
                lifted_until = t + cooldown_days * day
        while head < n and arrival[head] <= t:
            within = t < lifted_until or used[t] + units[head] <= limit[t] + TIE
            end = min(t + length[head], slots)
            if not within or (limited and not has_room(free, t, end, units[head])):
                break
            start[head] = t
            for k in range(t, end):
                used[k] += units[head]
                if limited:
                    free[k] -= units[head]
            head += 1
    return start
