"""Acts that are on their way: they count as held until their devices say what came of them, which may take minutes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

from gridtide.fleet.act import BeginAt, PauseJob, ResumeJob
from gridtide.fleet.site_act import AnyAct, PlaceJob, subject_of
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.acts import JobTold
from gridtide.loop.intents import KeepsIntents

TOLD = (Fate.DONE, Fate.UNCHANGED)
"""Fates of an act that holds."""
HELD = (*TOLD, Fate.UNDERWAY)
"""Fates of an act that is not told again as long as nothing else is known of it."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """An act that was told, by which ticket, and what came of it."""

    act: AnyAct
    ticket: Ticket
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is remembered of the subject of an act at an instant, None where nothing is."""

    job: JobTold | None
    other: AnyAct | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Memory:
    """What a world remembers of what it told: of jobs, and the newest act of every other subject."""

    jobs: dict[str, JobTold]
    others: dict[str, AnyAct]

    def of(self, act: AnyAct) -> Mark:
        """What is remembered of the subject of an act."""
        subject = subject_of(act)
        return Mark(job=self.jobs.get(subject), other=self.others.get(subject))

    def take_back(self, subject: str, before: Mark, after: Mark) -> None:
        """Remember of a subject what was so before an act, as far as nothing newer was told since."""
        job = self.jobs.get(subject)
        if job is not None and after.job is not None:
            was = before.job or JobTold()
            names = [one.name for one in fields(JobTold)]
            stale = [name for name in names if getattr(job, name) == getattr(after.job, name)]
            self.jobs[subject] = replace(job, **{name: getattr(was, name) for name in stale})
        if after.other is not None and self.others.get(subject) is after.other:
            del self.others[subject]
            if before.other is not None:
                self.others[subject] = before.other


@dataclass(kw_only=True, eq=False)
class Underway:
    """What is on its way, by ticket. marks: what was remembered before and after an act. unwritten: outcomes that came
    and are not written down yet."""

    acts: dict[str, Done] = field(default_factory=dict)
    marks: dict[str, tuple[Mark, Mark]] = field(default_factory=dict)
    unwritten: list[Outcome] = field(default_factory=list)

    @property
    def jobs(self) -> frozenset[str]:
        """Jobs that are told something nobody knows the outcome of."""
        return frozenset(_job(one.act) for one in self.acts.values()) - {""}

    @property
    def subjects(self) -> frozenset[str]:
        """What is told something nobody knows the outcome of."""
        return frozenset(subject_of(one.act) for one in self.acts.values())

    def add(self, one: Done, before: Mark, after: Mark) -> None:
        """An act went on its way. before, after: what was remembered until then, and is now."""
        self.acts[one.ticket.id], self.marks[one.ticket.id] = one, (before, after)

    def heard(
        self, outcomes: Sequence[Outcome], intents: KeepsIntents, memory: Memory
    ) -> list[Done]:
        """What came of acts, written down, in the order it came; what did not come about is held no more in memory.
        Raises as `KeepsIntents.came`, after which the same outcomes come the next time."""
        self.unwritten += [one for one in outcomes if one.ticket in self.acts]
        if not self.unwritten:
            return []
        intents.came(self.unwritten)
        settled, self.unwritten = self.unwritten, []
        return [self._settled(outcome, memory) for outcome in settled]

    def _settled(self, outcome: Outcome, memory: Memory) -> Done:
        one = self.acts.pop(outcome.ticket)
        before, after = self.marks.pop(outcome.ticket)
        if outcome.fate not in TOLD:
            memory.take_back(subject_of(one.act), before, after)
        return Done(act=one.act, ticket=one.ticket, outcome=outcome)


def settled(done: Iterable[Done]) -> list[str]:
    """Fates of acts whose outcome is known."""
    return [one.outcome.fate.value for one in done if one.outcome.fate is not Fate.UNDERWAY]


def known(done: Iterable[Done]) -> list[Outcome]:
    """Outcomes that are known."""
    return [one.outcome for one in done if one.outcome.fate is not Fate.UNDERWAY]


def _job(act: AnyAct) -> str:
    return act.job if isinstance(act, BeginAt | PauseJob | ResumeJob | PlaceJob) else ""
