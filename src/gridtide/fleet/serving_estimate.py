"""What a replica answers under a mix and a rate, put together from formulas: first tokens, tokens after, energy.

Time is cut into spans of a few answers; each is steady at its own rate, what it cannot carry goes on into the next.
Within a span prompts are one queue whose work bunches as measured; sequences in flight follow birth and death.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.fleet.burstiness import Burstiness, burstiness, steady_rates, usual_rate
from gridtide.fleet.request_mix import RequestMix, at_rate, mix_faults
from gridtide.fleet.serving_model import ServingModel, replica_faults, serving_w
from gridtide.kernels import serving_tails as kernel
from gridtide.physics.serving_interference import (
    empty_share,
    mean_work_s,
    sequences_that_let_read,
    token_read_s,
)
from gridtide.physics.serving_phases import (
    carried_per_s,
    mean_power_w,
    prefill_joules_per_token,
    prefill_share,
    sequences_beside_prefill,
    sequences_in_memory,
)
from gridtide.physics.serving_power import iteration_s
from gridtide.physics.serving_quantiles import (
    shared_iteration_s,
    wait_from_work_s,
    work_bound_s,
)
from gridtide.physics.serving_queue import mean_wait_s

Real = NDArray[np.float64]
PIECE_TOKENS = 2048
ANSWERS_A_SPAN = 8.0
SIZES = 48
NEAR_FULL = 0.97
BUSIEST = 0.98
QUANTILES = np.asarray([0.5, 0.95])


@dataclass(frozen=True, kw_only=True)
class ServingEstimate:
    """Answers of one replica. first_token_s, per_token_s: mean, median and 95 % over requests [s], the latter of the
    mean time of a token after the first. sequences: in flight on average. prefill_j_per_token: of a prompt's token,
    decode_j_per_token: of a generated one [J], the replica's accelerators alone. accelerator_w: mean power of one.
    carried_per_s: requests that it carries at most, by the same formulas.
    """

    requests_per_s: float
    first_token_s: tuple[float, float, float]
    per_token_s: tuple[float, float, float]
    sequences: float
    prefill_j_per_token: float
    decode_j_per_token: float
    accelerator_w: float
    carried_per_s: float


class _Span(NamedTuple):
    """One steady span: what goes in and what follows of it."""

    requests_per_s: float
    prompt: float
    answer: float
    sequences: float
    iteration_s: float
    reading: float
    busy: float
    wait_s: float
    wait_var: float
    waiting: float
    late_s: float
    shared_s: float
    empty: float


def estimated(
    model: ServingModel,
    mix: RequestMix,
    requests_per_s: float,
    *,
    piece_tokens: int = PIECE_TOKENS,
) -> ServingEstimate:
    """The answers of one replica to a mix whose time is stretched or pressed to a mean rate [1/s].

    piece_tokens: prompt tokens read in one iteration at most. Raises BadInput with every fault of the mix, or of what
    is known of the model. Energy takes requests as independent: of clumps that leave a replica idle in between it
    says too much.
    """
    faults = (*mix_faults(mix), *replica_faults(model), *_no_tokens_after(mix))
    if faults:
        raise BadInput(faults)
    there = at_rate(mix, requests_per_s)
    bursts = burstiness(there)
    spans = _spans(model, there, bursts, piece_tokens)
    sizes = kernel.Sizes(
        prompts=_likely(mix.prompt_tokens),
        steps=_likely(np.maximum(mix.answer_tokens[mix.answer_tokens > 1] - 1, 1)),
        prefill_s=model.prefill_s_per_token,
        piece_tokens=float(piece_tokens),
        mean_prompt=float(np.mean(mix.prompt_tokens)),
    )
    laid = _laid_out(spans, model, piece_tokens)
    varies = kernel.Varies(bursts.windows_s, bursts.prompts, bursts.counts, bursts.counts_at_once)
    first = kernel.first_tokens(laid, sizes, QUANTILES)
    after = kernel.token_times(laid, sizes, varies, QUANTILES)
    return _told(model, there, spans, first, after, piece_tokens)


def _no_tokens_after(mix: RequestMix) -> tuple[Finding, ...]:
    if (mix.answer_tokens > 1).any():
        return ()
    return (
        Finding(
            subject=f"requests {mix.name}", value="no answer of more than one token",
            limit="some, whose tokens take a time", mend="Leave the estimate to mixes that generate.",
        ),
    )  # fmt: skip


def memory_sequences(model: ServingModel, mix: RequestMix) -> float:
    """Sequences that a replica has in flight at most: by the fit, and by the memory for keys and values."""
    answers = mix.answer_tokens.astype(np.float64)
    prompt = float(mix.prompt_tokens @ answers / answers.sum())
    kept = sequences_in_memory(
        model.memory_tokens, prompt, float(np.mean(answers)), float(np.mean(answers**2))
    )
    return max(min(kept, model.sequences_to), 1.0)


def carried_at_most_per_s(
    model: ServingModel, most: float, prompt: float, answer: float, piece_tokens: int
) -> float:
    """Requests a second that a replica ends with at most `most` sequences in flight, prompts read in pieces.

    With more than answer × piece ÷ prompt in flight, prompts come too rarely to keep them.
    """
    full = min(most, answer * piece_tokens / prompt)
    time_s = iteration_s(full, model.first_s, *model.per_sequence_s)
    return carried_per_s(full, time_s, prompt, model.prefill_s_per_token, answer)


def _spans(
    model: ServingModel, mix: RequestMix, bursts: Burstiness, piece_tokens: int
) -> list[_Span]:
    """Span by span; requests beyond what one carries stay in flight as far as memory lets them, then wait."""
    most = memory_sequences(model, mix)
    rate, prompt, answer = usual_rate(mix)
    about_s = ANSWERS_A_SPAN * _answer_s(model, rate, prompt, answer, most)
    excess = bursts.counts_at_once - 1.0
    length_s, (counts, prompts, answers) = steady_rates(mix, about_s, excess)
    lasting = float(np.interp(length_s / 2.0, bursts.windows_s, bursts.counts))
    _, (_, calm, _) = steady_rates(mix, about_s, lasting)
    found, carry = [], 0.0
    for m in range(len(counts)):
        if counts[m] <= 0.0:
            carry = 0.0
            continue
        each = prompts[m] / counts[m], answers[m] / counts[m]
        carries = carried_at_most_per_s(model, most, *each, piece_tokens)
        left = max(carry + (counts[m] - carries) * length_s, 0.0)
        beyond = 0.5 * (carry + left)
        taken = min(counts[m] + carry / length_s, NEAR_FULL * carries)
        span = _steady(model, bursts, (taken, *each), calm[m], most, length_s, piece_tokens)
        found.append(_with_carried(model, span, counts[m], beyond, carries, most, piece_tokens))
        carry = left
    return found


def _answer_s(model: ServingModel, rate: float, prompt: float, answer: float, most: float) -> float:
    """How long an answer takes at a steady rate [s]."""
    reading = min(prefill_share(rate, prompt, model.prefill_s_per_token), NEAR_FULL)
    held = sequences_beside_prefill(rate, answer, reading, model.first_s, *model.per_sequence_s)
    each_s = iteration_s(min(held, most), model.first_s, *model.per_sequence_s)
    return answer * each_s / (1.0 - reading)


def _steady(
    model: ServingModel,
    bursts: Burstiness,
    asked: tuple[float, float, float],
    calm_tokens_per_s: float,
    most: float,
    length_s: float,
    piece_tokens: int,
) -> _Span:
    """A span in balance at requests a second of a prompt and an answer each.

    calm_tokens_per_s: prompt tokens a second without the chance of the span, by which its prompts queue.
    """
    rate, prompt, answer = asked
    prefill_s, times = model.prefill_s_per_token, (model.first_s, *model.per_sequence_s)
    reading = prefill_share(rate, prompt, prefill_s)
    may = max(sequences_that_let_read(rate * prompt, prefill_s, piece_tokens, times), 1.0)
    held = min(sequences_beside_prefill(rate, answer, reading, *times), most, may)
    each_s = iteration_s(held, *times)
    read_s = prompt * token_read_s(prefill_s, each_s, piece_tokens)
    busy = min(calm_tokens_per_s * read_s / prompt, BUSIEST)
    wait_s, wait_var = _prompt_wait(bursts, busy, read_s, length_s)
    slack = 1.0 - reading
    growth = min(rate * answer * model.per_sequence_s[0] / slack, NEAR_FULL)
    return _Span(
        requests_per_s=rate,
        prompt=prompt,
        answer=answer,
        sequences=held,
        iteration_s=each_s,
        reading=reading,
        busy=busy,
        wait_s=wait_s,
        wait_var=wait_var,
        waiting=1.0 - (1.0 - busy) / max(bursts.counts_at_once, 1.0),
        late_s=_seat_wait_s(bursts, rate, wait_s + prompt * prefill_s + answer * each_s / slack, most),
        shared_s=_shared_s(reading, prompt * prefill_s, bursts.prompt_scv, each_s, piece_tokens * prefill_s),
        empty=empty_share(rate * answer * model.first_s / slack, growth),
    )  # fmt: skip


def _prompt_wait(
    bursts: Burstiness, busy: float, read_s: float, length_s: float
) -> tuple[float, float]:
    """Mean [s] and variance [s²] of the wait of a prompt for those before it."""
    if busy <= 0.0:
        return 0.0, 0.0
    within = bursts.windows_s <= max(length_s / 2.0, bursts.windows_s[0])
    pairs = zip(bursts.windows_s[within], bursts.prompts[within], strict=True)
    queued_s = max(max(work_bound_s(window, busy, read_s, varies) for window, varies in pairs), 0.0)
    work_s = mean_work_s(busy, read_s, bursts.prompts_at_once, queued_s)
    wait_s = wait_from_work_s(work_s, busy, read_s, bursts.prompt_scv)
    in_clump = bursts.clump_wait * read_s
    rest_s = max(wait_s - in_clump, 0.0)
    waiting = busy if bursts.clump_wait > 0.0 else 1.0 - (1.0 - busy) / bursts.counts_at_once
    spread = bursts.clump_wait_square * read_s * read_s - in_clump * in_clump
    return wait_s, max(spread, 0.0) + rest_s * rest_s * (2.0 / waiting - 1.0)


def _seat_wait_s(bursts: Burstiness, rate: float, there_s: float, most: float) -> float:
    """Mean wait for memory [s]: Allen and Cunneen, arrivals bunching as they do while one request is there."""
    seats, load = int(most), rate * there_s
    if load >= NEAR_FULL * seats:
        return 0.0
    varies = float(np.interp(there_s, bursts.windows_s, bursts.counts))
    return mean_wait_s(seats, load, there_s, varies, 1.0)


def _shared_s(
    reading: float, prompt_s: float, prompt_scv: float, each_s: float, piece_s: float
) -> float:
    """Mean time for prompts that are read in the same iteration as one's own, at most half a piece [s]."""
    return min(shared_iteration_s(reading, prompt_s, 1.0 + prompt_scv, each_s), 0.5 * piece_s)


def _with_carried(
    model: ServingModel,
    span: _Span,
    requests_per_s: float,
    beyond: float,
    carries: float,
    most: float,
    piece_tokens: int,
) -> _Span:
    """A span with requests beyond what it carries: in flight while memory and pieces allow, the others late."""
    times = (model.first_s, *model.per_sequence_s)
    tokens_per_s = span.requests_per_s * span.prompt
    may = sequences_that_let_read(tokens_per_s, model.prefill_s_per_token, piece_tokens, times)
    room = max(min(most, may), 1.0)
    before = min(span.sequences, room)
    held = min(before + beyond, room)
    each_s = iteration_s(held, *times)
    full = beyond > room - before
    return span._replace(
        requests_per_s=requests_per_s,
        sequences=held,
        iteration_s=each_s,
        wait_s=0.0 if full else span.wait_s,
        wait_var=0.0 if full else span.wait_var,
        late_s=max(beyond - (room - before), 0.0) / carries if beyond > 0.0 else span.late_s,
    )


def _laid_out(spans: list[_Span], model: ServingModel, piece_tokens: int) -> kernel.Spans:
    """Spans as columns, shares by requests, prompts and answers beside their means over all."""
    rate = np.asarray([span.requests_per_s for span in spans])
    each_s = np.asarray([span.iteration_s for span in spans])
    prompt, answer = (
        np.asarray([getattr(s, name) for s in spans]) for name in ("prompt", "answer")
    )
    share, wait_s = rate / rate.sum(), np.asarray([span.wait_s for span in spans])
    alone = model.prefill_s_per_token / (model.prefill_s_per_token + each_s / piece_tokens)
    wait_var = np.asarray([span.wait_var for span in spans])
    late_s = np.asarray([span.late_s + span.shared_s for span in spans])
    return kernel.Spans(
        share=share,
        ahead_s=late_s + 0.5 * each_s,
        wait_s=wait_s,
        wait_var=wait_var,
        waiting=np.asarray([span.waiting for span in spans]),
        iteration_s=each_s,
        reading=np.asarray([span.reading for span in spans]),
        backlog_s=wait_s * alone,
        backlog_var=np.maximum(wait_var * alone**2, 1e-12),
        prompt=prompt / float(share @ prompt),
        answer=answer / float(share @ answer),
        requests_per_s=rate,
    )  # fmt: skip


def _likely(values: NDArray[np.int64]) -> Real:
    """So many sizes, each as likely, of the same mean."""
    at = (np.arange(SIZES) + 0.5) / SIZES
    sizes = np.quantile(values, at)
    return np.asarray(sizes * (np.mean(values) / np.mean(sizes)), dtype=np.float64)


def _told(
    model: ServingModel,
    mix: RequestMix,
    spans: list[_Span],
    first: Real,
    after: Real,
    piece_tokens: int,
) -> ServingEstimate:
    rate, prompt, answer = usual_rate(mix)
    watts = np.asarray([
        serving_w(model, max(span.sequences, model.sequences_from)) for span in spans
    ])  # fmt: skip
    reading = np.asarray([span.reading for span in spans])
    decoding = (1.0 - reading) * (1.0 - np.asarray([span.empty for span in spans]))
    busy_w = [
        mean_power_w(read, give, model.prefill_w, watt, model.idle_w)
        for read, give, watt in zip(reading, decoding, watts, strict=True)
    ]
    tokens = np.asarray([span.requests_per_s * span.answer for span in spans])
    in_flight = np.asarray([span.sequences for span in spans])
    most = memory_sequences(model, mix)
    return ServingEstimate(
        requests_per_s=rate,
        first_token_s=(float(first[0]), float(first[1]), float(first[2])),
        per_token_s=(float(after[0]), float(after[1]), float(after[2])),
        sequences=float(np.mean(in_flight)),
        prefill_j_per_token=prefill_joules_per_token(
            model.accelerators, model.prefill_w, model.prefill_s_per_token
        ),
        decode_j_per_token=float(model.accelerators * (decoding * watts).sum() / tokens.sum()),
        accelerator_w=float(np.mean(busy_w)),
        carried_per_s=carried_at_most_per_s(model, most, prompt, answer, piece_tokens),
    )
