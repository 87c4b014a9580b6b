"""Replicas that answer token by token: admit within memory, read prompts in pieces, give each sequence its token."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


class Engine(NamedTuple):
    """What one replica is. iteration_s, decode_w: of an iteration that gives n sequences a token, by n from 0,
    the power of the whole replica [W]. prefill_s: reading one token of a prompt [s], prefill_w: power while it
    reads [W]. memory_tokens: tokens held at once. chunk_tokens: prompt tokens read in one iteration at most."""

    iteration_s: Real
    decode_w: Real
    prefill_s: float
    prefill_w: float
    memory_tokens: int
    chunk_tokens: int


class Requests(NamedTuple):
    """N requests in the order they arrive, and what becomes of them: instants in seconds, energies in joules.

    left: prompt tokens still to be read. made: tokens generated. behind: next in its queue, -1 at the end.
    """

    arrival_s: Real
    prompt: Whole
    answer: Whole
    left: Whole
    made: Whole
    behind: Whole
    first_s: Real
    end_s: Real
    prefill_j: Real
    decode_j: Real


class Replicas(NamedTuple):
    """R replicas: their clock, who is in flight in order of admission, who waits, tokens held, what they did.

    spent: seconds that passed reading prompts, decoding, idle, and sequence-seconds decoding, (R, 4).
    """

    clock_s: Real
    flight: Whole
    flying: Whole
    head: Whole
    tail: Whole
    waiting: Whole
    held: Whole
    spent: Real
    put_back: Whole


@njit(cache=True, error_model="numpy")
def replay(engine: Engine, requests: Requests, replicas: Replicas) -> None:
    """Answer every request; each joins the replica with the fewest requests, the first one of those."""
    for request in range(len(requests.arrival_s)):
        now_s = requests.arrival_s[request]
        chosen, fewest = 0, np.int64(1 << 60)
        for r in range(len(replicas.clock_s)):
            _advance(engine, requests, replicas, r, now_s)
            there = replicas.flying[r] + replicas.waiting[r]
            if there < fewest:
                chosen, fewest = r, there
        _queue(requests, replicas, chosen, request)
    for r in range(len(replicas.clock_s)):
        _advance(engine, requests, replicas, r, np.inf)


@njit(cache=True, error_model="numpy")
def _advance(
    engine: Engine, requests: Requests, replicas: Replicas, r: int, until_s: float
) -> None:
    """Iterations of one replica that begin before an instant."""
    while replicas.clock_s[r] < until_s:
        _admit(engine, requests, replicas, r)
        if replicas.flying[r] == 0:
            if np.isfinite(until_s):
                replicas.spent[r, 2] += until_s - replicas.clock_s[r]
                replicas.clock_s[r] = until_s
            return
        _make_room(engine, requests, replicas, r)
        read = _read_prompts(engine, requests, replicas, r)
        _give_tokens(engine, requests, replicas, r, read)


@njit(cache=True, error_model="numpy")
def _queue(requests: Requests, replicas: Replicas, r: int, request: int) -> None:
    requests.behind[request] = -1
    if replicas.head[r] < 0:
        replicas.head[r] = request
    else:
        requests.behind[replicas.tail[r]] = request
    replicas.tail[r] = request
    replicas.waiting[r] += 1


@njit(cache=True, error_model="numpy")
def _admit(engine: Engine, requests: Requests, replicas: Replicas, r: int) -> None:
    """Let in from the head of the queue while a seat and memory for the next one are free."""
    seats = len(engine.iteration_s) - 1
    while replicas.head[r] >= 0 and replicas.flying[r] < seats:
        request = replicas.head[r]
        asked = requests.prompt[request] + requests.made[request]
        room = engine.memory_tokens - replicas.held[r]
        if asked + replicas.flying[r] + 1 > room and replicas.flying[r] > 0:
            return
        requests.left[request] = asked
        replicas.held[r] += asked
        replicas.flight[r, replicas.flying[r]] = request
        replicas.flying[r] += 1
        replicas.head[r] = requests.behind[request]
        replicas.waiting[r] -= 1


@njit(cache=True, error_model="numpy")
def _make_room(engine: Engine, requests: Requests, replicas: Replicas, r: int) -> None:
    """Where the next tokens would not fit, the youngest goes back to the head and will be read again."""
    while replicas.held[r] + replicas.flying[r] > engine.memory_tokens and replicas.flying[r] > 1:
        replicas.flying[r] -= 1
        request = replicas.flight[r, replicas.flying[r]]
        replicas.held[r] -= requests.prompt[request] + requests.made[request]
        if replicas.head[r] < 0:
            replicas.tail[r] = request
        requests.behind[request] = replicas.head[r]
        replicas.head[r] = request
        replicas.waiting[r] += 1
        replicas.put_back[r] += 1


@njit(cache=True, error_model="numpy")
def _read_prompts(engine: Engine, requests: Requests, replicas: Replicas, r: int) -> int:
    """Prompt tokens read in this iteration, first come first served."""
    budget = engine.chunk_tokens
    for k in range(replicas.flying[r]):
        request = replicas.flight[r, k]
        taken = min(requests.left[request], budget)
        if taken > 0:
            requests.left[request] -= taken
            requests.prefill_j[request] += taken * engine.prefill_s * engine.prefill_w
            budget -= taken
        if budget == 0:
            break
    return engine.chunk_tokens - budget


@njit(cache=True, error_model="numpy")
def _give_tokens(engine: Engine, requests: Requests, replicas: Replicas, r: int, read: int) -> None:
    """Every sequence whose prompt is read gets its next token; those that are complete leave."""
    fed = 0
    for k in range(replicas.flying[r]):
        fed += requests.left[replicas.flight[r, k]] == 0
    reading_s = read * engine.prefill_s
    decoding_s = engine.iteration_s[fed] if fed > 0 else 0.0
    replicas.clock_s[r] += reading_s + decoding_s
    replicas.spent[r, 0] += reading_s
    replicas.spent[r, 1] += decoding_s
    replicas.spent[r, 3] += (reading_s + decoding_s) * fed
    kept = 0
    for k in range(replicas.flying[r]):
        request = replicas.flight[r, k]
        if requests.left[request] == 0:
            requests.made[request] += 1
            replicas.held[r] += 1
            requests.decode_j[request] += decoding_s * engine.decode_w[fed] / fed
            if requests.made[request] == 1:
                requests.first_s[request] = replicas.clock_s[r]
            if requests.made[request] == requests.answer[request]:
                requests.end_s[request] = replicas.clock_s[r]
                replicas.held[r] -= requests.prompt[request] + requests.made[request]
                continue
        replicas.flight[r, kept] = request
        kept += 1
    replicas.flying[r] = kept
