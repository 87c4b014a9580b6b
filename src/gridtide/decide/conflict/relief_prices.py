"""What it counts when a promise or a limit gives way: promises at their own value, limits above any promise.

The order is that of the house: life and equipment, limit of the grid, promised deadline, cost.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Facts
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]
LATE_LIKE_LOST_H = 24.0
"""Hours after its deadline at which work counts as much as work never done."""
GRID_ABOVE_PROMISES = 10.0
EQUIPMENT_ABOVE_PROMISES = 100.0
LEAST_VALUE = 0.01
"""What an accelerator-hour or a kWh counts at least, so that nothing gives way for free."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ReliefPrices:
    """Money. work_per_h: an accelerator-hour never done, by class, (C,). late_per_h_h: an accelerator-hour done
    after its deadline, for each hour it is late, (C,). per_request: by service, (V,). grid_per_kwh: a kWh beyond
    an import limit, a call or a ramp rule. equipment_per_kwh: a kWh beyond a building or a store, or by machines
    switched off instead of parked. machine_per_h: an accelerator for an hour that is not there."""

    work_per_h: Real
    late_per_h_h: Real
    per_request: Real
    grid_per_kwh: float
    equipment_per_kwh: float
    machine_per_h: float


def relief_prices(situation: Situation, facts: Facts) -> ReliefPrices:
    """Promises at the value the case gives them; a kWh of the grid at ten times, equipment at a hundred times
    the dearest promise that a kWh or an accelerator-hour carries."""
    kinds = situation.jobs.classes
    work = np.asarray([max(kind.value_per_accelerator_h, LEAST_VALUE) for kind in kinds])
    delay = np.asarray([kind.delay_cost_per_accelerator_h for kind in kinds])
    request = np.asarray([service.value_per_request for service in situation.services])
    per_h = [LEAST_VALUE, *work]
    per_kwh = [LEAST_VALUE]
    drawn = facts.extra_kw[facts.extra_kw > 0]
    if len(work) and len(drawn):
        per_kwh.append(float(work.max() / drawn.min()))
    for service, value in enumerate(request):
        answers = facts.rate[service] > 0
        hourly = value * 3600.0 * facts.rate[service, answers]
        per_h += hourly.tolist()
        kw = facts.serving_kw[service, answers]
        per_kwh += (hourly[kw > 0] / kw[kw > 0]).tolist()
    return ReliefPrices(
        work_per_h=work,
        late_per_h_h=work / LATE_LIKE_LOST_H + delay,
        per_request=np.maximum(request, LEAST_VALUE / 3600.0),
        grid_per_kwh=GRID_ABOVE_PROMISES * max(per_kwh),
        equipment_per_kwh=EQUIPMENT_ABOVE_PROMISES * max(per_kwh),
        machine_per_h=EQUIPMENT_ABOVE_PROMISES * max(per_h),
    )
