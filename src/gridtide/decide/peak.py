"""What a higher peak costs a plan: the part of the demand charge that its horizon should carry."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.objective import Objective
from gridtide.decide.situation import Situation
from gridtide.timeline import epoch_s


def peak_prices(situation: Situation, objective: Objective) -> NDArray[np.float64]:
    """Money per kW by which each site's import passes the month's highest so far, (S,).

    A peak once paid serves until its month ends. A plan that sees a day of ten is asked for a tenth of the
    charge: were the other days like this one, each would gladly pay its tenth. Where the horizon reaches
    the end of the month, or of the objective, the whole charge counts.
    """
    span_s = float(situation.horizon.edges_s[-1] - situation.horizon.edges_s[0])
    prices = []
    for site in situation.fleet.sites:
        left_s = float(_last_s(situation.as_of, site.clock, objective) - epoch_s(situation.as_of))
        part = min(1.0, span_s / max(left_s, 1.0))
        charge = site.contract.demand_charge_per_kw_month * objective.demand_charge_share
        prices.append(charge * part)
    return np.asarray(prices, dtype=np.float64)


def _last_s(as_of: datetime, clock: str, objective: Objective) -> int:
    """The end of the billing month, or of what the objective adds up, whichever is earlier."""
    local = as_of.astimezone(ZoneInfo(clock))
    in_next = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)
    month_s = epoch_s(in_next.replace(day=1))
    return month_s if objective.ends is None else min(month_s, epoch_s(objective.ends))
