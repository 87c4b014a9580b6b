"""How well a programme's baseline would have told days on which nobody called."""

from dataclasses import dataclass

import numpy as np

from gridtide.finding import BadInput
from gridtide.settle.baseline import Calendar, EventSpan, baseline, eligible_days
from gridtide.settle.baseline_rule import BaselineRule
from gridtide.settle.meter_days import MeterDays
from gridtide.settle.reduction import relative_rmse


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Of the event's hours on like days before it: how many could be judged, and the relative error over all of them,
    None where none could."""

    days: int
    rrmse: float | None

    def passes(self, rule: BaselineRule) -> bool | None:
        """Whether the rule's gate is passed; None where it has none or nothing could be judged."""
        if rule.gate_rrmse is None or self.rrmse is None:
            return None
        return self.rrmse <= rule.gate_rrmse


def accuracy(
    meter: MeterDays, event: EventSpan, rule: BaselineRule, calendar: Calendar
) -> Accuracy:
    """The baseline of each eligible day, taken as if the event had been on it, against what was drawn."""
    day, begin = divmod(event.first, meter.intervals)
    position = np.arange(begin, begin + event.stop - event.first, dtype=np.int64)
    told, drawn = [], []
    for row in eligible_days(meter, day, position, rule, calendar).tolist():
        first = row * meter.intervals + begin
        span = EventSpan(first=first, stop=first + len(position))
        try:
            found = baseline(meter, span, rule, calendar)
        except BadInput:
            continue
        told.append(found.power_kw)
        drawn.append(meter.at(np.asarray([row], dtype=np.int64), position)[0])
    if not told:
        return Accuracy(days=0, rrmse=None)
    return Accuracy(
        days=len(told), rrmse=relative_rmse(np.concatenate(told), np.concatenate(drawn))
    )
