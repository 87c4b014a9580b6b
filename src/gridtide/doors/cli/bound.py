"""`gridtide bound`: the best anyone could do on a case, and what each promise, limit and asset costs or is worth."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.bound_words import show
from gridtide.doors.cli.words import say_compiling
from gridtide.finding import Finding, Infeasible

if TYPE_CHECKING:
    from gridtide.simulate.study import Study
    from gridtide.simulate.truth import Truth
    from gridtide.simulate.worth import PromiseCost, Promises, Saving, Worth, Worths

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("case", type=FILE)
@click.option(
    "--top",
    type=click.IntRange(0, 1000),
    default=5,
    show_default=True,
    help="How many of the dearest single promises are solved for.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def bound(case: Path, top: int, as_json: bool) -> None:
    """What nobody can fall below on CASE, what its promises cost, and what an hour, a megawatt or a machine more
    would be worth."""
    say_compiling()
    from gridtide.case.load import load_case
    from gridtide.simulate.bound import bound_of
    from gridtide.simulate.truth import truth_of
    from gridtide.simulate.worth import worths_of

    study = load_case(case)
    truth = truth_of(study)
    click.echo("the bound of every course", err=True)
    least = bound_of(study, truth)
    worths = worths_of(study, truth, lambda what: click.echo(f"solving: {what}", err=True), top)
    if worths.best is None:
        raise Infeasible(_no_course(study, truth))
    found = _document(study, least, worths)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        show(found)


def _no_course(study: "Study", truth: "Truth") -> list[Finding]:
    from gridtide.decide.conflict.wording import findings_of
    from gridtide.simulate.together import conflict_in_study

    conflict = conflict_in_study(study, truth, soft_promises=False)
    if conflict is not None:
        return findings_of(conflict)
    return [
        Finding(
            subject=f"case {study.name}",
            value="no course holds, even for somebody who knows everything",
            limit="import limits, machines and stores that can hold together",
            mend="Run gridtide check --together; raise an import limit, or keep less work at a site.",
        )
    ]


def _document(study: "Study", least: float | None, worths: "Worths") -> dict[str, Any]:
    """lower_bound: no policy can cost less (null where contracts leave it open). best_course: with limits
    as they are, between two numbers. worths: what each change saves, dearest first. promises: the dearest."""
    assert worths.best is not None
    rows = [_row(worth) for worth in worths.changes]
    rows.sort(key=lambda row: -(row["worth"] if row["worth"] is not None else -1e300))
    return {
        "case": study.name,
        "currency": study.currency,
        "hours": float(study.timeline.hours.sum()),
        "lower_bound": least,
        "best_course": {
            "lower_bound": worths.best.lower_bound,
            "cost": worths.best.cost,
            "method": worths.best.method,
            "undone_accelerator_h": worths.best.undone_accelerator_h,
        },
        "worths": rows,
        "promises": _promises(worths.promises),
    }


def _row(worth: "Worth") -> dict[str, Any]:
    """per_unit: money for one unit of what was given or taken away; null for what has no size."""
    saved, size = _saved(worth.saving), abs(worth.step)
    middle = saved["worth"]
    return {
        "what": worth.what,
        **saved,
        "kind": str(worth.kind),
        "subject": worth.subject,
        "step": worth.step,
        "unit": worth.unit,
        "per_unit": None if middle is None or size == 0 else middle / size,
    }


def _saved(saving: "Saving") -> dict[str, float | None]:
    """worth: the middle of least and most, 0 where they do not agree on a sign: nothing is proved then."""
    least, most = saving.least, saving.most
    if least is None or most is None:
        return {"worth": None, "least": None, "most": None}
    unsure = least <= 0.0 <= most
    return {"worth": 0.0 if unsure else (least + most) / 2.0, "least": least, "most": most}


def _promises(promises: "Promises") -> dict[str, Any]:
    """of: how many jobs ask for something. others_at_most: no job that is not listed costs more."""
    return {
        "of": promises.of,
        "others_at_most": promises.others_at_most,
        "dearest": [_promise(cost) for cost in promises.dearest],
    }


def _promise(cost: "PromiseCost") -> dict[str, Any]:
    """without, again, hour: saved by leaving it out, by one more like it, by an hour more until its deadline; null
    where that was not solved for, or there is none."""
    told = cost.differences
    return {
        "job": cost.name,
        "class": cost.work_class,
        "accelerator_h": cost.accelerator_h,
        "price_per_accelerator_h": cost.price_per_accelerator_h,
        "by_price": cost.by_price,
        "at_most": cost.at_most,
        "without": None if told is None else _saved(told.without),
        "again": None if told is None else _saved(told.again),
        "hour": None if told is None or told.hour is None else _saved(told.hour),
    }
