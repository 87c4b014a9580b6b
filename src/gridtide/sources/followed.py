"""What `gridtide follow --json` printed of a followed signal: scores by block and what was offered by hour."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.settle.followed import BLOCK_S, FollowedBlocks
from gridtide.sources import text_of
from gridtide.timeline import HOUR_S, epoch_s

KEYS = ("at", "site", "by_block", "by_hour")


@dataclass(frozen=True, kw_only=True)
class FollowedFile:
    """One JSON document with the keys at, site, by_block.score and by_hour (up_kw, down_kw)."""

    path: Path

    def read(self) -> FollowedBlocks:
        """Its blocks; what is offered both ways is the less of up and down. Raises BadInput with every fault found."""
        try:
            told = json.loads(text_of(self.path))
        except ValueError as error:
            raise BadInput([self._fault(str(error)[:80], "one JSON document")]) from None
        if not isinstance(told, dict) or any(key not in told for key in KEYS):
            limit = "what gridtide follow --json prints, with " + ", ".join(KEYS)
            raise BadInput([self._fault("is no followed signal", limit)])
        try:
            start = datetime.fromisoformat(told["at"])
            scores = np.asarray(told["by_block"]["score"], dtype=np.float64)
            both = [(float(hour["up_kw"]), float(hour["down_kw"])) for hour in told["by_hour"]]
            start_s = epoch_s(start)
        except (KeyError, TypeError, ValueError, OverflowError):
            limit = "at as a time with its zone, scores in by_block, up_kw and down_kw of each hour"
            raise BadInput(
                [self._fault("holds other values than a followed signal", limit)]
            ) from None
        offered_kw = np.asarray([min(pair) for pair in both], dtype=np.float64)
        refuse_if_any(self._faults(scores, offered_kw))
        hour = np.arange(len(scores)) * BLOCK_S // HOUR_S
        return FollowedBlocks(
            site=str(told["site"]),
            start_s=start_s + BLOCK_S * np.arange(len(scores), dtype=np.int64),
            award_kw=offered_kw[np.minimum(hour, len(offered_kw) - 1)],
            score=scores,
        )

    def _faults(self, scores: np.ndarray, offered_kw: np.ndarray) -> list[Finding]:
        faults = []
        if scores.ndim != 1 or not len(scores) or not ((scores >= 0) & (scores <= 1)).all():
            faults.append(self._fault("scores outside 0 to 1, or none", "a score for each block"))
        if not len(offered_kw) or not (np.isfinite(offered_kw) & (offered_kw >= 0)).all():
            faults.append(self._fault("offers below 0, or none", "an offer for each hour"))
        elif scores.ndim == 1 and len(scores) * BLOCK_S > len(offered_kw) * HOUR_S:
            faults.append(self._fault("more blocks than hours", "an offer for each block's hour"))
        return faults

    def _fault(self, value: str, limit: str) -> Finding:
        return Finding(
            subject=str(self.path), value=value, limit=limit, mend="Write it with gridtide follow."
        )
