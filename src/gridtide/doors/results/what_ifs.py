"""What-ifs of one decision of a run, each solved again, as one document."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gridtide.decide import levers
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.plan_again import NOBODY, Solved, Task, solved, task_of
from gridtide.decide.what_if import (
    Bend,
    Change,
    Side,
    Stay,
    WhatIf,
    holds_between,
    left_over,
    stays_of,
    what_if,
)
from gridtide.doors.results.names import place_names
from gridtide.doors.results.posed import Posed
from gridtide.doors.what_if_words import OF_A_JOB, Asked, refused
from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.timeline import instant
from gridtide.trust.explain import hours

Make = Callable[[float], Task]
FEW_H = 1.0 / 3600.0


def what_ifs(
    posed: Posed, job: str | None, asked: Sequence[Asked], told: Callable[[str], None]
) -> dict[str, Any]:
    """The plan of that instant and what each change costs it; told: hears each before it is solved.

    job: the one asked about, None for a service. Raises BadInput with every change that cannot be made.
    """
    situation = posed.as_planned
    row = row_of(posed, job)
    task = task_of(situation, posed.objective, row)
    faults: list[Finding] = []
    changes = []
    for one in asked:
        made = _change(one, task, posed, row)
        if isinstance(made, Finding):
            faults.append(made)
        else:
            changes.append((one, made))
    refuse_if_any(faults)
    told("the plan as it was")
    base = solved(task)
    found = []
    for one, change in changes:
        told(change.what)
        found.append(_answer(one, what_if(base, change), posed))
    return {"plan": _plan(base, posed), "what_ifs": found}


def row_of(posed: Posed, job: str | None) -> int:
    """The row of a job in the situation of the decision; NOBODY where the plan cannot choose for it."""
    if job is None:
        return NOBODY
    situation = posed.as_planned
    rows = np.flatnonzero(situation.jobs.name == job)
    if not len(rows):
        return NOBODY
    held = held_of(situation, posed.objective)
    free = facts_of(situation, posed.objective, held).buckets.of_job[rows[0]] >= 0
    return int(rows[0]) if free else NOBODY


def _change(asked: Asked, task: Task, posed: Posed, row: int) -> Change | Finding:
    """A what-if as a change of the task, or why it cannot be made."""
    if asked.kind in OF_A_JOB and row == NOBODY:
        return refused(
            asked.text,
            f"the plan of {posed.situation.as_of:%Y-%m-%d %H:%M} UTC had no choice about this job: it was"
            " not there, could not stop, or is protected",
            "a job and a time (--at) at which a plan can choose its slots",
        )
    try:
        return _MAKERS[asked.kind](asked, task, posed, row)
    except ValueError as fault:
        return refused(asked.text, f"cannot be: {fault}", "a change that leaves something to plan")


def _price(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    site, share = _site(asked, posed), _amount(asked)
    return _two_sided(
        f"the price at {asked.name}", 100.0 * share, "%", ("higher", "lower"), Bend.DOWN,
        lambda percent: levers.dearer(task, site, percent / 100.0),
    )  # fmt: skip


def _carbon(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    if posed.objective.carbon_price_per_t == 0.0:
        raise ValueError("carbon counts nothing in this case")
    return _two_sided(
        "what carbon counts", 100.0 * _amount(asked), "%", ("higher", "lower"), Bend.DOWN,
        lambda percent: levers.carbon_dearer(task, percent / 100.0),
    )  # fmt: skip


def _demand(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    site = _site(asked, posed)
    return _two_sided(
        f"the demand charge of {asked.name}", 100.0 * _amount(asked), "%", ("higher", "lower"), Bend.DOWN,
        lambda percent: levers.demand_dearer(task, site, percent / 100.0),
    )  # fmt: skip


def _import(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    site = _site(asked, posed)
    if not np.isfinite(task.facts.import_max_kw[site]).all():
        raise ValueError(f"{asked.name} has no import limit")
    return _two_sided(
        f"the import limit of {asked.name}", _amount(asked), "kW", ("higher", "lower"), Bend.UP,
        lambda more_kw: levers.import_wider(task, site, more_kw),
    )  # fmt: skip


def _machines(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    place = place_names(posed.situation).index(asked.name)
    if _amount(asked) != round(_amount(asked)):
        raise ValueError("machines are counted whole")
    return _two_sided(
        asked.name, _amount(asked), "accelerators", ("more", "fewer"), Bend.UP,
        lambda more: levers.more_machines(task, place, round(more)),
    )  # fmt: skip


def _requests(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    service = [one.name for one in posed.situation.services].index(asked.name)
    return _two_sided(
        f"the requests of {asked.name}", 100.0 * _amount(asked), "%", ("more", "less"), Bend.UP,
        lambda percent: levers.more_requests(task, service, percent / 100.0),
    )  # fmt: skip


def _deadline(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    jobs = task.situation.jobs
    deadline_s, gang = int(jobs.deadline_s[row]), int(jobs.accelerators[row])
    if deadline_s == NO_DEADLINE_S:
        raise ValueError("this job has no deadline")
    return _two_sided(
        "its deadline", _amount(asked) / 3600.0, "h", ("later", "earlier"), Bend.UP,
        lambda later_h: levers.due(task, deadline_s + round(later_h * 3600.0), gang),
    )  # fmt: skip


def _work(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    share = -1.0 if asked.amount is None else asked.amount
    if share < -1.0:
        raise ValueError("less than no work")
    work_h = float(task.facts.buckets.work_h[task.bucket])
    make: Make = lambda more_h: levers.more_work(task, more_h / work_h)  # noqa: E731
    if asked.amount is None:
        what = "this job not there"
        return Change(
            what=what, amount=-work_h, unit="accelerator-hours", bend=Bend.UP, task=make(-work_h)
        )
    return _two_sided(
        "its work", share * work_h, "accelerator-hours", ("more", "less"), Bend.UP, make
    )


def _out(asked: Asked, task: Task, posed: Posed, row: int) -> Change:
    return Change(
        what=f"{asked.name} takes no movable work and answers nothing",
        amount=1.0,
        unit="site",
        bend=Bend.NONE,
        task=levers.site_out(task, _site(asked, posed)),
    )


_MAKERS: dict[str, Callable[[Asked, Task, Posed, int], Change]] = {
    "price": _price,
    "carbon": _carbon,
    "demand": _demand,
    "import": _import,
    "machines": _machines,
    "requests": _requests,
    "deadline": _deadline,
    "work": _work,
    "site": _out,
}


def _site(asked: Asked, posed: Posed) -> int:
    return [site.name for site in posed.situation.fleet.sites].index(asked.name)


def _amount(asked: Asked) -> float:
    """How much. Raises ValueError for nothing, which changes nothing."""
    if not asked.amount:
        raise ValueError("a change of nothing")
    return asked.amount


def _two_sided(
    thing: str, amount: float, unit: str, words: tuple[str, str], bend: Bend, make: Make
) -> Change:
    """A change and its opposite; without the opposite where that cannot be."""
    try:
        opposite = make(-amount)
    except ValueError:
        opposite = None
    return Change(
        what=_in_words(thing, amount, unit, words),
        amount=amount,
        unit=unit,
        bend=bend,
        task=make(amount),
        opposite_what=_in_words(thing, -amount, unit, words),
        opposite=opposite,
    )


def _in_words(thing: str, amount: float, unit: str, words: tuple[str, str]) -> str:
    """`the import limit of Nantong 500 kW lower`."""
    size = hours(abs(amount)) if unit == "h" else f"{abs(amount):,.6g} {unit}"
    return f"{thing} {size} {words[0] if amount > 0 else words[1]}"


def _plan(base: Solved, posed: Posed) -> dict[str, Any]:
    later, lost = left_over(base)
    horizon = base.task.situation.horizon
    return {
        "as_of": posed.situation.as_of.isoformat(),
        "until": horizon.end.isoformat(),
        "cost": base.cost,
        "lower_bound": base.lower_bound,
        "method": base.solution.solver,
        "run_planned_by": posed.planned_by,
        "stays": [_stay(stay, posed) for stay in stays_of(base)],
        "later_share": later,
        "lost_share": lost,
    }


def _stay(stay: Stay, posed: Posed) -> dict[str, Any]:
    return {
        "place": place_names(posed.situation)[stay.place],
        "share": stay.share,
        "start": instant(stay.start_s).isoformat(),
        "end": instant(stay.end_s).isoformat(),
    }


def _answer(asked: Asked, found: WhatIf, posed: Posed) -> dict[str, Any]:
    """cost: of the change, negative where it saves, proved to lie between least and most. per_unit: money
    by which the cost rises for one unit more, on either side and by the prices of the plan."""
    more = found.asked if found.amount > 0 else found.opposite
    less = found.opposite if found.amount > 0 else found.asked
    size = abs(found.amount)
    return {
        "what_if": asked.text,
        "amount": found.amount,
        "unit": found.unit,
        **_side(found.asked, posed, found.bend),
        "opposite": None if found.opposite is None else _side(found.opposite, posed, found.bend),
        "per_unit": None
        if found.bend is Bend.NONE
        else {
            "less": _per(less, "cost", -size),
            "price_less": _per(less, "at_the_margin", -size),
            "price_more": _per(more, "at_the_margin", size),
            "more": _per(more, "cost", size),
            "tolerance": max(
                (side.tolerance or 0.0) / size for side in (more, less) if side is not None
            ),
            "bends": str(found.bend.value),
        },
    }


def _per(side: Side | None, name: str, size: float) -> float | None:
    value = None if side is None else getattr(side, name)
    return None if value is None else value / size


def _side(side: Side, posed: Posed, bend: Bend) -> dict[str, Any]:
    return {
        "what": side.what,
        "cost": side.cost,
        "least": side.least,
        "most": side.most,
        "at_the_margin": side.at_the_margin,
        "holds": holds_between(side, bend),
        "stays": [_stay(stay, posed) for stay in side.stays],
        "later_share": side.later,
        "lost_share": side.lost,
        "refused": [str(finding) for finding in side.refused],
    }
