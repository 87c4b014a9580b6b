"""Requests as they came: when, how long their prompts and answers are, and how bursty the work is by window."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
WINDOWS_AN_OCTAVE = 3
SPANS = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class RequestMix:
    """N requests in the order they arrive, (N,). arrival_s: seconds from any start. prompt_tokens, answer_tokens:
    read and generated, whole numbers of at least 1."""

    name: str
    arrival_s: Real
    prompt_tokens: Whole
    answer_tokens: Whole

    def __post_init__(self) -> None:
        freeze(self, arrival_s=np.float64, prompt_tokens=np.int64, answer_tokens=np.int64)


def mix_faults(mix: RequestMix) -> tuple[Finding, ...]:
    """What is wrong with a mix: every fault, none for a usable one."""
    found = []
    sizes = {len(mix.arrival_s), len(mix.prompt_tokens), len(mix.answer_tokens)}
    if len(sizes) > 1 or min(sizes) < 2:
        found.append(
            Finding(
                subject=f"requests {mix.name}", value=f"columns of {sorted(sizes)} rows",
                limit="columns of one length, at least 2 rows", mend="Give every request all three.",
            )
        )  # fmt: skip
        return tuple(found)
    for what, wrong in (
        ("arrival_s", ~np.isfinite(mix.arrival_s)),
        ("arrival_s", np.diff(mix.arrival_s, prepend=-np.inf) < 0),
        ("prompt_tokens", mix.prompt_tokens < 1),
        ("answer_tokens", mix.answer_tokens < 1),
    ):
        if wrong.any():
            found.append(
                Finding(
                    subject=f"requests {mix.name}: {what}",
                    value=f"{int(wrong.sum())} of {len(wrong)} wrong, first in row {int(wrong.argmax())}",
                    limit="finite, in order of arrival, tokens of at least 1",
                    mend="Sort by arrival, and leave out requests without prompt or answer.",
                )
            )
    if not found and mix.arrival_s[-1] <= mix.arrival_s[0]:
        found.append(
            Finding(
                subject=f"requests {mix.name}", value="all at one instant", limit="a span of time",
                mend="Give the instants at which they arrived.",
            )
        )  # fmt: skip
    return tuple(found)


def rate_per_s(mix: RequestMix) -> float:
    """Mean requests a second."""
    return (len(mix.arrival_s) - 1) / float(mix.arrival_s[-1] - mix.arrival_s[0])


def at_rate(mix: RequestMix, requests_per_s: float) -> RequestMix:
    """The same requests, their times stretched or pressed to a mean rate [1/s]."""
    stretch = rate_per_s(mix) / requests_per_s
    start_s = float(mix.arrival_s[0])
    return RequestMix(
        name=mix.name,
        arrival_s=(mix.arrival_s - start_s) * stretch,
        prompt_tokens=mix.prompt_tokens,
        answer_tokens=mix.answer_tokens,
    )


def spread_within_stamps(mix: RequestMix, generator: np.random.Generator) -> RequestMix:
    """Requests of one stamp spread evenly up to the next stamp, for a trace whose clock ticks in seconds."""
    stamps, which = np.unique(mix.arrival_s, return_inverse=True)
    widths = np.diff(stamps, append=stamps[-1] + np.median(np.diff(stamps)))
    at = mix.arrival_s + generator.random(len(mix.arrival_s)) * widths[which]
    order = np.argsort(at, kind="stable")
    return RequestMix(
        name=mix.name,
        arrival_s=at[order],
        prompt_tokens=mix.prompt_tokens[order],
        answer_tokens=mix.answer_tokens[order],
    )


def thinned(mix: RequestMix, share: float, generator: np.random.Generator) -> RequestMix:
    """A random share (0-1] of the requests, each kept or left out for itself."""
    kept = generator.random(len(mix.arrival_s)) < share
    return RequestMix(
        name=mix.name,
        arrival_s=mix.arrival_s[kept],
        prompt_tokens=mix.prompt_tokens[kept],
        answer_tokens=mix.answer_tokens[kept],
    )


def scv(values: Real | Whole) -> float:
    """Squared coefficient of variation."""
    return float(np.var(values) / np.mean(values) ** 2)


def dispersion(mix: RequestMix, weights: Real | Whole) -> tuple[Real, Real]:
    """Windows [s] and how much the weight that arrives in each varies: variance ÷ (mean × mean weight).

    1 + SCV of the weights in every window where arrivals are independent (Poisson); more where they come in
    bursts. Windows up to a twelfth of the span, three an octave: beyond it a trace says nothing.
    Reference: the index of dispersion for work of Whitt and You, Operations Research 66 (2018).
    """
    gap_s = 1.0 / rate_per_s(mix)
    begin_s, end_s = float(mix.arrival_s[0]), float(mix.arrival_s[-1])
    most_s = (end_s - begin_s) / SPANS
    octaves = np.log2(most_s / gap_s)
    windows = gap_s * 2.0 ** np.arange(0.0, max(octaves, 0.0) + 1e-9, 1.0 / WINDOWS_AN_OCTAVE)
    total = np.concatenate([[0.0], np.cumsum(weights, dtype=np.float64)])
    varies = np.empty_like(windows)
    for index, window_s in enumerate(windows):
        starts = np.arange(begin_s, end_s - window_s, window_s / 4.0)
        upto = total[np.searchsorted(mix.arrival_s, starts + window_s)]
        inside = upto - total[np.searchsorted(mix.arrival_s, starts)]
        varies[index] = np.var(inside) / (np.mean(inside) * np.mean(weights))
    return windows, varies
