"""What a kilowatt-hour costs because the whole system peaks then."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Contract
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]


def coincident_cost_per_kwh(contract: Contract, timeline: Timeline, *, came: bool) -> Real:
    """Money for a kWh drawn in each step, (T,): the charge of each peak spread over the hours it lasts.

    came: charge the peaks that came, as a bill does; else each by how likely it is, as a plan does.
    """
    found = np.zeros(len(timeline))
    for peak in contract.peaks:
        begin_s = np.maximum(timeline.starts_s, epoch_s(peak.start))
        end_s = np.minimum(timeline.ends_s, epoch_s(peak.end))
        share = np.maximum(end_s - begin_s, 0) / (timeline.ends_s - timeline.starts_s)
        lasts_h = (epoch_s(peak.end) - epoch_s(peak.start)) / 3600.0
        counted = float(peak.came) if came else peak.likelihood
        found += counted * peak.charge_per_kw / lasts_h * share
    return found
