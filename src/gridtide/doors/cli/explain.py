"""`gridtide explain`: why a job runs where and when it does, and a service is answered where it is."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.running import DEFAULT_RUNS
from gridtide.doors.cli.words import instant_of
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from datetime import datetime

FILE = click.Path(path_type=Path)
FIRST, LAST = 2, 3


@click.command()
@click.argument("run")
@click.argument("job")
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder of the results.")
@click.option("--policy", default="coordinated", show_default=True, help="Whose decisions.")
@click.option(
    "--all", "whole", is_flag=True, help="Every decision, not the first and last ones only."
)
@click.option(
    "--what-if",
    "what_if",
    multiple=True,
    help="Solve the plan again with one thing changed: 'price SITE +10%', 'carbon +10%', 'demand SITE +10%',"
    " 'import SITE -500kW', 'machines PLACE +8', 'requests SERVICE +10%', 'deadline +2h', 'work +10%',"
    " 'work out', 'site SITE out'; repeatable.",
)
@click.option(
    "--alternatives",
    "count",
    type=click.IntRange(1, 50),
    help="Rank so many other slots and places by what they cost more, and say what stood in the way.",
)
@click.option(
    "--at", help="Time of the decision that is taken again; the last one about JOB by default."
)
@click.option("--case", type=FILE, help="Where the case of the run stands now, if it was moved.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def explain(
    run: str,
    job: str,
    runs: Path,
    policy: str,
    whole: bool,
    what_if: tuple[str, ...],
    count: int | None,
    at: str | None,
    case: Path | None,
    as_json: bool,
) -> None:
    """Why JOB of RUN (its number, or last) runs where and when it does, and what it was weighed against.

    JOB may be a service: then where its requests went, plan by plan, and why.
    """
    when = instant_of(at, "--at")
    found = _found(run, job, runs, policy)
    again: dict[str, Any] = {}
    if what_if or count:
        from gridtide.doors.cli.explain_again import Question, solved_again
        from gridtide.doors.results.folder import folder_of

        question = Question(
            folder=folder_of(runs, run), policy=policy, name=job, texts=what_if, count=count or 0,
            at=when, case=case,
        )  # fmt: skip
        again = solved_again(question, found)
    if as_json:
        document = {"run": run, "policy": policy, "job": job, **found, **again}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        return
    _say_all(job, policy, found, whole)
    if "ranked" in again:
        from gridtide.doors.cli.explain_again import say_ranked

        say_ranked(again["ranked"], found["clock"], found["currency"])
    if "what_ifs" in again:
        from gridtide.doors.cli.explain_again import say_what_ifs

        say_what_ifs(again, found["clock"], found["currency"])


def _found(run: str, job: str, runs: Path, policy: str) -> dict[str, Any]:
    """What the folder of the run says. Raises BadInput where it cannot be read."""
    import polars as pl

    from gridtide.doors.results.reasons import reasons_of

    try:
        return reasons_of(runs, run, policy, job)
    except (pl.exceptions.PolarsError, OSError, ValueError, KeyError) as error:
        raise BadInput(
            [
                Finding(
                    subject=f"run {run} in {runs}",
                    value=f"cannot be read: {str(error).splitlines()[0][:120] if str(error) else error!r}",
                    limit="the whole folder a run wrote",
                    mend="Run the case again.",
                )
            ]
        ) from error


def _say_all(job: str, policy: str, found: dict[str, Any], whole: bool) -> None:
    """What became of it, then its decisions."""
    if found["about"]["kind"] == "service":
        _say_routes(job, found["about"]["routes"])
    else:
        _say_job(job, found["about"])
    for decision in _telling(found["decisions"], whole):
        _say(decision)
    if not found["decisions"] and found["about"].get("movable", True):
        _say_nothing(policy, found["about"])


def _say_job(name: str, job: dict[str, Any]) -> None:
    """Who it is, what it asked for, what it was told, what became of it."""
    click.echo(
        f"{name}: {job['class']}, {_count(job['accelerators'])}, at home at {job['home']} (times in {job['clock']})"
    )
    due = f"due {_at(job, job['deadline'])}" if job["deadline"] else "without a deadline"
    click.echo(f"  arrived {_at(job, job['release'])}, {due}, declared {job['declared_h']:.1f} h")
    if job["answer"]:
        click.echo(f"  was told: {job['answer']}")
    if not job["movable"]:
        click.echo("  unlabelled or protected: it starts as soon as it can at home and never moves")
    click.echo(f"  {_became(job)}")


def _became(job: dict[str, Any]) -> str:
    """Where and when it ran, and whether that was in time."""
    if not job["runs"]:
        return "never ran in the period"
    parts = [
        f"{_at(job, run['start'])} at {run['place']}{_slowed(run['point'])}"
        for run in job["runs"][:4]
    ]
    more = len(job["runs"]) - 4
    said = "ran from " + ", then from ".join(parts) + (f" and {more} more" if more > 0 else "")
    ended = job["end"]
    if not ended:
        said += "; was not finished when the period ended"
    elif job["deadline"]:
        said += f"; ended {_at(job, ended)}, {_margin(ended, job['deadline'])}"
    else:
        said += f"; ended {_at(job, ended)}"
    if ended and not job["complete"]:
        said += ", stopped at its declared limit"
    return said + _carried(job)


def _slowed(point: str) -> str:
    """The operating point, where it is not full speed."""
    from gridtide.doors.results.names import FULL

    return "" if point in ("", FULL) else f" (operating point {point})"


def _carried(job: dict[str, Any]) -> str:
    if not job["moves"]:
        return ""
    times = "once" if job["moves"] == 1 else f"{job['moves']} times"
    exposed = f", exposure {job['exposure']}" if job["exposure"] else ""
    return f"; moved {times} with {job['data_gb']:,.0f} GB{exposed}"


def _margin(ended: str, deadline: str) -> str:
    from gridtide.trust.explain import hours

    spare_h = (_moment(deadline) - _moment(ended)).total_seconds() / 3600.0
    return f"{hours(spare_h)} before its deadline" if spare_h >= 0 else f"{hours(-spare_h)} late"


def _say_routes(name: str, routes: list[dict[str, Any]]) -> None:
    """Where requests went over the whole course."""
    click.echo(f"{name}: over the whole course")
    for route in routes:
        if route["place"] == route["home"]:
            share = "all" if route["share"] > 0.9995 else f"{route['share']:.1%}"
            click.echo(f"  {route['origin']}: {share} at home, {route['home']}: {route['why']}")
            continue
        click.echo(
            f"  {route['origin']}: {route['share']:.0%} of its requests went to {route['place']} instead of"
            f" {route['home']}, in {route['hours']:.0f} of {route['hours_all']:.0f} h: {route['why']};"
            f" 95 % of answers came within {_ms(route['p95_s'])} there and {_ms(route['p95_home_s'])} at home,"
            f" {_ms(route['late_max_s'])} are allowed"
        )


def _telling(decisions: list[dict[str, Any]], whole: bool) -> list[dict[str, Any]]:
    """The first and the last ones; between them a line that says how many there are."""
    between = len(decisions) - FIRST - LAST
    if whole or between <= 1:
        return decisions
    said = {"between": f"{between} more decisions, shown with --all"}
    return [*decisions[:FIRST], said, *decisions[-LAST:]]


def _say(decision: dict[str, Any]) -> None:
    from gridtide.trust.explain import money

    if "between" in decision:
        click.echo(f"\n… {decision['between']}")
        return
    click.echo(f"\ndecided {_at(decision, decision['as_of'])}\n  {decision['sentence']}")
    if decision.get("cost") is not None:
        click.echo(f"    as chosen: {money(decision['cost'])} {decision['currency']}")
    for alternative in decision["alternatives"]:
        click.echo(
            f"    {alternative['what']}: {money(alternative['cost'])} {decision['currency']}"
        )
    if decision.get("issue"):
        click.echo(f"    newest signal of any kind: {_at(decision, decision['issue'])}")


def _say_nothing(policy: str, about: dict[str, Any]) -> None:
    """There is no decision to tell, and why."""
    if about["kind"] == "service":
        click.echo("  no plan sent any of its requests away from home")
        return
    click.echo(f"  {policy} weighed nothing for it: no decision chose among slots or places")


def _at(about: dict[str, Any], moment: str) -> str:
    from gridtide.trust.explain import local

    return local(_moment(moment), about["clock"])


def _moment(text: str) -> "datetime":
    from datetime import datetime

    return datetime.fromisoformat(text)


def _count(accelerators: int) -> str:
    return "1 accelerator" if accelerators == 1 else f"{accelerators:,} accelerators"


def _ms(seconds: float | None) -> str:
    return "n/a" if seconds is None else f"{1000 * seconds:,.0f} ms"
