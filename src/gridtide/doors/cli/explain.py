"""`gridtide explain`: why a job runs where and when it does."""

import json
from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.running import DEFAULT_RUNS
from gridtide.finding import BadInput, Finding

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("run")
@click.argument("job")
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder of the results.")
@click.option("--policy", default="coordinated", show_default=True, help="Whose decisions.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def explain(run: str, job: str, runs: Path, policy: str, as_json: bool) -> None:
    """Why JOB of RUN (its number, or last) runs where and when it does, and what it was weighed against.

    JOB may be a service: then where its requests went, plan by plan, and why.
    """
    import polars as pl

    from gridtide.doors.results.reasons import reasons_of

    try:
        found = reasons_of(runs, run, policy, job)
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
    if as_json:
        click.echo(
            json.dumps(
                {"run": run, "policy": policy, "job": job, "decisions": found},
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    for decision in found:
        _say(decision)
    if not found:
        click.echo(f"{job}: nothing was ever moved away from home")


def _say(decision: dict[str, Any]) -> None:
    click.echo(f"{decision['as_of']}  {decision['sentence']}")
    for alternative in decision["alternatives"]:
        click.echo(
            f"    {alternative['what']}: {_money(alternative['cost'])} {decision['currency']}"
        )
    click.echo(f"    rests on signals issued up to {decision['issue']}")


def _money(amount: float) -> str:
    """Cents for what costs more than one, four digits for what costs less."""
    return f"{amount:,.2f}" if abs(amount) >= 1.0 else f"{amount:.4f}"
