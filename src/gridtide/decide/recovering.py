"""What sites are held to after calls of the grid, so that nothing comes back as a peak, whatever a policy says."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import answers_of
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.situation import Commitments, Situation


def with_recovery(dispatch: Dispatch, situation: Situation, commitments: Commitments) -> Dispatch:
    """The dispatch with the import that stores and routes hold each site to while it recovers.

    Work runs as it is told: a promise goes before a rebound.
    """
    horizon = dispatch.placement.horizon
    names = [site.name for site in situation.fleet.sites]
    most_kw = np.full((len(names), len(horizon)), np.inf)
    for answer in answers_of(commitments):
        if answer.end > situation.as_of:
            site = names.index(answer.event.site)
            most_kw[site] = np.minimum(most_kw[site], answer.level_after_kw(horizon))
    return replace(dispatch, recovering_kw=most_kw) if np.isfinite(most_kw).any() else dispatch


def level_held_kw(dispatch: Dispatch, steps: int) -> NDArray[np.float64]:
    """Import that stores and routes hold each site to in the first steps, (S, steps); inf where to none.

    Where a set-point holds, that is the level: it goes before a peak that would cost money, not before a recovery.
    """
    held = np.repeat(dispatch.import_held_kw[:, None], steps, axis=1)
    if len(dispatch.setpoint_kw):
        asked = dispatch.setpoint_kw[:, :steps]
        held = np.where(np.isnan(asked), held, asked)
    if not len(dispatch.recovering_kw):
        return held
    return np.minimum(held, dispatch.recovering_kw[:, :steps])
