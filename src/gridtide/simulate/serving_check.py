"""The estimate of a replica beside its replay: largest rate, and how far means and tails are off at shares of it."""

from dataclasses import dataclass

import numpy as np

from gridtide.fleet.request_mix import RequestMix, at_rate, rate_per_s
from gridtide.fleet.serving_estimate import PIECE_TOKENS, estimated
from gridtide.fleet.serving_model import ServingModel
from gridtide.simulate.token_replay import Replayed, replayed

SHARES = (0.3, 0.6, 0.8)
FLOOD = 1000.0
STEADY = (0.2, 0.8)
LIMITS = (0.10, 0.25, 0.10, 0.10)
NAMES = ("mean TTFT", "p95 TTFT", "mean TPOT", "p95 TPOT")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One load. share: of the largest rate. estimate, replay: mean and p95 of first tokens, mean and p95 of the time of
    a token [s]. energy_j: of a request, by each."""

    share: float
    requests_per_s: float
    estimate: tuple[float, float, float, float]
    replay: tuple[float, float, float, float]
    energy_j: tuple[float, float]

    @property
    def misses(self) -> tuple[float, ...]:
        """Each estimate over the replay, less 1."""
        return tuple(e / r - 1.0 for e, r in zip(self.estimate, self.replay, strict=True))

    @property
    def hit(self) -> bool:
        """Whether all are within their limits: 10 % but for the p95 of first tokens, 25 %."""
        return all(abs(miss) <= most for miss, most in zip(self.misses, LIMITS, strict=True))


def largest_rate_per_s(
    model: ServingModel, mix: RequestMix, *, piece_tokens: int = PIECE_TOKENS
) -> float:
    """Requests a second that a replica ends while more wait than it can hold: the replay of the whole mix pressed a
    thousandfold, between its first and its last fifth of answers."""
    pressed = at_rate(mix, rate_per_s(mix) * FLOOD)
    seen = replayed(model, pressed, chunk_tokens=piece_tokens)
    after_s = np.nan_to_num(seen.per_token_s) * (mix.answer_tokens - 1)
    ends = np.sort(pressed.arrival_s + seen.first_token_s + after_s)
    begin, end = (int(share * len(ends)) for share in STEADY)
    return float((end - begin) / (ends[end] - ends[begin]))


def checked(
    model: ServingModel, mix: RequestMix, largest_per_s: float, *, piece_tokens: int = PIECE_TOKENS
) -> tuple[Checked, ...]:
    """Estimate and replay at each share of the largest rate."""
    found = []
    for share in SHARES:
        rate = share * largest_per_s
        seen = replayed(model, at_rate(mix, rate), chunk_tokens=piece_tokens)
        told = estimated(model, mix, rate, piece_tokens=piece_tokens)
        by_phase = (
            told.prefill_j_per_token * float(np.mean(mix.prompt_tokens)),
            told.decode_j_per_token * float(np.mean(mix.answer_tokens)),
        )
        found.append(
            Checked(
                share=share,
                requests_per_s=rate,
                estimate=(*told.first_token_s[::2], *told.per_token_s[::2]),
                replay=answer_times_s(seen),
                energy_j=(sum(by_phase), float(np.mean(seen.prefill_j + seen.decode_j))),
            )
        )
    return tuple(found)


def answer_times_s(seen: Replayed) -> tuple[float, float, float, float]:
    """Mean and p95 of first tokens, mean and p95 over requests of the time of a token after the first [s]."""
    after = seen.per_token_s[np.isfinite(seen.per_token_s)]
    return (
        float(np.mean(seen.first_token_s)),
        float(np.quantile(seen.first_token_s, 0.95)),
        float(np.mean(after)),
        float(np.quantile(after, 0.95)),
    )
