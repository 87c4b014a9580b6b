"""Which jobs may miss their deadline: how near it is, what they draw, and how likely a miss is by run times."""

from collections.abc import Callable

import numpy as np

from gridtide.decide.situation import Situation
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.run_time import Ended, longer_share
from gridtide.timeline import instant

AT_RISK_MOST = 8
LEAST_SLACK_S = 900
"""A job with less than this between the end of its slots and its deadline is shown."""


def rows_at_risk(situation: Situation) -> list[int]:
    """Rows of jobs that are not promised, or with less than LEAST_SLACK_S between slots and deadline, least slack
    first."""
    jobs, state = situation.jobs, situation.state
    found = []
    for row in np.flatnonzero(jobs.deadline_s < NO_DEADLINE_S).tolist():
        slack_s = _slack_s(situation, row)
        if not state.promised[row] or slack_s is None or slack_s < LEAST_SLACK_S:
            found.append((-1 if slack_s is None else slack_s, str(jobs.name[row]), row))
    return [row for _, _, row in sorted(found)]


def risk_values(
    situation: Situation, rows: list[int], ended: Callable[[], Ended]
) -> list[dict[str, object]]:
    """These jobs, plain: where they stand, when they start next, IT power while they run [kW], the chance of a miss.

    miss_chance: share of ended jobs of the class that would have run on past the deadline in the slots this one has; 0
    where they are promised and hold its whole declared limit, None where nobody keeps them, or too few have ended.
    ended: asked only where a job hangs on it.
    """
    return [_values(situation, row, ended) for row in rows]


def _values(situation: Situation, row: int, ended: Callable[[], Ended]) -> dict[str, object]:
    jobs, state, fleet = situation.jobs, situation.state, situation.fleet
    place = _place(situation, row)
    slots = _slots_s(situation, row)
    extra_kw = float(fleet.menu.extra_kw[_entry(situation, row)])
    return {
        "job": str(jobs.name[row]),
        "site": None if place < 0 else fleet.sites[int(fleet.site_of_place[place])].name,
        "deadline": instant(int(jobs.deadline_s[row])).isoformat(),
        "slack_s": _slack_s(situation, row),
        "miss_chance": _miss_chance(situation, row, ended),
        "power_kw": round(float(jobs.accelerators[row]) * extra_kw, 1),
        "next_start": instant(slots[0]).isoformat() if slots else None,
        "promised": bool(state.promised[row]),
    }


def _place(situation: Situation, row: int) -> int:
    """Where it was told to run, else where its data is; -1 for nowhere."""
    state = situation.state
    return int(state.told_place[row] if state.told_place[row] >= 0 else state.place[row])


def _entry(situation: Situation, row: int) -> int:
    place = max(_place(situation, row), 0)
    return int(situation.fleet.menu.entry(np.asarray(place), situation.state.told_point[row]))


def _slots_s(situation: Situation, row: int) -> list[int]:
    state = situation.state
    told: list[int] = state.told_starts_s[
        state.told_offsets[row] : state.told_offsets[row + 1]
    ].tolist()
    return told


def _step_s(situation: Situation) -> int:
    edges_s = situation.horizon.edges_s
    return int(edges_s[1] - edges_s[0])


def _slack_s(situation: Situation, row: int) -> int | None:
    """From the end of its last slot to its deadline, s; None without slots."""
    slots = _slots_s(situation, row)
    end_s = slots[-1] + _step_s(situation) if slots else None
    return None if end_s is None else int(situation.jobs.deadline_s[row]) - end_s


def _miss_chance(situation: Situation, row: int, ended: Callable[[], Ended]) -> float | None:
    slots, jobs, state = _slots_s(situation, row), situation.jobs, situation.state
    if not slots:
        return None
    step_s, deadline_s = _step_s(situation), int(jobs.deadline_s[row])
    in_time_s = sum(min(max(deadline_s - start, 0), step_s) for start in slots)
    pace = float(situation.fleet.menu.pace[_entry(situation, row)])
    declared_s, left_s = int(jobs.declared_s[row]), int(state.remaining_s[row])
    fits_s = int(in_time_s * pace)
    if fits_s >= left_s:
        return 0.0 if state.promised[row] else None
    done_s = declared_s - left_s
    span_s = (done_s, done_s + fits_s)
    found = longer_share(span_s, declared_s, int(jobs.work_class[row]), ended())
    return None if found is None else round(found, 3)
