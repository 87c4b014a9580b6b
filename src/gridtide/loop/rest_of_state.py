"""What a state knows beside jobs and meters: what stores did last, where requests were answered last."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.response_cap import is_ruled
from gridtide.fleet.service import Service, lost_caches_s
from gridtide.loop.seen import Seen

Real = NDArray[np.float64]


def beside_jobs(fleet: Fleet, services: tuple[Service, ...], seen: Seen | None) -> dict[str, Real]:
    """Columns of `State` by name, each only where a decision needs it. seen: the last step, None before the first."""
    if seen is None:
        return {}
    found: dict[str, Real] = {}
    if is_ruled(fleet):
        found["store_kw"] = seen.charge_kw - seen.discharge_kw
    if services and lost_caches_s(services, len(fleet.places)).any():
        found["answered_shares"] = answered_shares(seen)
    return found


def answered_shares(seen: Seen) -> Real:
    """Where the requests of each origin went last, (V, O, P): as routers say they sent them, else as places answered
    them, of which those that nobody names answered nothing; of no services where nobody knows."""
    nobody = np.isnan(seen.answered).all(axis=2, keepdims=True)
    answered = np.where(nobody, np.nan, np.nan_to_num(seen.answered))
    whole = answered.sum(axis=2, keepdims=True)
    by_answers = np.divide(answered, whole, out=answered * 0.0, where=whole > 0.0)
    sent = seen.sent if seen.sent.size else by_answers
    shares = np.where(np.isnan(sent), by_answers, sent)
    return np.zeros((0, 0, 0)) if np.isnan(shares).any() else shares
