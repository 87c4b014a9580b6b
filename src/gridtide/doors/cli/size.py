"""`gridtide size CAMPUS.toml`: what to build beside a load, at least cost or least carbon."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.finding import BadInput, Finding

if TYPE_CHECKING:
    from gridtide.case.campus_file import CampusCase


SAID_KWH = 500.0
"""Energy of a year below which nothing is said of it."""


@click.command()
@click.argument("campus", type=click.Path(path_type=Path))
@click.option("--least", type=click.Choice(["cost", "carbon"]), default="cost", show_default=True,
              help="What is made least.")  # fmt: skip
@click.option("--target", "targets", multiple=True, metavar="NAME=VALUE",
              help="A target beside those of the file, or instead of one.")  # fmt: skip
@click.option("--pareto", "points", type=click.IntRange(2, 50), metavar="N",
              help="Also N supplies between least cost and least carbon.")  # fmt: skip
@click.option("--alone", is_flag=True, help="Leave out the same campus with a load that does not move.")  # fmt: skip
@click.option("--whole-year", is_flag=True,
              help="With typical days: also every hour, and how far they are off.")  # fmt: skip
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def size(
    campus: Path, least: str, targets: tuple[str, ...], points: int | None, alone: bool,
    whole_year: bool, page: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Choose what to build beside the load of CAMPUS, a TOML file, over every hour of its years. Leaves with 3 where
    its targets cannot be reached."""
    from gridtide.case.campus_file import campus_case
    from gridtide.doors.cli.words import say_compiling
    from gridtide.doors.results.size_document import Question, size_document
    from gridtide.invest.size import Goal

    say_compiling()
    case = _with_targets(campus_case(campus), targets)
    asked = Question(
        goal=Goal(least),
        points=points or 0,
        compared=not alone,
        whole_year=whole_year,
        pictured=page is not None,
    )
    found = size_document(case, asked)
    tell(found, "size.js", page, as_json, show)
    return 0


def _with_targets(case: "CampusCase", said: tuple[str, ...]) -> "CampusCase":
    """The case at targets of the command line."""
    from gridtide.case.campus_file import targets_with

    pairs: dict[str, float] = {}
    faults = []
    for one in said:
        name, _, value = one.partition("=")
        try:
            pairs[name.strip()] = float(value)
        except ValueError:
            faults.append(
                Finding(
                    subject=f"--target {one}",
                    value="is no number",
                    limit="NAME=VALUE, as hourly_clean_share=0.9",
                    mend="Write it so.",
                )
            )
    if faults:
        raise BadInput(faults)
    return replace(case, targets=targets_with(case, pairs)) if pairs else case


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    best, money = found["supply"], found["currency"]
    days = found["typical_days"]
    over = f"{found['hours']:,} hours" + (f" by {days} typical days" if days else "")
    click.echo(f"{found['of']}, least {found['goal']} over {over}, {money} of {found['cost_year']}")
    click.echo(
        f"{best['cost_per_year']:,.0f} a year ({best['cost_per_mwh']:.2f} a MWh), capex {best['capex']:,.0f};"
        f" {best['carbon_kg_per_year'] / 1000:,.0f} t CO2 a year ({best['carbon_g_per_kwh']:.0f} g/kWh)"
    )
    click.echo(
        f"carbon-free hour by hour {best['clean_hourly_share']:.1%}, over the year {best['clean_yearly_share']:.1%};"
        f" {best['import_kwh_per_year'] / 1000:,.0f} MWh drawn, at most {best['import_peak_kw']:,.0f} kW;"
        f" {best['export_kwh_per_year'] / 1000:,.0f} MWh fed in"
    )
    for one in best["built"]:
        click.echo("  " + _built(one))
    for one in best["agreements"]:
        click.echo(f"  agreement {one['name']}: {one['kw']:,.0f} kW")
    _show_more(found)


def _built(one: dict[str, Any]) -> str:
    parts = [f"{one['kw']:,.0f} kW"] if one["kw"] or not one["kwh"] else []
    parts += [f"{one['kw_out']:,.0f} kW out"] if one["kw_out"] else []
    parts += [f"{one['kwh']:,.0f} kWh"] if one["kwh"] else []
    yearly = one["made_kwh_per_year"]
    made = f"; {yearly / 1000:,.0f} MWh a year" if yearly >= SAID_KWH else ""
    left = one["curtailed_kwh_per_year"]
    unused = f", {left / 1000:,.0f} curtailed" if left >= SAID_KWH else ""
    return f"{one['name']}: {', '.join(parts)}{made}{unused}"


def _show_more(found: dict[str, Any]) -> None:
    spared = found["spared"]
    if spared is not None:
        click.echo(
            f"work that waits ({spared['waiting_share']:.0%} of the load) and slower answers spare"
            f" {spared['cost_per_year']:,.0f} a year, {spared['stored_kwh']:,.0f} kWh of storage,"
            f" {spared['carbon_kg_per_year'] / 1000:,.0f} t CO2"
        )
    for ratio in found["green"]:
        if ratio["value"] is not None:
            fate = "passes" if ratio["passes"] else "fails"
            click.echo(
                f"{ratio['name']}: {ratio['value']:.3f} of {ratio['over']}, {ratio['limit']}: {fate}"
            )
    for one in found["islanded"]:
        shares = one["served_share"]
        told = ", ".join(f"{hours} h {shares[hours - 1]:.1%}" for hours in (1, 4, 24))
        click.echo(f"grid lost, {one['case']}: critical load served for {told} of all hours")
    if found["whole_year"] is not None:
        click.echo(
            f"over every hour {found['whole_year']['cost_per_year']:,.0f} a year: typical days are off by"
            f" {found['whole_year']['cost_error']:+.2%}"
        )
    for point in found["pareto"]:
        click.echo(
            f"front: {point['cost_per_year']:,.0f} a year, {point['carbon_kg_per_year'] / 1000:,.0f} t CO2"
        )
