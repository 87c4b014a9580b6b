"""Everything at rest but the jobs: requests answered at home, batteries still."""

import numpy as np

from gridtide.decide.dispatch import Dispatch, Placement
from gridtide.decide.situation import Situation


def at_rest(situation: Situation, placement: Placement, policy: str) -> Dispatch:
    """The dispatch that places jobs and moves nothing else."""
    fleet, steps = situation.fleet, len(placement.horizon)
    still = np.zeros((len(fleet.sites), steps))
    homes = [service.home for service in situation.services]
    shape = (0, len(fleet.network.origins), len(fleet.places))
    shares = np.stack(homes) if homes else np.zeros(shape)
    return Dispatch(
        made_at=situation.as_of,
        policy=policy,
        placement=placement,
        shares=np.repeat(shares[..., None], steps, axis=-1),
        charge_kw=still,
        discharge_kw=still,
        import_held_kw=np.full(len(fleet.sites), np.inf),
        raise_price_per_kw=np.zeros(len(fleet.sites)),
        it_price_per_kwh=still,
        issue=situation.as_of,
    )
