"""Watches step by step whether power followed what was told, and keeps the alarms of what did not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.device import PowerReading, QueuedJob
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service
from gridtide.fleet.site_act import AnyAct
from gridtide.loop.acts import OPEN, JobTold
from gridtide.loop.expecting import beside, draws, expectations
from gridtide.loop.late_verdicts import Moment, Spans
from gridtide.loop.seen import Seen, is_of
from gridtide.loop.verifying import Alarm, Verdict, alarms_after, verified
from gridtide.loop.verifying_plants import plant_verdicts
from gridtide.loop.verifying_points import point_verdicts
from gridtide.loop.verifying_rest import rest_verdicts
from gridtide.loop.verifying_sites import SiteMoment, off_kw, site_verdicts
from gridtide.loop.which_meter import by_meters_that_read

SCHEDULER = "its scheduler and at the machines"
CONTROLLER = "its controller and at the meters of the site"


@dataclass(kw_only=True, eq=False)
class Watch:
    """What was read last, and the alarms that stand, by subject: of jobs, and of what sites were told. underway: jobs
    that are told something nobody knows the outcome of yet; spans: those that are since an earlier step. jobs_alone:
    sites at which no service is answered. seen: what was seen of the newest step."""

    last: Moment | None = None
    alarms: dict[str, Alarm] = field(default_factory=dict)
    at_sites: dict[str, Alarm] = field(default_factory=dict)
    underway: frozenset[str] = frozenset()
    spans: Spans = field(default_factory=Spans)
    jobs_alone: frozenset[str] = frozenset()
    seen: Seen | None = None

    @property
    def standing(self) -> tuple[Alarm, ...]:
        """Every alarm that stands."""
        return (*self.alarms.values(), *self.at_sites.values())

    def look_at_sites(
        self,
        held: Mapping[str, AnyAct],
        seen: Seen,
        power: Sequence[PowerReading],
        peak_kw: NDArray[np.float64],
        of: tuple[Fleet, tuple[Service, ...]],
        off: Mapping[str, float],
    ) -> tuple[Verdict, ...]:
        """What meters say of what held at stores, imports, routes, nodes, halls and plants through the step that ends
        now. An alarm stands until its subject follows, or nothing holds it any more. peak_kw: before it, (S,); of:
        fleet and services; off: accelerators that are said to have been off through it, by place."""
        read = {one.of: one for one in power if is_of(one.measured_at, seen.measured_at)}
        moment = SiteMoment(
            held=held,
            seen=seen,
            off_kw=off_kw(read),
            peak_kw=peak_kw,
            before=self.seen,
            power_kw={name: one.kw for name, one in read.items()},
        )
        self.seen = seen
        of_nodes = rest_verdicts(held, off, seen, moment.off_kw, of)
        verdicts = (*site_verdicts(moment, *of), *of_nodes, *plant_verdicts(moment, of[0]))
        standing = alarms_after(self.at_sites, verdicts, seen.measured_at, CONTROLLER)
        self.at_sites = {name: alarm for name, alarm in standing.items() if name in held}
        return verdicts

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
            power={one.of: one for one in power if is_of(one.measured_at, now)},
            ended=_ended(before, queue),
        )
        if before is None:
            return ()
        late, unsettled, prompt = self.spans.passed(
            acts, self.underway, before, moment, self.jobs_alone
        )
        queues, power_then = (before.queue, queue), (before.power, moment.power)
        drawn = by_meters_that_read((before.drawn, moment.drawn), power_then, self.jobs_alone)
        expected = expectations(prompt, queues, drawn)
        around = beside(expected, queues, drawn, (before.ended, moment.ended), unsettled)
        verdicts = (*late, *verified(expected, around, before.power, moment.power))
        verdicts += point_verdicts((before, moment), told, unsettled, fleet)
        standing = alarms_after(self.alarms, verdicts, now, SCHEDULER)
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
