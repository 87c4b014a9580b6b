"""`gridtide bound`: the best anyone could do on a case, and what each limit and asset is worth to it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.words import say_compiling
from gridtide.finding import Finding, Infeasible

if TYPE_CHECKING:
    from gridtide.simulate.study import Study
    from gridtide.simulate.truth import Truth
    from gridtide.simulate.worth import Worth, Worths

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("case", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def bound(case: Path, as_json: bool) -> None:
    """What nobody can fall below on CASE, and what an hour, a kilowatt or a machine more would be worth."""
    say_compiling()
    from gridtide.case.load import load_case
    from gridtide.simulate.bound import bound_of
    from gridtide.simulate.truth import truth_of
    from gridtide.simulate.worth import worths_of

    study = load_case(case)
    truth = truth_of(study)
    click.echo("the bound of every course", err=True)
    least = bound_of(study, truth)
    worths = worths_of(study, truth, lambda what: click.echo(f"solving: {what}", err=True))
    if worths.best is None:
        raise Infeasible(_no_course(study, truth))
    found = _document(study, least, worths)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _show(found)


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
    as they are, between two numbers. worths: what each change saves, dearest first."""
    assert worths.best is not None
    rows = [_row(worth) for worth in worths.changes]
    rows.sort(key=lambda row: -(row["worth"] if row["worth"] is not None else -1e300))
    return {
        "case": study.name,
        "currency": study.currency,
        "lower_bound": least,
        "best_course": {
            "lower_bound": worths.best.lower_bound,
            "cost": worths.best.cost,
            "method": worths.best.method,
        },
        "worths": rows,
    }


def _row(worth: "Worth") -> dict[str, Any]:
    """worth: the middle of least and most, 0 where they do not agree on a sign: nothing is proved then."""
    if worth.least is None or worth.most is None:
        return {"what": worth.what, "worth": None, "least": None, "most": None}
    unsure = worth.least <= 0.0 <= worth.most
    middle = 0.0 if unsure else (worth.least + worth.most) / 2.0
    return {"what": worth.what, "worth": middle, "least": worth.least, "most": worth.most}


def _show(found: dict[str, Any]) -> None:
    money = found["currency"]
    if found["lower_bound"] is None:
        click.echo("its contracts leave no bound that holds for every policy")
    else:
        click.echo(f"no policy can cost less than {found['lower_bound']:,.0f} {money}")
    best = found["best_course"]
    click.echo(
        f"the best course with every limit as it is costs {best['lower_bound']:,.0f} to "
        f"{best['cost']:,.0f} {money}, with everything known and jobs in fractions"
    )
    for row in found["worths"]:
        click.echo(f"- {row['what']} {_said(row['worth'], money)}")


def _said(worth: float | None, money: str) -> str:
    if worth is None:
        return "leaves no course that holds"
    if worth == 0.0:
        return "is worth nothing here"
    size = f"{abs(worth):,.0f}" if abs(worth) >= 10 else f"{abs(worth):,.2f}"
    return f"is worth {size} {money}" if worth > 0 else f"would cost {size} {money}"
