"""Work and announced peaks of a case while its room runs: its logs and recordings are read again when they change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gridtide.case.build import contract_of, known_of, timeline_of, too_large
from gridtide.case.heard_peaks import HeardPeak, with_heard_peaks
from gridtide.case.present_course import holding
from gridtide.case.schema import CaseFile, JobsTable
from gridtide.case.work import resolved, work_of
from gridtide.finding import refuse_if_any
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import Jobs
from gridtide.loop.news import Declared
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadWork:
    """Reads the work of a case as its room began with it. study: of the case; decides: the policy, which may know less
    of work; staying: what becomes of jobs that no scheduler sends elsewhere."""

    study: Study
    decides: str
    staying: Callable[[Jobs], Jobs]

    def again(self, case: CaseFile, folder: Path, now: datetime) -> Declared:
        """What logs declare now of the days around an instant. Raises BadInput with every fault of every log."""
        case = holding(case, now)
        timeline = timeline_of(case)
        work = work_of(case, self.study.fleet, timeline, folder)
        refuse_if_any(too_large(self.study.fleet, work.jobs))
        jobs = self.staying(known_of(case, work))
        whole = replace(
            self.study,
            timeline=timeline,
            jobs=jobs,
            true_s=work.true_s,
            teams=work.teams,
            ended=work.ended,
        )
        known = policy_named(self.decides, whole)[2]
        return Declared(jobs=known.jobs, ended=known.ended)


def logs_of(case: CaseFile, folder: Path) -> Iterator[tuple[str, Path]]:
    """Each log that declares work, by its name among sources; several groups may be read from one."""
    seen: set[Path] = set()
    for number, table in enumerate(case.jobs, start=1):
        path = _log(table, folder)
        if path is not None and path not in seen:
            seen.add(path)
            yield f"jobs[{number}] {path.name}", path


def with_peaks(case: CaseFile, fleet: Fleet, peaks: tuple[HeardPeak, ...]) -> Fleet:
    """The fleet with the peaks that its contracts state, as likely as was announced by now."""
    tables = {table.name: table for table in case.site}
    bare = tuple(
        replace(
            site,
            contract=replace(site.contract, peaks=contract_of(tables[site.name].contract).peaks),
        )
        for site in fleet.sites
    )
    return with_heard_peaks(replace(fleet, sites=bare), peaks)


def _log(table: JobsTable, folder: Path) -> Path | None:
    if table.source == "synthetic" or table.path is None:
        return None
    return resolved(table.path, folder)
