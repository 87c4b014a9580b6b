"""The document of a siting in words: what is best and why, and each candidate in one row."""

from typing import Any

import click

SHOWN = 40


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    years = ", ".join(str(year) for year in found["years"])
    click.echo(
        f"{found['of']}: {found['it_kw']:,.0f} kW of IT, {_counted(found['candidates'])}, {years}, in"
        f" {found['currency']} of {found['cost_year']} a year"
    )
    _show_decision(found)
    _show_table(found)
    for one in found["candidates"]:
        for breach in one["breaches"]:
            click.echo(f"{one['name']} cannot: {said_breach(breach)}")
    for one in found["candidates"]:
        if one["curtailment"] is not None:
            click.echo(said_curtailment(one["name"], one["curtailment"]))
    _show_turns(found)
    if found["split"] is not None:
        show_split(found["split"])
    if found["edge"] is not None:
        show_edge(found["edge"], found["currency"])


def _counted(candidates: list[Any]) -> str:
    return f"{len(candidates)} candidate{'' if len(candidates) == 1 else 's'}"


def said_breach(breach: dict[str, Any]) -> str:
    """A hard limit that is broken, in words."""
    if breach["value"] is None:
        return f"{breach['constraint']}, {breach['subject']}"
    return (
        f"{breach['constraint']}, {breach['subject']}: {_figure(breach['value'])} {breach['unit']}, limit"
        f" {_figure(breach['limit'])}, {_figure(breach['over'])} too much"
    )


def _figure(value: float) -> str:
    """Whole where it is large, else with four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:,.4g}"


def said_curtailment(name: str, told: dict[str, Any]) -> str:
    """What of turned-down energy a site takes up, in words."""
    even, moved = (told[way] / told["curtailed_kwh"] if told["curtailed_kwh"] else 0.0
                   for way in ("even_kwh", "moved_kwh"))  # fmt: skip
    return (
        f"{name}, {told['period']}: {told['curtailed_kwh']:,.0f} kWh were turned down; of them it takes up"
        f" {told['even_kwh']:,.0f} ({even:.1%}) running evenly, {told['moved_kwh']:,.0f} ({moved:.1%}) moved"
    )


def _show_decision(found: dict[str, Any]) -> None:
    if found["best"] is None:
        click.echo("no candidate keeps every limit")
        return
    ranked = sorted(
        (one for one in found["candidates"] if one["possible"]),
        key=lambda one: one["cost_per_year"],
    )
    best = next(one for one in ranked if one["name"] == found["best"])
    click.echo(
        f"best: {best['name']} at {best['cost_per_year']:,.0f}, {best['counted_t_per_year']:,.0f} t CO2e,"
        f" {best['latency_ms']:.1f} ms"
    )
    others = [one for one in ranked if one["name"] != found["best"]]
    if others:
        more = others[0]["cost_per_year"] - best["cost_per_year"]
        click.echo(f"next: {others[0]['name']}, {more:,.0f} more")
    differs = {year: name for year, name in found["best_by_year"].items() if name != found["best"]}
    for year, name in differs.items():
        click.echo(f"by {year} alone it would be {name or 'none'}")


def _show_table(found: dict[str, Any]) -> None:
    head = ("candidate", "cost", "t CO2e", "ms", "PUE", "l/kWh", "price", "moved", "")
    click.echo("")
    click.echo("{:<24}{:>14}{:>11}{:>8}{:>7}{:>7}{:>9}{:>9}  {}".format(*head).rstrip())
    for one in found["candidates"][:SHOWN]:
        years = one["years"]
        mark = "front" if one["on_front"] else "" if one["possible"] else "impossible"
        click.echo(
            f"{one['name']:<24.24}{one['cost_per_year']:>14,.0f}{one['counted_t_per_year']:>11,.0f}"
            f"{one['latency_ms']:>8.1f}{_mean(years, 'pue'):>7.3f}{_mean(years, 'wue_l_per_kwh'):>7.2f}"
            f"{_mean([year['price'] for year in years], 'paid_even_per_mwh'):>9.2f}"
            f"{_mean([year['price'] for year in years], 'paid_moved_per_mwh'):>9.2f}  {mark}".rstrip()
        )
    click.echo("")


def _mean(rows: list[dict[str, Any]], name: str) -> float:
    return float(sum(row[name] for row in rows) / len(rows))


def _show_turns(found: dict[str, Any]) -> None:
    for one in found["robust"]:
        turns = [turn for turn in (one["below"], one["above"]) if turn is not None]
        for turn in turns:
            at = "" if turn["at"] is None else f" ({_figure(turn['at'])} {one['unit']})"
            winner = turn["winner"] or "no candidate"
            click.echo(f"{one['what']} times {turn['factor']:.3f}{at}: {winner}")
    stands = [one["what"] for one in found["robust"] if not one["below"] and not one["above"]]
    if stands:
        click.echo(f"nothing from 0 to 4 times turns it: {', '.join(stands)}")


def show_split(split: dict[str, Any]) -> None:
    """The work divided over places."""
    home = split["at_home"]
    click.echo(
        f"divided over places: {split['cost_per_year']:,.0f} a year, {split['counted_t_per_year']:,.0f} t CO2e,"
        f" {split['away_share']:.1%} of IT power away from {split['home']}; all at {split['home']}"
        f" {home['cost_per_year']:,.0f}{'' if home['possible'] else ' (which cannot be)'}"
    )
    for one in split["placed"]:
        origin = "" if one["origin"] is None else f" from {one['origin']} ({one['rtt_ms']:.1f} ms)"
        way = "" if one["way"] is None else f", data: {one['way']}"
        click.echo(f"  {one['it_kw']:>9,.0f} kW of {one['class']}{origin} at {one['place']}{way}")
    for one in split["unplaced"]:
        click.echo(
            f"  {one['it_kw']:>9,.0f} kW of {one['of']} ({one['share']:.1%}) find no place: {one['why']}"
        )
    for one in split["breaches"]:
        click.echo(f"  {said_breach(one)}")
    for row in split["by_latency"]:
        told = f"{row['cost_per_year']:,.0f}, {row['away_share']:.1%} away"
        if row["unplaced"]:
            told = "; ".join(f"{one['of']}: {one['why']}" for one in row["unplaced"])
        told = "; ".join([told, *(said_breach(one) for one in row["breaches"])])
        click.echo(f"  within {row['rtt_max_ms']:g} ms: {told}")


def show_edge(edge: dict[str, Any], currency: str) -> None:
    """One large site against small ones."""
    click.echo(
        f"{edge['class']}, {edge['requests_per_s']:,.0f} requests a second, in {currency} a year:"
    )
    for one in edge["ways"]:
        click.echo(
            f"  {one['name']:<18}{one['cost_per_year']:>14,.0f}, {one['servers']:,} servers"
            f" ({one['pooling_loss']:+.1%}), PUE {one['pue']:.3f}, {one['latency_ms']:.1f} ms, farthest"
            f" {one['farthest_ms']:.1f} ms"
        )
