"""The document of `gridtide energy` as a person reads it: where it goes, what a token takes, how far it is to go."""

from typing import Any

import click


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    _show_flows(found)
    _show_services(found["services"])
    _show_ladder(found["ladder"])
    _show_measures(found)
    _show_claims(found["claims"])
    for note in found["notes"]:
        click.echo(f"- {note}")


def _show_flows(found: dict[str, Any]) -> None:
    """Every place that energy ends in, largest first, with its share of what came in."""
    flows = found["flows"]
    sources, marks = {flow["from"] for flow in flows}, {flow["to"]: flow["mark"] for flow in flows}
    targets = {flow["to"] for flow in flows}
    entered = sum(flow["kwh"] for flow in flows if flow["from"] not in targets)
    ends: dict[str, float] = {}
    for flow in flows:
        if flow["to"] not in sources:
            ends[flow["to"]] = ends.get(flow["to"], 0.0) + flow["kwh"]
    click.echo(
        f"{found['of']}, {found['policy']}: {_size(entered)} kWh came in over {found['hours']:,.4g} hours; it ended in"
    )
    for name, kwh in sorted(ends.items(), key=lambda pair: -pair[1]):
        share = kwh / entered if entered else 0.0
        click.echo(f"  {name:36s} {_size(kwh):>14s} kWh  {share:6.1%}  {marks[name]}")


def _show_services(services: list[dict[str, Any]]) -> None:
    for one in services:
        if one["kwh_per_thousand_answers"] is None:
            continue
        text = f"{one['service']}: {one['kwh_per_thousand_answers']:.3g} kWh for a thousand answers at the meter"
        if one["joules_per_token"] is not None:
            text += f", {one['joules_per_token']:.3g} J a generated token"
        click.echo(text)


def _show_ladder(ladder: list[dict[str, Any]]) -> None:
    if not ladder:
        return
    click.echo("the ladder, J of the accelerators for a generated token")
    first = ladder[0]["joules_per_token"]
    for step in ladder:
        times = first / step["joules_per_token"]
        click.echo(
            f"  {step['rung']:28s} {step['joules_per_token']:10.3g} J  1/{times:<10,.3g} {step['mark']}"
        )


def _show_measures(found: dict[str, Any]) -> None:
    """Each with one thing changed, then all of them."""
    click.echo("what would draw less from the grid, reckoned again with one thing changed")
    alone = len(found["measures"]) == 1
    for one in found["measures"] if alone else [*found["measures"], found["together"]]:
        each = one["money_per_kwh"]
        price = "" if each is None else f", {each:.3f} a kWh"
        money = "" if one["money"] is None else f"{one['money']:,.0f} {found['currency']}{price}"
        click.echo(f"  {one['measure']:44s} {_size(one['kwh']):>12s} kWh  {money}")
        if one.get("again_kwh") is not None:
            refused = (
                f", {one['again_refused']:,.0f} requests more refused"
                if one["again_refused"] >= 0.5
                else ""
            )
            click.echo(f"  {'  by a course of its own':44s} {_size(one['again_kwh']):>12s} kWh  "
                       f"{one['again_money']:,.0f} {found['currency']}{refused}")  # fmt: skip
    if found["avoidable_share"] is not None:
        click.echo(f"avoidable of what came from the grid: {found['avoidable_share']:.1%}")


def _show_claims(claims: list[dict[str, Any]]) -> None:
    click.echo("claims, worked out")
    for one in claims:
        said = ", ".join(f"{name} {_figure(value)}" for name, value in one["figures"].items())
        click.echo(f"  {one['claim']}: {said}")


def _size(kwh: float) -> str:
    """Whole above a hundred, four digits that count below."""
    return f"{kwh:,.0f}" if abs(kwh) >= 100 else f"{kwh:.4g}"


def _figure(value: float) -> str:
    """Four digits that count, all of them where it is large."""
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.4g}"
