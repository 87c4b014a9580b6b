"""The cheapest free slots of one window: in one run, in pieces, or in few pieces when each new one costs.

Prices are whole numbers (int32); a slot without room is worth BLOCKED. Sums are exact.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.borrowed import borrowed

Whole = NDArray[np.int32]
Long = NDArray[np.int64]
Buffers = tuple[Whole, Long, Whole, Whole, NDArray[np.int8]]
"""Prices of the window, running sums, slots chosen, slots of the best answer, how the recursion came here."""

BLOCKED = np.int32(2**31 - 1)
NO_ROOM = 2**62
FAR = 2**47
"""More than any sum of free slots, so that a run over a blocked slot is never the cheapest."""


@borrowed
def see(felt: Whole, free: Whole, gang: int, seen: Whole) -> None:
    """Prices of a window as a gang sees them."""
    for i in range(felt.shape[0]):
        seen[i] = felt[i] if free[i] >= gang else BLOCKED


@borrowed
def cheapest_run(seen: Whole, p: int, sums: Long) -> tuple[int, int]:
    """Sum and first start of the cheapest p free slots in a row; NO_ROOM without any."""
    total = 0
    sums[0] = 0
    for i in range(seen.shape[0]):
        total += FAR if seen[i] == BLOCKED else int(seen[i])
        sums[i + 1] = total
    low = sums[: seen.shape[0] - p + 1]
    high = sums[p : seen.shape[0] + 1]
    best = NO_ROOM
    for i in range(low.shape[0]):
        value = high[i] - low[i]
        best = value if value < best else best
    if best >= FAR:
        return NO_ROOM, 0
    start = 0
    while high[start] - low[start] != best:
        start += 1
    return best, start


@borrowed
def at_most(seen: Whole, limit: int) -> int:
    """How many slots cost at most `limit`."""
    bar = np.int32(limit)
    count = np.int32(0)
    for i in range(seen.shape[0]):
        count = np.int32(count + np.int32(seen[i] <= bar))
    return int(count)


@borrowed
def cheapest_pieces(seen: Whole, p: int) -> tuple[int, int]:
    """Sum of the p cheapest free slots, and the price of the dearest of them; NO_ROOM without p free ones.

    By bisection of the price: every step counts the window once.
    """
    low = np.int32(BLOCKED)
    high = np.int32(0)
    free = np.int32(0)
    for i in range(seen.shape[0]):
        price = seen[i]
        there = price != BLOCKED
        low = price if price < low else low
        high = price if there and price > high else high
        free = np.int32(free + np.int32(there))
    if free < p:
        return NO_ROOM, 0
    lower, upper, held = int(low) - 1, int(high), int(free)
    while held != p and upper - lower > 1:
        middle = (lower + upper) // 2
        count = at_most(seen, middle)
        if count >= p:
            upper, held = middle, count
        else:
            lower = middle
    total = 0
    bar = np.int32(upper)
    for i in range(seen.shape[0]):
        total += int(seen[i]) if seen[i] <= bar else 0
    return total - (held - p) * upper, upper


@borrowed
def take_pieces(seen: Whole, p: int, upper: int, chosen: Whole) -> int:
    """Fill `chosen` with the p cheapest slots, the earliest where prices tie; how many pieces they make."""
    ties = p - at_most(seen, upper - 1)
    taken, pieces, last = 0, 0, -2
    for i in range(seen.shape[0]):
        if seen[i] > upper:
            continue
        if seen[i] == upper:
            if ties == 0:
                continue
            ties -= 1
        chosen[taken] = i
        taken += 1
        pieces += 1 if i != last + 1 else 0
        last = i
    return pieces


@borrowed
def take_run(start: int, p: int, chosen: Whole) -> None:
    """Fill `chosen` with p slots in a row."""
    for i in range(p):
        chosen[i] = start + i


@borrowed
def choose(
    buffers: Buffers, width: int, p: int, split: bool, shortest: int, restart: int, exact: bool
) -> int:
    """Sum of the best answer in a window of `width` slots that is seen; its slots stand in buffers[2].

    restart: whole price of a second piece. exact: search all numbers of pieces where it matters, instead of
    comparing one run with the cheapest slots. NO_ROOM without p free slots that will do.
    """
    seen, sums, chosen = buffers[0][:width], buffers[1], buffers[2]
    if not split:
        run, start = cheapest_run(seen, p, sums)
        if run < NO_ROOM:
            take_run(start, p, chosen)
        return run
    free, upper = cheapest_pieces(seen, p)
    if free >= NO_ROOM:
        return NO_ROOM
    if restart == 0 and shortest == 1:
        take_pieces(seen, p, upper, chosen)
        return free
    run, start = cheapest_run(seen, p, sums)
    if run <= free + restart:
        take_run(start, p, chosen)
        return run
    value = NO_ROOM
    if shortest == 1:
        value = free + restart * (take_pieces(seen, p, upper, chosen) - 1)
    if exact or shortest > 1:
        few = few_pieces(buffers, width, p, shortest, restart)
        if few >= value and value < NO_ROOM:
            take_pieces(seen, p, upper, chosen)
        value = min(few, value)
    if run <= value and run < NO_ROOM:
        take_run(start, p, chosen)
        return run
    return value


@borrowed
def recur(
    seen: Whole, shortest: int, restart: int, theta: int, on: Long, came: NDArray[np.int8]
) -> int:
    """Cheapest way through a window when every slot held earns theta; how many slots it holds.

    on: scratch, (4, width + 1): cost and slots of running and of resting at the end of each slot. came[t]: 1 goes
    on with a run, 2 begins one of `shortest` slots, plus 4 where resting comes from running.
    """
    width = seen.shape[0]
    on[0, 0], on[1, 0], on[2, 0], on[3, 0] = NO_ROOM, 0, 0, 0
    begun = 0
    for t in range(1, width + 1):
        price = FAR if seen[t - 1] == BLOCKED else int(seen[t - 1])
        begun += price - theta
        if t > shortest:
            old = seen[t - 1 - shortest]
            begun -= (FAR if old == BLOCKED else int(old)) - theta
        goes = on[0, t - 1] + price - theta if on[0, t - 1] < FAR else NO_ROOM
        begins = NO_ROOM
        if t >= shortest and begun < FAR // 2:
            begins = on[2, t - shortest] + restart + begun
        if goes <= begins:
            on[0, t], on[1, t], came[t] = goes, on[1, t - 1] + 1, 1
        else:
            on[0, t], on[1, t], came[t] = begins, on[3, t - shortest] + shortest, 2
        if on[0, t] >= FAR // 2:
            on[0, t] = NO_ROOM
        if on[0, t - 1] < on[2, t - 1]:
            on[2, t], on[3, t] = on[0, t - 1], on[1, t - 1]
            came[t] += 4
        else:
            on[2, t], on[3, t] = on[2, t - 1], on[3, t - 1]
    return int(on[1, width] if on[0, width] < on[2, width] else on[3, width])


@borrowed
def walk_back(
    width: int, shortest: int, running: bool, came: NDArray[np.int8], first: Whole, end: Whole
) -> int:
    """The runs [first, end) that the recursion chose, the last one first; how many they are."""
    runs, t = 0, width
    while t > 0:
        if not running:
            running = came[t] >= 4
            t -= 1
            continue
        end[runs] = t
        while came[t] % 4 == 1:
            t -= 1
        t -= shortest
        first[runs] = t
        runs += 1
        running = False
    return runs


@borrowed
def trim(
    seen: Whole, first: Whole, end: Whole, runs: int, held: int, p: int, shortest: int
) -> bool:
    """Cut the dearest ends of runs longer than `shortest` until p slots are held; whether that could be done."""
    while held > p:
        worst, at, late = -1, -1, False
        for r in range(runs):
            if end[r] - first[r] <= shortest:
                continue
            if seen[first[r]] > worst:
                worst, at, late = seen[first[r]], r, False
            if seen[end[r] - 1] >= worst:
                worst, at, late = seen[end[r] - 1], r, True
        if at < 0:
            return False
        if late:
            end[at] -= 1
        else:
            first[at] += 1
        held -= 1
    return True


@borrowed
def few_pieces(buffers: Buffers, width: int, p: int, shortest: int, restart: int) -> int:
    """The best answer that bisection of what a slot earns finds, NO_ROOM when it finds none; as `choose`."""
    seen, chosen, came = buffers[0][:width], buffers[2], buffers[4]
    on = buffers[1][width + 1 :][: 4 * (width + 1)].reshape(4, width + 1)
    low, high = 0, 0
    for i in range(width):
        if seen[i] != BLOCKED:
            low, high = min(low, int(seen[i])), max(high, int(seen[i]))
    lower, upper = low - 1, high + restart + 1
    while upper - lower > 1:
        middle = (lower + upper) // 2
        held = recur(seen, shortest, restart, middle, on, came)
        if held >= p:
            upper = middle
        else:
            lower = middle
        if held == p:
            break
    held = recur(seen, shortest, restart, upper, on, came)
    running = on[0, width] < on[2, width]
    first, end = chosen[p : p + width], chosen[p + width : p + 2 * width]
    runs = walk_back(width, shortest, running, came, first, end)
    value = NO_ROOM
    if held >= p and trim(seen, first, end, runs, held, p, shortest):
        value = int(restart) * (runs - 1)
        taken = 0
        for r in range(runs - 1, -1, -1):
            for t in range(first[r], end[r]):
                chosen[taken] = t
                taken += 1
                value += seen[t]
    return value
