"""The course of a case made to hold the present: whenever a case was written for, its real room begins at any time."""

from datetime import datetime, timedelta

from gridtide.case.schema import CaseFile
from gridtide.timeline import DAY_S

DAY = timedelta(seconds=DAY_S)
BEYOND = timedelta(days=60)
"""How far beyond the present the case says something: what sources know ahead, deadlines of work that comes now."""


def holding(case: CaseFile, now: datetime) -> CaseFile:
    """The case whose period holds an instant and BEYOND after it.

    Its edges lie on the grid that they lay on: whole days are put after its end, and before its start where that is yet
    to come. So what its series said before stands, and forecasters stand in for what they do not say.
    """
    start, end = case.case.start, case.case.end
    before, after = _days(start - now), _days(now + BEYOND - end)
    span = {"start": start - before * DAY, "end": end + after * DAY}
    return case.model_copy(update={"case": case.case.model_copy(update=span)})


def _days(lacking: timedelta) -> int:
    """How many whole days hold what is lacking; 0 where nothing is."""
    return max(-(-lacking // DAY), 0)
