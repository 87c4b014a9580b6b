"""What work is behind by, kept for the next process: with every step, and what may have come since is added to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from gridtide.loop.set_points.regulation import Regulation
from gridtide.loop.set_points.work_part import WorkPart
from gridtide.trust.documents import KeepsDocuments

SLOWED = "slowed"
"""Kind of the document, of each line by its name."""


def keep_slowed(regulation: Regulation, documents: KeepsDocuments | None, now: datetime) -> None:
    """Have what work of a line is behind by outlive this process. Raises as the store."""
    work = regulation.plant.work
    if work is None or documents is None:
        return
    slowed = work.slowed
    runs = {name: 0.0 for place in slowed.spare.values() for name in place}
    value = {"behind_s": runs | slowed.plain(), "led": work.led}
    documents.keep(SLOWED, regulation.line, now, value)


def take_up_slowed(
    work: WorkPart, line: str, documents: KeepsDocuments | None, now: datetime, step_s: float
) -> None:
    """Know what the process before kept. What it did not keep any more is taken for the worst: its work may have been
    at its slowest point for a step, and until its leases had ended."""
    kept = None if documents is None else documents.newest(SLOWED, line)
    if kept is None:
        return
    slowest = min(
        float(pool.points[number].speed)
        for pool in (work.fleet.pools[one.place] for one in work.places)
        for number in range(len(pool.points))
    )
    more_s = (1.0 - slowest) * (step_s + work.hold_s) if kept.value["led"] else 0.0
    work.slowed.take_up(cast(Mapping[str, float], kept.value["behind_s"]), now, more_s)
