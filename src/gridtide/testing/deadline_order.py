"""Earliest deadline first with backfill: what an admission promises that shares no code with the guard."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.simulate.study import Study
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

Whole = NDArray[np.int64]


@dataclass(kw_only=True)
class DeadlineOrder:
    """A site-wide queue that answers on arrival: promised, when packing what is promised and the newcomer by
    earliest deadline, each job where it fits first and later ones past those that wait, keeps every deadline.

    Jobs run unbroken. It counts on declared lengths; machines are free again when a job truly ends.
    """

    study: Study
    busy: list[tuple[int, int, int, int]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    plan: dict[int, tuple[int, int]] = field(default_factory=dict)
    promised: int = 0

    def run(self) -> int:
        """Promises given over the study."""
        jobs, step_s = self.study.jobs, int(self.study.timeline.step_s or 0)
        first_s = int(self.study.timeline.edges_s[0])
        order = np.argsort(jobs.release_s, kind="stable")
        for slot in range(len(self.study.timeline)):
            now_s = first_s + slot * step_s
            self.busy = [row for row in self.busy if row[3] > slot]
            for job in order[
                (jobs.release_s[order] <= now_s) & (jobs.release_s[order] > now_s - step_s)
            ]:
                packed = self._packed([*self.waiting, int(job)], slot, now_s)
                if packed is not None:
                    self.plan = packed
                    self.waiting.append(int(job))
                    self.promised += 1
            starts = self._packed(self.waiting, slot, now_s)
            self.plan = self.plan if starts is None else starts
            for job, (place, start) in list(self.plan.items()):
                if start == slot:
                    self.waiting.remove(job)
                    del self.plan[job]
                    ends = (
                        slot + self._slots(jobs.declared_s, job),
                        slot + self._slots(self.study.true_s, job),
                    )
                    self.busy.append((place, int(jobs.accelerators[job]), ends[0], min(ends)))
        return self.promised

    def _slots(self, lengths_s: Whole, job: int) -> int:
        return -(-int(lengths_s[job]) // int(self.study.timeline.step_s or 1))

    def _places(self, job: int) -> list[tuple[int, int]]:
        """Places a job may run at, and how many slots its data take to get there, retries included."""
        study, fleet = self.study, self.study.fleet
        home = fleet.site_of_place[study.jobs.home[job]]
        found = []
        for place in np.flatnonzero(study.jobs.allowed[job]).tolist():
            site = fleet.site_of_place[place]
            if site == home:
                found.append((place, 0))
            elif study.jobs.movable[job]:
                tries = 1 + fleet.network.transfer_retries_max
                gb_per_s = fleet.network.transfer_gb_per_s[home, site]
                away_s = float(study.jobs.data_gb[job]) * tries / gb_per_s
                found.append((place, int(-(-away_s // float(study.timeline.step_s or 1)))))
        return found

    def _packed(self, jobs: list[int], slot: int, now_s: int) -> dict[int, tuple[int, int]] | None:
        """Place and first slot of each job, None where one would end late."""
        study, step_s = self.study, int(self.study.timeline.step_s or 0)
        kept = np.asarray([pool.for_services for pool in study.fleet.pools])
        room = np.repeat(
            (study.fleet.accelerators - kept)[:, None], len(study.timeline) - slot, axis=1
        )
        for place, gang, declared_end, _ in self.busy:
            room[place, : max(0, declared_end - slot)] -= gang
        found: dict[int, tuple[int, int]] = {}
        for job in sorted(jobs, key=lambda job: (int(study.jobs.deadline_s[job]), job)):
            need, gang = self._slots(study.jobs.declared_s, job), int(study.jobs.accelerators[job])
            last = (int(study.jobs.deadline_s[job]) - now_s) // step_s - need
            at = min(
                ((start, place) for place, ready in self._places(job) for start in range(ready, last + 1)
                 if (room[place, start : start + need] >= gang).all()),
                default=None,
            )  # fmt: skip
            if at is None:
                return None
            room[at[1], at[0] : at[0] + need] -= gang
            found[job] = (at[1], slot + at[0])
        return found


def promised_by(policy: str, study: Study) -> int:
    """Promises given over a course."""
    return int(course_of(study, policy).promised.sum())


def one_site_day(seed: int, jobs: int) -> Study:
    """A day on 32 accelerators at which every job stays at its own site and may wait."""
    study = small_study(seed, hours=24, jobs=jobs, accelerators=32)
    own = np.arange(len(study.fleet.places)) == study.jobs.home[:, None]
    work = replace(study.jobs, allowed=own, movable=np.ones(len(own), dtype=np.bool_))
    return replace(study, jobs=work)
