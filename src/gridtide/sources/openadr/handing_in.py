"""Reports handed in when events ask for them: each once, late ones too, none of an event that is gone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from gridtide.finding import BadInput, Finding, Stale
from gridtide.sources.openadr.ven import Ven
from gridtide.timeline import DAY_S, epoch_s
from gridtide.wire.openadr.outstanding import Asked, asked_for
from gridtide.wire.openadr.reporting import Figures, States, are_known, figures_for, report_of
from gridtide.wire.openadr.reports import Report

BACK_S = DAY_S
"""What was due longer ago is not made up for."""
FIRST_WAIT_S, LONGEST_WAIT_S = 15, 900


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round handed in, and what stood in the way, each thing said once while it lasts."""

    reports: tuple[Report, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(kw_only=True)
class Reporter:
    """Hands in what the events that a VEN follows ask for.

    figures: asked for anew whenever something is due. wait_s: how long after that is waited for figures that are not
    known yet; then they are told as missing. Nothing is queued: what is due follows from events and figures, and what
    is there already from the VTN, which is asked before an event's first report and after every answer that was lost.
    """

    ven: Ven
    figures: Callable[[], Sequence[Figures | States]]
    wait_s: int = 300
    _there: dict[str, set[str]] = field(default_factory=dict, init=False)
    _said: set[Finding] = field(default_factory=set, init=False)
    _failures: int = field(default=0, init=False)
    _not_before_s: int = field(default=0, init=False)

    def hand_in(self) -> Round:
        """Hand in what is due now. A VTN that does not answer is left alone for a while that doubles."""
        now_s = self._now_s()
        self._forget(now_s)
        asked = self._asked(now_s, now_s)
        if not asked or now_s < self._not_before_s:
            return Round()
        reports: list[Report] = []
        findings: list[Finding] = []
        try:
            figures = self.figures()
            for one in asked:
                reports += self._handed_in(one, figures, now_s, findings)
            self._failures = 0
        except Stale as error:
            self._later(now_s)
            findings += error.findings
        except BadInput as error:
            findings += error.findings
        fresh = tuple(one for one in dict.fromkeys(findings) if one not in self._said)
        self._said = set(findings)
        return Round(reports=tuple(reports), findings=fresh)

    def next_s(self, until_s: int) -> int:
        """When the next report is due, at most a later second; of what waits, as soon as it may be tried again."""
        now_s = self._now_s()
        asked = self._asked(now_s, until_s)
        first_s = min((one.due_s for one in asked if one.due_s > now_s), default=until_s)
        if self._failures and self._not_before_s > now_s:
            first_s = min(first_s, self._not_before_s)
        return min(first_s, until_s)

    def _forget(self, now_s: int) -> None:
        """Names of reports that are never asked for again: of events that are gone, and of long ago."""
        wanted: dict[str, set[str]] = {heard.event.id: set() for heard in self.ven.known.events}
        for one in asked_for(self.ven.known, now_s - BACK_S, now_s):
            wanted[one.heard.event.id].add(one.name)
        self._there = {id: names & wanted[id] for id, names in self._there.items() if id in wanted}

    def _asked(self, now_s: int, until_s: int) -> list[Asked]:
        return [
            one
            for one in asked_for(self.ven.known, now_s - BACK_S, until_s)
            if one.name not in self._there.get(one.heard.event.id, ())
        ]

    def _handed_in(
        self,
        asked: Asked,
        figures: Sequence[Figures | States],
        now_s: int,
        findings: list[Finding],
    ) -> Iterator[Report]:
        """The report as the VTN has it now; none while it must wait, or where it is there or cannot be made."""
        id = asked.heard.event.id
        if id not in self._there:
            self._there[id] = set(self.ven.reported(id))
        if asked.name in self._there[id]:
            return
        try:
            chosen = self._chosen(asked, figures)
        except ValueError as error:
            findings.append(_not_reported(asked, str(error)))
            self._there[id].add(asked.name)
            return
        if not are_known(chosen, asked.due) and now_s < asked.due_s + self.wait_s:
            return
        if not chosen:
            findings.append(_not_reported(asked, "no resource has figures of it"))
            return
        request = report_of(id, self.ven.name, asked.descriptor, asked.due, chosen, asked.name)
        try:
            report = self.ven.report(request, once=True)
        except Stale:
            del self._there[id]
            raise
        except BadInput as error:
            findings += error.findings
        else:
            yield report
        self._there[id].add(asked.name)

    def _chosen(
        self, asked: Asked, figures: Sequence[Figures | States]
    ) -> tuple[Figures | States, ...]:
        """Figures of the resources that are meant: all, or those that carry a target of the descriptor."""
        chosen = figures_for(asked.descriptor, figures)
        targets = asked.descriptor.targets
        if not targets or set(targets) & set(self.ven.targets):
            return chosen
        meant = self.ven.resources_with(targets)
        return tuple(one for one in chosen if one.resource in meant)

    def _later(self, now_s: int) -> None:
        self._not_before_s = now_s + min(FIRST_WAIT_S * 2**self._failures, LONGEST_WAIT_S)
        self._failures = min(self._failures + 1, 16)

    def _now_s(self) -> int:
        return epoch_s(self.ven.connection.clock.now().replace(microsecond=0))


def _not_reported(asked: Asked, why: str) -> Finding:
    return Finding(
        subject=f"report on {asked.heard.name}: {asked.descriptor.payload_type}",
        value=why,
        limit="what the site reports",
        mend="Add it to the figures, or tell the operator that it is not reported.",
    )
