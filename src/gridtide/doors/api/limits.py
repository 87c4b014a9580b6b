"""How often may one ask? So many at once, refilled at a rate; who is not known waits longer than who is."""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

MOST_REMEMBERED = 10_000
"""Addresses and people; the one not seen for longest is forgotten."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many at once, and how many a second in the long run."""

    at_once: float
    per_s: float


@dataclass
class _Bucket:
    left: float
    at: datetime


class Limit:
    """Counts what each of many asks, by one rate."""

    def __init__(self, rate: Rate, now: Callable[[], datetime]) -> None:
        self._rate, self._now = rate, now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, who: str) -> int:
        """0 where one may ask, which is counted; else after how many seconds one may."""
        bucket = self._filled(who)
        if bucket.left >= 1.0:
            bucket.left -= 1.0
            return 0
        return max(1, math.ceil((1.0 - bucket.left) / self._rate.per_s))

    def _filled(self, who: str) -> _Bucket:
        now = self._now()
        bucket = self._buckets.setdefault(who, _Bucket(self._rate.at_once, now))
        self._buckets.move_to_end(who)
        while len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        # a clock that was set back refills nothing, and counts from there
        passed_s = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(self._rate.at_once, bucket.left + passed_s * self._rate.per_s)
        bucket.at = now
        return bucket
