"""Acts that took longer than the step they were told in: meters before them are compared with meters after them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gridtide.fleet.device import PowerReading, QueuedJob
from gridtide.fleet.site_act import AnyAct, subject_of
from gridtide.loop.expecting import Draw, beside, expectations
from gridtide.loop.verifying import Verdict, verified
from gridtide.loop.which_meter import by_meters_that_read


@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """The end of a step as it was read: queue, what each job draws while it runs, meters, and jobs that ended in it."""

    queue: Mapping[str, QueuedJob]
    drawn: Mapping[str, Draw]
    power: Mapping[str, PowerReading]
    ended: frozenset[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Span:
    """How long an act on a job has been on its way. before: the moment it was told after; ended, underway: jobs that
    ended, or were being told something, in any step since."""

    before: Moment
    ended: frozenset[str]
    underway: frozenset[str]


@dataclass(kw_only=True, eq=False)
class Spans:
    """Of every job that was told something in an earlier step and nobody knows the outcome of."""

    of: dict[str, Span] = field(default_factory=dict)

    def passed(
        self,
        acts: Iterable[AnyAct],
        underway: frozenset[str],
        before: Moment,
        moment: Moment,
        jobs_alone: frozenset[str] = frozenset(),
    ) -> tuple[tuple[Verdict, ...], frozenset[str], list[AnyAct]]:
        """One more step. acts: whose outcome came in it and is that they hold; underway: jobs whose has not yet.
        jobs_alone: sites at which no service is answered.

        Verdicts on acts that were told in an earlier step; jobs that were being told something in this one; and the
        acts that were told in it, on which `Watch` says what meters say."""
        unsettled = underway | self.of.keys()
        spans = {
            name: replace(one, ended=one.ended | moment.ended, underway=one.underway | unsettled)
            for name, one in self.of.items()
        }
        every = list(acts)
        late = {name: [one for one in every if subject_of(one) == name] for name in spans}
        verdicts = [
            one
            for name, told in late.items()
            for one in _said(name, told, spans[name], moment, jobs_alone)
        ]
        begun = Span(before=before, ended=moment.ended, underway=unsettled)
        self.of = {name: spans.get(name, begun) for name in sorted(underway)}
        return tuple(verdicts), unsettled, [act for act in every if subject_of(act) not in spans]


def _said(
    job: str, acts: Sequence[AnyAct], span: Span, after: Moment, jobs_alone: frozenset[str]
) -> tuple[Verdict, ...]:
    queues, power = (span.before.queue, after.queue), (span.before.power, after.power)
    drawn = by_meters_that_read((span.before.drawn, after.drawn), power, jobs_alone)
    expected = expectations(acts, queues, drawn)
    ended = (span.before.ended, span.ended)
    around = beside(expected, queues, drawn, ended, span.underway - {job})
    return verified(expected, around, span.before.power, after.power)
