"""The table of a replica's answers to a mix: by the estimate where it was measured to be near, else by the replay."""

from dataclasses import dataclass

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.request_mix import RequestMix, at_rate
from gridtide.fleet.serving_estimate import PIECE_TOKENS, estimated
from gridtide.fleet.serving_model import ServingModel
from gridtide.fleet.serving_table import ServingTable
from gridtide.simulate.serving_check import LIMITS, NAMES, Checked, checked, largest_rate_per_s
from gridtide.simulate.token_replay import replayed

LOADS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
ENERGY_LIMIT = 0.10
LEAST_REQUESTS = 200


@dataclass(frozen=True, kw_only=True)
class Sized:
    """A table, the largest rate its replica carries [1/s], and how it was chosen, in words."""

    table: ServingTable
    largest_per_s: float
    said: str


def serving_table(
    model: ServingModel, mix: RequestMix, *, piece_tokens: int = PIECE_TOKENS
) -> Sized:
    """The table of a model and a mix, its time stretched or pressed to shares of the largest rate it carries.

    The estimate fills it where it keeps its limits at all shares it is checked at, and energy within 10 %. Raises
    BadInput with every fault of the mix; one of fewer than 200 requests has no p95 to size by.
    """
    refuse_if_any(_too_few(mix))
    largest = largest_rate_per_s(model, mix, piece_tokens=piece_tokens)
    missed = _missed(checked(model, mix, largest, piece_tokens=piece_tokens))
    rates = [share * largest for share in LOADS]
    by_replay = bool(missed)
    row_of = _replayed_row if by_replay else _estimated_row
    rows = np.asarray([row_of(model, mix, rate, piece_tokens) for rate in rates]).T
    table = ServingTable(
        mix=mix.name,
        requests_per_s=np.asarray(rates),
        first_mean_s=rows[0],
        first_p50_s=rows[1],
        first_p95_s=rows[2],
        per_token_mean_s=rows[3],
        per_token_p95_s=rows[4],
        sequences=rows[5],
        accelerator_w=rows[6],
        prompt_tokens=float(np.mean(mix.prompt_tokens)),
        answer_tokens=float(np.mean(mix.answer_tokens)),
        replayed=by_replay,
    )
    how = f"by the replay's table, as the estimate misses {missed}" if missed else "by the estimate"
    return Sized(
        table=table,
        largest_per_s=largest,
        said=f"{model.name} answers {mix.name} {how}; a replica carries {largest:.3g} requests a second at most",
    )


def _too_few(mix: RequestMix) -> tuple[Finding, ...]:
    found = []
    counts = {
        "requests": len(mix.arrival_s),
        "answers of more than one token": int((mix.answer_tokens > 1).sum()),
    }
    for what, many in counts.items():
        if many < LEAST_REQUESTS:
            found.append(
                Finding(
                    subject=f"requests {mix.name}",
                    value=f"{many} {what}",
                    limit=f"at least {LEAST_REQUESTS}, for a p95 to size by",
                    mend="Give more of them, or state prompt_tokens and tokens_per_request instead.",
                )
            )
    return tuple(found)


def _missed(rows: tuple[Checked, ...]) -> str:
    """The widest miss beyond its limit, in words; empty where there is none."""
    beyond = [
        (abs(miss) / most, f"{name} by {miss:+.0%} at {row.share:g} of the largest rate")
        for row in rows
        for name, miss, most in zip(
            (*NAMES, "energy"),
            (*row.misses, row.energy_j[0] / row.energy_j[1] - 1.0),
            (*LIMITS, ENERGY_LIMIT),
            strict=True,
        )
    ]
    times, said = max(beyond)
    return said if times > 1.0 else ""


def _replayed_row(
    model: ServingModel, mix: RequestMix, rate: float, piece_tokens: int
) -> tuple[float, ...]:
    seen = replayed(model, at_rate(mix, rate), chunk_tokens=piece_tokens)
    after = seen.per_token_s[np.isfinite(seen.per_token_s)]
    busy_j = float(np.mean(seen.prefill_j + seen.decode_j))
    return (
        float(np.mean(seen.first_token_s)),
        *np.quantile(seen.first_token_s, (0.5, 0.95)).tolist(),
        float(np.mean(after)),
        float(np.quantile(after, 0.95)),
        seen.sequences * (1.0 - seen.idle),
        rate * busy_j / model.accelerators + seen.idle * model.idle_w,
    )


def _estimated_row(
    model: ServingModel, mix: RequestMix, rate: float, piece_tokens: int
) -> tuple[float, ...]:
    told = estimated(model, mix, rate, piece_tokens=piece_tokens)
    return (
        *told.first_token_s,
        told.per_token_s[0],
        told.per_token_s[2],
        told.sequences,
        told.accelerator_w,
    )
