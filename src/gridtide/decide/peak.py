"""What a higher peak costs a plan: the demand charge times how likely this peak is to be the month's in the end."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.objective import Objective
from gridtide.decide.situation import Situation
from gridtide.timeline import epoch_s


def peak_prices(situation: Situation, objective: Objective) -> NDArray[np.float64]:
    """Money per kW by which each site's import passes the month's highest so far, (S,).

    A plan that passes the peak pays for it only if no later day passes it again. Were days alike, the highest
    of the days up to the horizon's end would be the highest of the month in as many cases of a hundred as the
    days up to then are of its days. So early plans are asked for little, the last one for all.
    """
    until_s = float(situation.horizon.edges_s[-1])
    prices = []
    for site in situation.fleet.sites:
        first_s, last_s = _period_s(situation.as_of, site.clock, objective)
        part = min(1.0, (until_s - first_s) / max(float(last_s - first_s), 1.0))
        charge = site.contract.demand_charge_per_kw_month * objective.demand_charge_share
        prices.append(charge * part)
    return np.asarray(prices, dtype=np.float64)


def _period_s(as_of: datetime, clock: str, objective: Objective) -> tuple[int, int]:
    """The billing month, or what of it the objective adds up."""
    local = as_of.astimezone(ZoneInfo(clock))
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = (first + timedelta(days=32)).replace(day=1)
    first_s, last_s = epoch_s(first), epoch_s(last)
    if objective.begins is not None:
        first_s = max(first_s, epoch_s(objective.begins))
    if objective.ends is not None:
        last_s = min(last_s, epoch_s(objective.ends))
    return first_s, last_s
