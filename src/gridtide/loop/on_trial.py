"""A planner of somebody else decides with the house beside it; what speaks against it takes it back to shadow.

The house is asked the same question each time. A planner that would cost clearly more than the house, that the guard
refuses or that has no answer decides nothing from that instant on, until an approver signs again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.digest import digest
from gridtide.loop.mandate import Policy
from gridtide.loop.planning_beside import Made, PlansBeside
from gridtide.loop.turn import Turn
from gridtide.timeline import epoch_s
from gridtide.trust.beside_house import WORSE_SHARE, Beside, usual_day_cost
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.plugin import Plugin, Trial

FLAG = "planner-flag"
"""Kind of the document in which a flag stands, by the plugin's name and the hash of its file."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """What speaks against a planner. trial: how far it was believed then; said: what it did, in words."""

    plugin: str
    sha256: str
    trial: Trial
    said: str
    at: datetime

    @property
    def id(self) -> str:
        """What an approver names who signs again."""
        return digest(self)[:16]

    @property
    def values(self) -> dict[str, object]:
        """As plain values, for the chain and to be kept."""
        return {
            "kind": "planner taken back",
            "plugin": self.plugin,
            "sha256": self.sha256,
            "trial": self.trial.value,
            "said": self.said,
            "at": self.at.isoformat(),
            "flag": self.id,
        }


@dataclass(kw_only=True, eq=False)
class OnTrial:
    """A planner as its case lists it, and the house that decides in its place once it is flagged.

    flag: what speaks against it, None while nothing does. plan: the house's newest; the planner itself plans nothing.
    compared: turns at which both answered the same question, the last of them at `compared_at`; worst_share: the most
    that one answer would have cost beyond the house, as a share of a usual day. begun: what work of the day that it
    begins, or leaves when the house would begin it, costs beyond the house, as such a share, each job once.
    """

    planner: Policy
    house: Policy
    listed: Plugin
    flag: Flag | None = None
    plan: Plan | None = None
    compared: int = 0
    compared_at: datetime | None = None
    worst_share: float = 0.0
    begun: dict[str, float] = field(default_factory=dict)
    _new: bool = field(default=False, repr=False)

    @property
    def name(self) -> str:
        """Of whoever decides."""
        return self.planner.name if self.flag is None else self.house.name

    @property
    def ready(self) -> bool:
        """Whether a plan that is made beside the loop is finished and no turn has used it yet."""
        decides = self.planner if self.flag is None else self.house
        return isinstance(decides, PlansBeside) and decides.ready

    @property
    def fallen(self) -> str:
        """Why the last plan that was waited for never came, empty once one does."""
        both = [one.fallen for one in (self.planner, self.house) if isinstance(one, PlansBeside)]
        return "; ".join(said for said in both if said)

    def made_by(self, way: Callable[[Policy], Policy]) -> "OnTrial":
        """The same with both asked in another way, such as beside the loop."""
        return replace(self, planner=way(self.planner), house=way(self.house))

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> Made:
        """What the planner says, and no plan; once it is flagged what the house says, at this very turn."""
        self.plan, ours = self.house.decide(self.plan or plan, situation, held, due)
        if self.flag is not None:
            return self.plan, ours
        before = _answered_s(self.planner, situation)
        try:
            _, theirs = self.planner.decide(None, situation, held, due)
        except Exception as fault:
            self._against(f"it had no answer: {fault}", situation.as_of)
            return self.plan, ours
        now = _answered_s(self.planner, situation)
        fresh = now != before or not isinstance(self.planner, PlansBeside)
        if fresh and now == _answered_s(self.house, situation) and self.plan is not None:
            self._compare(theirs, ours, situation, held, now)
        return (None, theirs) if self.flag is None else (self.plan, ours)

    def judged(self, turn: Turn) -> None:
        """Hear what the guard said of a turn; one that was refused flags whoever proposed it."""
        refused = turn.decision.refused
        if self.flag is None and refused and turn.decision.policy == self.name:
            self._against(f"the guard refused its decision: {refused[0]}", turn.situation.as_of)

    def _compare(
        self, theirs: Dispatch, ours: Dispatch, situation: Situation, held: Reservations, asked: int
    ) -> None:
        assert self.plan is not None
        both = Beside(theirs=theirs, house=ours, plan=self.plan, situation=situation, held=held)
        known = np.asarray(situation.jobs.release_s <= asked, dtype=np.bool_)
        usual = usual_day_cost(self.plan)
        share = (both.work_cost(known) + both.stores_cost()) / usual
        together = self._begun_share(both, known, usual)
        self.compared, self.worst_share = self.compared + 1, max(self.worst_share, share)
        if share > WORSE_SHARE:
            said = f"what it decided would cost {share:.0%} of a usual day more than the house"
            self._against(said, situation.as_of)
        elif together > WORSE_SHARE:
            said = f"what it began today costs {together:.0%} of a usual day more than the house"
            self._against(said, situation.as_of)

    def _begun_share(self, both: Beside, known: NDArray[np.bool_], usual: float) -> float:
        """What the work of today that is begun, or left, costs beyond the house, as a share of a usual day."""
        as_of, names = both.situation.as_of, both.situation.jobs.name
        clock = ZoneInfo(both.situation.fleet.sites[0].clock)
        before, self.compared_at = self.compared_at, as_of
        if before is not None and before.astimezone(clock).date() != as_of.astimezone(clock).date():
            self.begun = {str(name): 0.0 for name in names if name in self.begun}
        span = timedelta(0) if before is None else as_of - before
        fresh = np.asarray([name not in self.begun for name in names.tolist()], dtype=np.bool_)
        rows = np.flatnonzero(both.begins_within(span) & known & fresh)
        cost = both.work_cost(np.isin(np.arange(len(names)), rows))
        for row in rows.tolist():
            self.begun[str(names[row])] = cost / usual / len(rows)
        return sum(self.begun.values())

    def _against(self, said: str, at: datetime) -> None:
        listed = self.listed
        self.flag = Flag(
            plugin=listed.name, sha256=listed.sha256, trial=listed.trial, said=said, at=at
        )
        self._new = True

    # what stands from one process to the next

    def take_up(self, documents: KeepsDocuments) -> None:
        """The flag that a room before this one kept, unless the signature of now names it."""
        found = documents.newest(FLAG, self._kept_as)
        if found is not None and found.value["flag"] != self.listed.after_flag:
            self.flag = _flag_of(found.value)

    def keep(
        self, write: Callable[[Mapping[str, object]], None], documents: KeepsDocuments | None
    ) -> None:
        """Write a new flag down, and keep it. Raises what these raise; then it is still to be done."""
        if self.flag is None or not self._new:
            return
        if documents is not None:
            documents.keep(FLAG, self._kept_as, self.flag.at, self.flag.values)
        write(self.flag.values)
        self._new = False

    def alarms(self) -> list[tuple[str, str, str]]:
        """What stands, as alarms: kind, whose it is, in words."""
        if self.flag is None:
            return []
        said = (
            f"taken back to shadow on {self.flag.at:%Y-%m-%d %H:%M} UTC, {self.house.name} decides: {self.flag.said};"
            f" an approver signs again with --after-flag {self.flag.id}"
        )
        return [("taken-back", self.planner.name, said)]

    @property
    def _kept_as(self) -> str:
        return f"{self.listed.name} {self.listed.sha256}"


def _answered_s(policy: Policy, situation: Situation) -> int:
    """Of which instant the question was that a policy answered last; of now where it answers at once."""
    if not isinstance(policy, PlansBeside):
        return epoch_s(situation.as_of)
    return -1 if policy.answered is None else epoch_s(policy.answered)


def _flag_of(values: Mapping[str, object]) -> Flag:
    return Flag(
        plugin=str(values["plugin"]),
        sha256=str(values["sha256"]),
        trial=Trial(str(values["trial"])),
        said=str(values["said"]),
        at=datetime.fromisoformat(str(values["at"])),
    )
