"""Requests answered token by token on replicas of one model: what each waited, and what its tokens cost.

Nothing here knows a formula of queues: it shares with them only the speed and power of the hardware.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import BadInput, Finding
from gridtide.fleet.request_mix import RequestMix, mix_faults
from gridtide.fleet.serving_model import ServingModel, replica_faults, serving_w
from gridtide.kernels import token_replay as kernel
from gridtide.physics.serving_power import iteration_s

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Replayed:
    """What became of N requests. first_token_s: from arrival to the first token, (N,). per_token_s: mean time of
    each token after it, NaN for answers of one token, (N,). prefill_j, decode_j: energy of its replica [J], (N,).
    reading, decoding, idle: shares of the time of all replicas. sequences: in flight on a replica on average while
    it decodes. put_back: sequences that lost their place in memory and were read again."""

    first_token_s: Real
    per_token_s: Real
    prefill_j: Real
    decode_j: Real
    reading: float
    decoding: float
    idle: float
    sequences: float
    put_back: int

    def __post_init__(self) -> None:
        freeze(
            self,
            first_token_s=np.float64,
            per_token_s=np.float64,
            prefill_j=np.float64,
            decode_j=np.float64,
        )


def replayed(
    model: ServingModel, mix: RequestMix, *, replicas: int = 1, chunk_tokens: int = 2048
) -> Replayed:
    """Answer the requests of a mix at their instants; each joins the replica with the fewest of them.

    chunk_tokens: prompt tokens read in one iteration at most. Power below the fewest sequences of the fit is that
    of the fewest. Raises BadInput with every fault of the mix, or a request that memory cannot hold.
    """
    faults = (*mix_faults(mix), *_too_large(model, mix))
    if faults:
        raise BadInput(faults)
    requests, there = _waiting(mix), _empty(replicas, int(model.sequences_to))
    kernel.replay(_engine(model, chunk_tokens), requests, there)
    spent = there.spent.sum(axis=0)
    total_s = float(spent[:3].sum())
    after = np.where(requests.answer > 1, requests.answer - 1.0, np.nan)
    return Replayed(
        first_token_s=requests.first_s - requests.arrival_s,
        per_token_s=(requests.end_s - requests.first_s) / after,
        prefill_j=requests.prefill_j,
        decode_j=requests.decode_j,
        reading=float(spent[0]) / total_s,
        decoding=float(spent[1]) / total_s,
        idle=float(spent[2]) / total_s,
        sequences=float(spent[3] / (spent[0] + spent[1])),
        put_back=int(there.put_back.sum()),
    )


def _too_large(model: ServingModel, mix: RequestMix) -> tuple[Finding, ...]:
    if replica_faults(model):
        return replica_faults(model)
    held = mix.prompt_tokens + mix.answer_tokens
    wrong = held > model.memory_tokens
    if not wrong.any():
        return ()
    return (
        Finding(
            subject=f"requests {mix.name}",
            value=f"{int(wrong.sum())} of {len(held)} too long, the longest {int(held.max())} tokens",
            limit=f"{model.memory_tokens:.0f} tokens, what a replica of {model.name} holds",
            mend="Leave them out, or serve them on larger replicas.",
        ),
    )


def _engine(model: ServingModel, chunk_tokens: int) -> kernel.Engine:
    seats = np.arange(int(model.sequences_to) + 1, dtype=np.float64)
    inside = np.maximum(seats, model.sequences_from)
    return kernel.Engine(
        iteration_s=np.asarray([iteration_s(n, model.first_s, *model.per_sequence_s) for n in seats]),
        decode_w=np.asarray([model.accelerators * serving_w(model, n) for n in inside]),
        prefill_s=model.prefill_s_per_token,
        prefill_w=model.accelerators * model.prefill_w,
        memory_tokens=int(model.memory_tokens),
        chunk_tokens=chunk_tokens,
    )  # fmt: skip


def _waiting(mix: RequestMix) -> kernel.Requests:
    count = len(mix.arrival_s)
    return kernel.Requests(
        arrival_s=mix.arrival_s - mix.arrival_s[0],
        prompt=mix.prompt_tokens,
        answer=mix.answer_tokens,
        left=np.zeros(count, dtype=np.int64),
        made=np.zeros(count, dtype=np.int64),
        behind=np.full(count, -1, dtype=np.int64),
        first_s=np.full(count, np.nan),
        end_s=np.full(count, np.nan),
        prefill_j=np.zeros(count),
        decode_j=np.zeros(count),
    )


def _empty(replicas: int, seats: int) -> kernel.Replicas:
    return kernel.Replicas(
        clock_s=np.zeros(replicas),
        flight=np.full((replicas, seats), -1, dtype=np.int64),
        flying=np.zeros(replicas, dtype=np.int64),
        head=np.full(replicas, -1, dtype=np.int64),
        tail=np.full(replicas, -1, dtype=np.int64),
        waiting=np.zeros(replicas, dtype=np.int64),
        held=np.zeros(replicas, dtype=np.int64),
        spent=np.zeros((replicas, 4)),
        put_back=np.zeros(replicas, dtype=np.int64),
    )
