"""`gridtide pathway [SCENARIOS.toml]`: how much of the world's electricity computing draws until 2060."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.finding import Finding, refuse_if_any

LEAST_DAYS = 8
SHOWN_YEARS = (2024, 2025, 2030, 2035, 2040, 2050, 2060)


@click.command()
@click.argument("scenarios", type=click.Path(path_type=Path), required=False)
@click.option("--region", "shown", multiple=True, metavar="NAME",
              help="Tell this region, as often as there are; all and the world without.")  # fmt: skip
@click.option("--edition", metavar="NAME", help="Anchors the calibration goes through; the newest.")
@click.option("--draws", type=click.IntRange(20, 100_000), default=2000, show_default=True,
              help="Courses of the fan.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--system", "year", type=click.IntRange(2025, 2060), metavar="YEAR",
              help="Also what work that moves is worth to a carbon-neutral power system then; minutes.")  # fmt: skip
@click.option("--hours", type=click.Path(path_type=Path), metavar="FILE",
              help="Hours of that system: Finland's forecasts or, with --area, EIA-930; made up without.")  # fmt: skip
@click.option("--area", metavar="NAME", help="Balancing area of an EIA-930 file.")
@click.option("--clock", metavar="ZONE",
              help="Of the people of those hours, such as America/Denver; the area's own without.")  # fmt: skip
@click.option("--days", type=click.IntRange(0, 365), default=16, show_default=True,
              help="Typical days that stand for its year; 0 for every hour.")  # fmt: skip
@click.option("--check", is_flag=True,
              help="Hold the typical days against every hour of the year in the first case; minutes more.")  # fmt: skip
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def pathway(
    scenarios: Path | None,
    shown: tuple[str, ...],
    edition: str | None,
    draws: int,
    seed: int,
    year: int | None,
    hours: Path | None,
    area: str | None,
    clock: str | None,
    days: int,
    check: bool,
    page: Path | None,
    as_json: bool,
) -> int:
    """Reckon the bundled scenarios, and those of a file beside them, through the published anchors."""
    from gridtide.case.pathway import outlook_of, pathway_file
    from gridtide.doors.results.pathway_document import pathway_document
    from gridtide.invest.pathway.reckoned import WORLD

    table = pathway_file(scenarios)
    read = outlook_of(table)
    newest = max(read.editions)
    regions = (*read.editions[newest].regions, WORLD)
    faults = [_unknown("--region", one, regions) for one in shown if one not in regions]
    if edition is not None and edition not in read.editions:
        faults.append(_unknown("--edition", edition, tuple(read.editions)))
    if check and (year is None or days == 0):
        faults.append(_alone("--check", "--system YEAR and typical --days"))
    faults += _without_system(year, hours, area, clock, days)
    refuse_if_any(faults)
    asked = tuple(dict.fromkeys(shown))
    chosen = edition or newest
    of = "the bundled scenarios" if scenarios is None else str(scenarios)
    found = pathway_document(read, chosen, of, asked or regions, draws, seed)
    if year is not None:
        from gridtide.case.pathway_system import system_hours, system_terms
        from gridtide.doors.results.pathway_system import System, system_document

        system = System(
            year=year,
            hours=system_hours(hours, area, clock),
            terms=system_terms(table, year),
            days=days,
            checked=check,
        )
        found["system"] = system_document(
            read, chosen, asked or (WORLD,), system, lambda case: click.echo(case, err=True)
        )
    tell(found, "pathway.js", page, as_json, show)
    return 0


def _without_system(
    year: int | None, hours: Path | None, area: str | None, clock: str | None, days: int
) -> list[Finding]:
    """What may be said only beside something else; and typical days are 8 or more, or none."""
    found = []
    if year is None and (hours is not None or area is not None):
        found.append(_alone("--hours" if hours is not None else "--area", "--system YEAR"))
    if area is not None and hours is None:
        found.append(_alone("--area", "--hours FILE"))
    if clock is not None and hours is None:
        found.append(_alone("--clock", "--hours FILE"))
    if 0 < days < LEAST_DAYS:
        found.append(
            Finding(
                subject="--days",
                value=str(days),
                limit=f"0 or at least {LEAST_DAYS}, so that the extreme days are among them",
                mend="Ask for more.",
            )
        )
    return found


def _alone(option: str, beside: str) -> Finding:
    return Finding(
        subject=option,
        value=f"stands without {beside}",
        limit="both together",
        mend=f"Give {beside}, or leave {option} out.",
    )


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
    if found["system"] is not None:
        _system(found["system"])


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


def _system(found: dict[str, Any]) -> None:
    click.echo(
        f"\na carbon-neutral power system in {found['year']}, without and with work that moves"
        f" ({found['currency']} of {found['cost_year']}; {found['hours'][0]})"
    )
    click.echo(_off(found))
    for one in found["cases"]:
        before, after = one["without"], one["with"]
        click.echo(
            f"  {one['name']}, {one['region']}: computing {one['computing_share']:.1%} of all,"
            f" {one['flexible_share']:.0%} of it moves; {before['cost_per_mwh']:.2f} to"
            f" {after['cost_per_mwh']:.2f} per MWh, {one['saved_per_flexible_kw_year']:,.0f} a year for each kW"
            f" that moves; {_stores(one)}; curtailed {before['curtailed_share']:.2%} to"
            f" {after['curtailed_share']:.2%}"
        )
        mix = ", ".join(f"{name} {twh:,.0f}" for name, twh in after["twh"].items() if twh >= 0.5)
        click.echo(f"    made, TWh: {mix}")


def _off(found: dict[str, Any]) -> str:
    """How far the days that it stands on are from the year."""
    error = found["days_error"]
    if not found["typical_days"]:
        return "  every hour of the year"
    if error is None:
        return f"  {found['typical_days']} typical days; how far off they are was not looked at (--check)"
    worth = "n/a" if error["per_kw_year"] is None else f"{error['per_kw_year']:+.1%}"
    return (
        f"  {found['typical_days']} typical days beside every hour, {error['case']}: cost {error['cost']:+.1%},"
        f" what a kW that moves spares {worth}"
    )


def _stores(case: dict[str, Any]) -> str:
    before, after = case["without"]["stored_kwh"], case["with"]["stored_kwh"]
    return ", ".join(
        f"{name} {kwh / 1e6:,.0f} to {after[name] / 1e6:,.0f} GWh" for name, kwh in before.items()
    )
