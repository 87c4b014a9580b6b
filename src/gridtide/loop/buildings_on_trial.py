"""Learned buildings beside their meters: until a model was right for some days, and once it was not, people are asked.

Source: ASHRAE Guideline 14, by which a model of hours is calibrated where it is within a tenth of what was metered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import digest
from gridtide.loop.mandate import Mandate
from gridtide.loop.modelled import felt_c, modelled_kw_of
from gridtide.loop.shown.past_steps import METERED, PastStep
from gridtide.timeline import Timeline, instant
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.modes import Mode

Real = NDArray[np.float64]
TRIAL = "building-trial"
"""Kind of the document in which a trial stands, by site and hash of the model."""
OFF_MOST = 0.10
"""A day on which what was modelled is off by more, as a share of what was metered, is flagged."""
WEATHER_COMES = timedelta(hours=2)
"""So long after a day its weather is known."""
WHOLE_H = 21.6
"""A day of which so many hours were compared is a whole one."""


@dataclass(kw_only=True, eq=False)
class BuildingTrial:
    """The model of one site, by its number. days: whole days in a row that it must be right; after_flag: the flag that
    its signature names. clean: such days so far; passed: whether there were enough once. flag: what speaks against it,
    empty while nothing does. judged: the newest day that was looked at."""

    site: int
    name: str
    sha256: str
    days: int
    after_flag: str = ""
    clean: int = 0
    passed: bool = False
    flag: str = ""
    judged: date | None = None

    @property
    def decides(self) -> bool:
        """Whether plans that rest on it are told without people."""
        return self.passed and not self.flag

    @property
    def flag_id(self) -> str:
        """What an approver names who signs again."""
        return digest((self.name, self.sha256, self.flag))[:16]

    def judge(self, day: date, metered_kw: Real, modelled_kw: Real, hours: Real) -> None:
        """A day that is over, of so many steps, (T,); NaN where nobody said. One that is not whole does not count."""
        self.judged = day
        there = np.isfinite(metered_kw) & np.isfinite(modelled_kw)
        if self.flag or float(hours[there].sum()) < WHOLE_H:
            return
        metered_kwh = float((metered_kw * hours)[there].sum())
        off_kwh = float((np.abs(metered_kw - modelled_kw) * hours)[there].sum())
        share = off_kwh / metered_kwh if metered_kwh > 0.0 else np.inf
        if share <= OFF_MOST:
            self.clean += 1
            self.passed = self.passed or self.clean >= self.days
        elif self.passed:
            self.flag = f"was off by {share:.0%} of what its meter read on {day.isoformat()}"
        else:
            self.clean = 0

    @property
    def values(self) -> dict[str, object]:
        """What the next process must know, as plain values."""
        return {"clean": self.clean, "passed": self.passed, "flag": self.flag, "site": self.name}

    def take_up(self, values: Mapping[str, Any]) -> None:
        """What the process before kept; a flag that the signature names is over, and the trial begins anew."""
        self.clean, self.passed = int(values["clean"]), bool(values["passed"])
        self.flag = str(values["flag"])
        if self.flag and self.flag_id == self.after_flag:
            self.clean, self.passed, self.flag = 0, False, ""


@dataclass(kw_only=True, eq=False)
class BuildingTrials:
    """Every learned building that real devices are led by. written: what the chain knows of each."""

    trials: tuple[BuildingTrial, ...] = ()
    written: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def believed(self) -> Mode:
        """The highest mode in which plans that rest on these are told without people."""
        return Mode.EMERGENCY if all(one.decides for one in self.trials) else Mode.ADVISE

    def compare(self, past: Sequence[PastStep], mandate: Mandate, now: datetime) -> None:
        """Hold what was metered through the newest local day that is over against the model, once, when its weather is
        known."""
        for one in self.trials:
            clock = ZoneInfo(mandate.fleet.sites[one.site].clock)
            day = (now - WEATHER_COMES).astimezone(clock).date() - timedelta(days=1)
            if day == one.judged:
                continue
            of_day = [
                step for step in past if instant(step.start_s).astimezone(clock).date() == day
            ]
            one.judge(day, *_compared(of_day, one.site, mandate, now))

    def take_up(self, documents: KeepsDocuments) -> None:
        """What the process before kept."""
        for one in self.trials:
            found = documents.newest(TRIAL, _kept_as(one))
            if found is not None:
                one.take_up(found.value)

    def keep(
        self,
        write: Callable[[Mapping[str, object]], None],
        documents: KeepsDocuments | None,
        now: datetime,
    ) -> None:
        """Write down and keep what has changed. Raises what these raise; then it is still to be done."""
        for one in self.trials:
            if self.written.get(one.name) == one.values:
                continue
            if documents is not None:
                documents.keep(TRIAL, _kept_as(one), now, one.values)
            write({"kind": "building on trial", **one.values, "at": now.isoformat()})
            self.written[one.name] = one.values

    def alarms(self) -> list[tuple[str, str, str]]:
        """Buildings that do not decide, as alarms: kind, whose it is, in words."""
        said = []
        for one in self.trials:
            if one.flag:
                words = f"its learned building {one.flag}: people are asked for each decision"
                words += f" until an approver signs again with --after-flag {one.flag_id}"
                said.append(("taken-back", one.name, words))
            elif not one.passed:
                words = f"its learned building was right for {one.clean} of {one.days} whole days"
                said.append(("on-trial", one.name, f"{words}: people are asked for each decision"))
        return said


def _kept_as(one: BuildingTrial) -> str:
    return f"{one.name} {one.sha256}"


def _compared(
    steps: Sequence[PastStep], site: int, mandate: Mandate, now: datetime
) -> tuple[Real, Real, Real]:
    """What the meter of a building read in some steps, what its model says of them, kW, and their hours, (T,)."""
    if not steps:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    edges_s = np.asarray(sorted({edge for one in steps for edge in (one.start_s, one.end_s)}))
    whole = Timeline(edges_s=edges_s)
    at = np.searchsorted(edges_s, [one.start_s for one in steps])
    outdoor_c = felt_c(mandate, whole, now)[:, at]
    it_kw = np.stack([one.metered[METERED.index("it_kw")] for one in steps], axis=-1)
    facility_kw = np.asarray([one.metered[METERED.index("facility_kw")][site] for one in steps])
    return facility_kw, modelled_kw_of(mandate.fleet, it_kw, outdoor_c)[site], whole.hours[at]
