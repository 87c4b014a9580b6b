"""`gridtide pathway [SCENARIOS.toml]`: how much of the world's electricity computing draws until 2060."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.finding import BadInput, Finding

SHOWN_YEARS = (2024, 2025, 2030, 2035, 2040, 2050, 2060)


@click.command()
@click.argument("scenarios", type=click.Path(path_type=Path), required=False)
@click.option("--region", "shown", multiple=True, metavar="NAME",
              help="Tell this region, as often as there are; all and the world without.")  # fmt: skip
@click.option("--edition", metavar="NAME", help="Anchors the calibration goes through; the newest.")
@click.option("--draws", type=click.IntRange(20, 100_000), default=2000, show_default=True,
              help="Courses of the fan.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def pathway(
    scenarios: Path | None,
    shown: tuple[str, ...],
    edition: str | None,
    draws: int,
    seed: int,
    page: Path | None,
    as_json: bool,
) -> int:
    """Reckon the bundled scenarios, and those of a file beside them, through the published anchors."""
    from gridtide.case.pathway import outlook
    from gridtide.doors.results.pathway_document import WORLD, pathway_document

    read = outlook(scenarios)
    newest = max(read.editions)
    regions = (*read.editions[newest].regions, WORLD)
    faults = [_unknown("--region", one, regions) for one in shown if one not in regions]
    if edition is not None and edition not in read.editions:
        faults.append(_unknown("--edition", edition, tuple(read.editions)))
    if faults:
        raise BadInput(faults)
    found = pathway_document(
        read,
        edition or newest,
        "the bundled scenarios" if scenarios is None else str(scenarios),
        tuple(dict.fromkeys(shown)) or regions,
        draws,
        seed,
    )
    tell(found, "pathway.js", page, as_json, show)
    return 0


def _unknown(option: str, value: str, known: tuple[str, ...]) -> Finding:
    return Finding(
        subject=option,
        value=f"{value!r} is not known",
        limit=f"one of {', '.join(known)}",
        mend="Name one of them.",
    )


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    click.echo(f"{found['of']}, anchors of {found['edition']}; TWh a year of data centres")
    for region in found["regions"]:
        _courses(found, region)
    _anchors(found["calibration"])
    _statements(found["claims"])
    _limits(found["limits"], found["fan"]["first_held"])
    _coordination(found)


def _courses(found: dict[str, Any], region: str) -> None:
    click.echo(
        f"\n{region}" + "".join(f"{year:>8}" for year in SHOWN_YEARS).rjust(84 - len(region))
    )
    for name in dict.fromkeys(one["name"] for one in found["scenarios"]):
        by_year = {
            one["year"]: one["electricity_twh"]
            for one in found["scenarios"]
            if (one["name"], one["region"]) == (name, region)
        }
        click.echo(f"  {name:<26}" + "".join(f"{by_year[year]:>8,.0f}" for year in SHOWN_YEARS))
    rows = {one["year"]: one for one in found["fan"]["regions"] if one["region"] == region}
    for level in ("p05", "p50", "p95"):
        values = "".join(f"{rows[year][level + '_twh']:>8,.0f}" for year in SHOWN_YEARS)
        click.echo(f"  {'fan, ' + level:<26}{values}")


def _anchors(calibration: list[dict[str, Any]]) -> None:
    click.echo("\nanchors: how far each course is off")
    for one in calibration:
        span = f"{one['low_twh']:,.0f}"
        if one["high_twh"] != one["low_twh"]:
            span += f" to {one['high_twh']:,.0f}"
        kept = "fitted" if one["fitted"] else "not fitted"
        click.echo(
            f"  {one['anchor']:<40} {span:>11} found {one['found_twh']:>7,.1f}"
            f" {one['residual']:>+7.1%}  {kept}, {one['mark']}"
        )


def _statements(claims: list[dict[str, Any]]) -> None:
    click.echo("\nstatements in public, and what they require")
    for one in claims:
        click.echo(
            f"  {one['name']}: {_span(one['required_twh'], '{:,.0f}')} TWh,"
            f" {_span(one['growth_per_year'], '{:+.1%}')} a year, {_span(one['gw_per_year'], '{:,.0f}')} GW a year,"
            f" {_span([value / 1e6 for value in one['accelerators_per_year']], '{:,.0f}')} million accelerators in"
            f" {one['year']}; {_span(one['percentile'], '{:.1%}')} of the fan stays below"
        )


def _span(pair: list[float], form: str) -> str:
    low, high = (form.format(value) for value in pair)
    return low if low == high else f"{low} to {high}"


def _limits(limits: list[dict[str, Any]], fan: list[dict[str, Any]]) -> None:
    held = [one for one in limits if one["grid_from"] or one["chips_from"]]
    click.echo("\nwhat holds demand back first" + ("" if held else ": nothing, in any scenario"))
    for one in held:
        times = [
            f"{what} from {one[key]}"
            for what, key in (("the grid", "grid_from"), ("chips", "chips_from"))
            if one[key]
        ]
        click.echo(f"  {one['name']}, {one['region']}: {', '.join(times)}")
    for one in fan:
        click.echo(
            f"  of the fan, {one['region']}: the grid first {one['grid']:.1%}, chips first {one['chips']:.1%}, nothing"
            f" {one['nothing']:.1%}"
        )


def _coordination(found: dict[str, Any]) -> None:
    click.echo(f"\nmoving work with the grid pays from ({found['currency']} per MWh in 2030)")
    base = found["scenarios"][0]["name"]
    rows = {one["class"]: one for one in found["coordination"] if one["name"] == base}
    for one in rows.values():
        year = one["pays_from"] or "never by energy alone"
        click.echo(
            f"  {one['class']:<28} {year}: costs {one['cost_per_mwh_2030']:,.0f},"
            f" spares {one['spared_per_mwh_2030']:,.0f}; {one['flexible_share']:.0%} of it can move"
        )
