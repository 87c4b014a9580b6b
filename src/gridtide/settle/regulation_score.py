"""How well a response followed a regulation signal: correlation, delay and precision, block by block."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gridtide.digest import freeze_new

Real = NDArray[np.float64]

QUALIFIES_FROM = 0.75
"""Score from which on a resource may take part [quoted: Manual 12]."""
PAYS_FROM = 0.25
"""Score from which on an interval is paid; strictly below, its credit is lost [quoted: Manual 28, 4.2.1]."""


class DelayRule(StrEnum):
    """Which shift of the response is scored: the one of the largest C + D, or of the largest C (GMLC-1-4-2)."""

    MAX_SUM = "max_sum"
    MAX_CORRELATION = "max_corr"


class Normaliser(StrEnum):
    """Over what the mean |request| is taken that precision divides by."""

    BLOCK = "block"
    HOUR = "hour"


@dataclass(frozen=True, kw_only=True)
class ScoreRule:
    """The three-part score of PJM's historical Manual 12, and what its text leaves open.

    grace_s: delay that costs nothing, 10 where propagation is allowed for. flat_below: standard deviation of the
    request, pu of the award, below which slopes are compared instead (0.01 in GMLC-1-4-2; the manual names none).
    silent_below: standard deviation of a response, pu, that counts as none. Source: `GMLC-1-4-2/battery_interface`,
    `src/services/reg_service/reg_service.py` (MIT), written again.
    """

    sample_s: float = 10.0
    block_s: float = 300.0
    shift_max_s: float = 300.0
    delay_rule: DelayRule = DelayRule.MAX_SUM
    grace_s: float = 0.0
    flat_below: float = 0.01
    silent_below: float = 1e-5
    normaliser: Normaliser = Normaliser.BLOCK

    @property
    def block(self) -> int:
        """Samples of a block."""
        return round(self.block_s / self.sample_s)

    @property
    def shifts(self) -> int:
        """Samples that the response must go on beyond a block."""
        return round(self.shift_max_s / self.sample_s)


MANUAL_12 = ScoreRule()
BLOCKS_PER_H = 12
"""Blocks whose mean is the score of an hour."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockScores:
    """One number a block, (N,) each. correlation, delay, precision and their mean, score: 0 to 1.

    delay_s: the shift that was scored. zero_lag: correlation without shift, 0 where either side is flat.
    request_mean: mean |request|, pu. flat: whether slopes were compared.
    """

    correlation: Real
    delay: Real
    precision: Real
    score: Real
    delay_s: Real
    zero_lag: Real
    request_mean: Real
    flat: NDArray[np.bool_]

    def __post_init__(self) -> None:
        names = ("correlation", "delay", "precision", "score", "delay_s", "zero_lag")
        freeze_new(self, **dict.fromkeys((*names, "request_mean"), np.float64), flat=np.bool_)

    def __len__(self) -> int:
        return len(self.score)

    def hours(self) -> Real:
        """The score of each whole hour: the mean of its twelve blocks."""
        whole = len(self) // BLOCKS_PER_H
        return np.asarray(self.score[: whole * BLOCKS_PER_H].reshape(whole, -1).mean(axis=1))


def score_blocks(request: Real, response: Real, rule: ScoreRule = MANUAL_12) -> BlockScores:
    """Score every block whose response is known for `shift_max_s` beyond it.

    request, response: pu of the award, one a `sample_s`, from the same instant, (n,) each; finite. A block of no
    request at all is precise when nothing was answered. Raises ValueError for arrays that differ in length, hold
    what is not finite, or are too short for one block.
    """
    _refuse(request, response, rule)
    count = (len(request) - rule.shifts) // rule.block
    x = request[: count * rule.block].reshape(count, rule.block)
    windows = sliding_window_view(response, rule.block)
    at = np.arange(count)[:, None] * rule.block + np.arange(rule.shifts + 1)
    y = windows[at]
    correlations = _correlations(x, y, rule.silent_below)
    delays = _delays(rule)
    flat = x.std(axis=1) < rule.flat_below
    chosen = _chosen(correlations, delays, rule.delay_rule)
    rows = np.arange(count)
    positive = correlations[rows, chosen] > 0.0
    correlation = np.where(positive, correlations[rows, chosen], 0.0)
    delay = np.where(positive, delays[chosen], 0.0)
    correlation = np.where(flat, _like_slopes(x, y[:, 0]), correlation)
    delay = np.where(flat, delays[0], delay)
    precision = _precision(x, y[:, 0], rule)
    parts = [np.clip(part, 0.0, 1.0) for part in (correlation, delay, precision)]
    return BlockScores(
        correlation=parts[0],
        delay=parts[1],
        precision=parts[2],
        score=np.mean(parts, axis=0),
        delay_s=np.where(flat | ~positive, 0, chosen) * rule.sample_s,
        zero_lag=np.where(flat, 0.0, correlations[:, 0]),
        request_mean=np.abs(x).mean(axis=1),
        flat=flat,
    )


def pays(score: float) -> bool:
    """Whether an interval of this score keeps its credit: exactly 0.25 does."""
    return score >= PAYS_FROM


def goes_against(request: Real, response: Real) -> bool:
    """Whether the response moves against the request on the whole: a sign is wrong somewhere.

    The search for a shift can still find correlation and delay in a response of the wrong sign, so that its score
    alone does not tell. Counted without taking means off, so that a rail held on the wrong side is found as well, and
    with them taken off where the request moves.
    """
    moves = float(request.std()) >= MANUAL_12.flat_below
    opposed = moves and _zero_lag(request, response) < 0.0
    return float(np.dot(request, response)) < 0.0 or opposed


def mileage(signal: Real) -> float:
    """The way a signal travels, sum of |x_t - x_(t-1)|, in its own unit (pu of the award)."""
    return float(np.abs(np.diff(signal)).sum())


def _refuse(request: Real, response: Real, rule: ScoreRule) -> None:
    if request.shape != response.shape or request.ndim != 1:
        raise ValueError(f"request {request.shape} and response {response.shape} differ")
    if not (np.isfinite(request).all() and np.isfinite(response).all()):
        raise ValueError("a request or response is not finite")
    if len(request) < rule.block + rule.shifts:
        raise ValueError(f"{len(request)} samples; a block needs {rule.block + rule.shifts}")


def _correlations(x: Real, y: Real, silent_below: float) -> Real:
    """Pearson's r of each block with each of its shifted responses, (N, D); 0 where either side is silent."""
    x_off = x - x.mean(axis=1, keepdims=True)
    y_off = y - y.mean(axis=2, keepdims=True)
    both = np.einsum("nb,ndb->nd", x_off, y_off) / x.shape[1]
    x_std, y_std = x.std(axis=1)[:, None], y.std(axis=2)
    moves = (y_std >= silent_below) & (x_std > 0.0)
    return np.where(moves, both / np.where(moves, x_std * y_std, 1.0), 0.0)


def _delays(rule: ScoreRule) -> Real:
    """D of every shift, (D,)."""
    shift_s = np.arange(rule.shifts + 1) * rule.sample_s
    late_s = np.maximum(0.0, shift_s - rule.grace_s)
    return np.asarray(np.abs(late_s - rule.shift_max_s) / rule.shift_max_s)


def _chosen(correlations: Real, delays: Real, rule: DelayRule) -> NDArray[np.int64]:
    """The shift that is scored, the earliest of equals, among those that correlate positively, (N,)."""
    worth = correlations + delays if rule is DelayRule.MAX_SUM else correlations
    return np.asarray(np.argmax(np.where(correlations > 0.0, worth, -np.inf), axis=1))


def _like_slopes(x: Real, y: Real) -> Real:
    """1 less the difference of the slopes of straight lines through both, pu a sample, not below 0, (N,)."""
    axis = np.arange(x.shape[1]) - (x.shape[1] - 1) / 2.0
    return np.asarray(np.maximum(0.0, 1.0 - np.abs((x - y) @ axis) / (axis @ axis)))


def _precision(x: Real, y: Real, rule: ScoreRule) -> Real:
    """1 less mean |y - x| over mean |x|, not below 0, (N,)."""
    error, asked = np.abs(y - x).mean(axis=1), np.abs(x).mean(axis=1)
    if rule.normaliser is Normaliser.HOUR:
        hour = np.arange(len(asked)) // BLOCKS_PER_H
        asked = (np.bincount(hour, asked) / np.bincount(hour))[hour]
    share = np.where(asked > 0.0, error / np.where(asked > 0.0, asked, 1.0), np.sign(error))
    return np.asarray(np.maximum(0.0, 1.0 - share))


def _zero_lag(request: Real, response: Real) -> float:
    """The covariance of both without shift."""
    return float(np.dot(request - request.mean(), response - response.mean()))
