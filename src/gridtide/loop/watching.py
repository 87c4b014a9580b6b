"""Watches step by step whether power followed what was told, and keeps the alarms of what did not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gridtide.fleet.device import PowerReading, QueuedJob
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site_act import AnyAct
from gridtide.loop.acts import OPEN, JobTold
from gridtide.loop.expecting import beside, draws, expectations
from gridtide.loop.late_verdicts import Moment, Spans
from gridtide.loop.verifying import Alarm, Verdict, alarms_after, verified


@dataclass(kw_only=True, eq=False)
class Watch:
    """What was read last, and the alarms that stand, by subject. underway: jobs that are told something nobody knows
    the outcome of yet; spans: those that are since an earlier step."""

    last: Moment | None = None
    alarms: dict[str, Alarm] = field(default_factory=dict)
    underway: frozenset[str] = frozenset()
    spans: Spans = field(default_factory=Spans)

    def look(
        self,
        acts: Iterable[AnyAct],
        queue: Mapping[str, QueuedJob],
        told: Mapping[str, JobTold],
        power: Sequence[PowerReading],
        fleet: Fleet,
        now: datetime,
    ) -> tuple[Verdict, ...]:
        """What meters say of the acts of the step that ends now. Of the first step nothing can be told."""
        before = self.last
        moment = self.last = Moment(
            queue=queue,
            drawn=draws(queue, told, fleet),
            power={one.of: one for one in power if one.measured_at == now},
            ended=_ended(before, queue),
        )
        if before is None:
            return ()
        late, unsettled, prompt = self.spans.passed(acts, self.underway, before, moment)
        queues, drawn = (before.queue, queue), (before.drawn, moment.drawn)
        expected = expectations(prompt, queues, drawn)
        around = beside(expected, queues, drawn, (before.ended, moment.ended), unsettled)
        verdicts = (*late, *verified(expected, around, before.power, moment.power))
        standing = alarms_after(self.alarms, verdicts, now)
        self.alarms = {
            name: alarm
            for name, alarm in standing.items()
            if name in queue and queue[name].standing in OPEN
        }
        return verdicts


def _ended(before: Moment | None, queue: Mapping[str, QueuedJob]) -> frozenset[str]:
    """Jobs that are over now and were not before."""
    was_open = {
        name
        for name, job in (before.queue if before is not None else {}).items()
        if job.standing in OPEN
    }
    return frozenset(
        name for name in was_open if name not in queue or queue[name].standing not in OPEN
    )
