"""Requests whose users were answered elsewhere a step before: what their place knew of them is lost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.service import lost_caches_s
from gridtide.fleet.ways import Ways, by_service

Real = NDArray[np.float64]


@dataclass(kw_only=True, eq=False)
class LostCaches:
    """Where requests of each origin were answered last: shares (V, O, P), None before the first step."""

    shares: Real | None = None

    def told(self) -> Real:
        """Where requests were answered last, of no services before the first step or where none loses a cache."""
        return np.zeros((0, 0, 0)) if self.shares is None else self.shares

    def extra_machines(self, ways: Ways, asked: Real, requests: Real) -> Real:
        """Accelerators that moved requests keep busy beyond the others, (W, P, T), at the usual way of each service.

        asked: requests per second by way, origin and place, (W, O, P, T); requests: of each service from each origin,
        (V, O, T). What moves to a place is the rise of its share of an origin since the step before, times the demand;
        each such request reads its prompt again, which takes the service's lost_cache_s of an accelerator there.
        """
        extra = np.zeros((len(ways.of), *asked.shape[2:]))
        lost_s = lost_caches_s(ways.services[: ways.usual], asked.shape[2])
        if not lost_s.any() or not asked.shape[-1]:
            return extra
        shares = by_service(asked, ways) / np.where(requests > 0, requests, 1.0)[:, :, None]
        first = shares[..., 0] if self.shares is None else self.shares
        before = np.concatenate([first[..., None], shares[..., :-1]], axis=-1)
        self.shares = shares[..., -1].copy()
        moved = (np.maximum(shares - before, 0.0) * requests[:, :, None]).sum(axis=1)
        extra[: ways.usual] = moved * lost_s[:, :, None]
        return extra
