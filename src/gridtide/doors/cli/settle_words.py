"""The document of `gridtide settle` as a person reads it: calls, then lines and totals, then what to know."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from gridtide.doors.cli.words import money

LONG = 32


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    if found.get("programme"):
        programme = found["programme"]
        click.echo(
            f"{found.get('meter') or 'calls'} under {programme['name']}: {programme['title']}"
        )
        click.echo(f"  {programme['mark']}: {programme['source']}")
    if "run" in found:
        click.echo(f"run {found['run']}, {found['case']}, {found['policy']}")
        click.echo(
            f"  {found['record']['files']} files are as the run wrote them, seal {found['record']['seal']}"
        )
    for call in found.get("calls", ()):
        _show_call(call, ZoneInfo(found.get("clock") or "UTC"))
    show_lines(found["lines"], found["currency"])
    click.echo(f"\ntotal {money(found['total'])} {found['currency']}")
    if found.get("services", {}).get("lines"):
        show_lines(found["services"]["lines"], found["currency"])
        click.echo(f"\nservices {money(found['services']['total'])} {found['currency']}")
    for site in found.get("green", ()):
        _show_green(site)
    if found.get("certificates"):
        _show_certificates(found["certificates"])
    if "bit_equal" in found:
        click.echo(f"  {_compared(found)}")
    for note in found["notes"]:
        click.echo(f"  - {note}")


def show_lines(lines: list[dict[str, Any]], currency: str) -> None:
    """What each line comes to, and by which formula; a long one is told by its version alone."""
    click.echo(f"\n{'line':32s}{'site':20s}{currency:>16s}  formula, version")
    for line in lines:
        click.echo(
            f"{line['what']:32s}{line['site']:20s}{money(line['amount']):>16s}"
            f"  {_formula(line)} ({line['mark']})"
        )


def _formula(line: dict[str, Any]) -> str:
    short = len(line["formula"]) < LONG
    return f"{line['formula']}, {line['version']}" if short else str(line["version"])


def _show_call(call: dict[str, Any], clock: ZoneInfo) -> None:
    start, end = (
        datetime.fromisoformat(call[edge]).astimezone(clock).isoformat()
        for edge in ("start", "end")
    )
    click.echo(f"\n{call['direction']} from {start} to {end}")
    days = call["days"]
    click.echo(f"  {len(days)} days from {days[-1]} to {days[0]}{_corrected(call)}")
    rows = call["intervals"]
    mean = {key: sum(row[key] for row in rows) / len(rows) for key in ("baseline_kw", "metered_kw")}
    click.echo(
        f"  baseline {mean['baseline_kw']:,.1f} kW, metered {mean['metered_kw']:,.1f} kW,"
        f" credited {call['credited_kwh']:,.1f} kWh{_promised(call)}"
    )
    judged = call["accuracy"]
    if judged["rrmse"] is not None:
        gate = "" if judged["gate"] is None else f", gate {judged['gate']:.0%}"
        click.echo(
            f"  on {judged['days']} days without calls its error is {judged['rrmse']:.1%}{gate}"
        )
    for flag in call["flags"]:
        click.echo(f"  look at it: {flag}")


def _corrected(call: dict[str, Any]) -> str:
    """How the mean was corrected."""
    if call["adjustment_asked"] is None:
        return ""
    asked, used = call["adjustment_asked"], call["adjustment_used"]
    clamped = "" if asked == used else f", asked {asked:,.3f}"
    return f", corrected by {used:,.3f}{clamped}"


def _promised(call: dict[str, Any]) -> str:
    if call["delivered_share"] is None:
        return ""
    return f", {call['delivered_share']:.1%} of {call['committed_kw']:,.0f} kW promised"


def _compared(found: dict[str, Any]) -> str:
    """Whether what was reckoned again is what the run settled live."""
    again = ", ".join(found["reckoned_again"])
    if found["bit_equal"]:
        return f"the same to the last bit as the run settled live; reckoned again: {again}"
    differ = ", ".join(found["different"]) or "the total"
    return f"not what the run settled live ({money(found['live_total'])}): {differ}"


def _show_green(site: dict[str, Any]) -> None:
    click.echo(f"\ngreen ratios of {site['site']}, {site['version']}")
    for ratio in site["ratios"]:
        told = "n/a" if ratio["value"] is None else f"{ratio['value']:.3f}"
        passed = {True: "passes", False: "fails", None: ""}[ratio["passes"]]
        click.echo(
            f"  {ratio['name']:12s}{told:>8s} = {ratio['part_kwh']:,.0f} / {ratio['over_kwh']:,.0f} kWh"
            f" ({ratio['over']}), {ratio['limit']}: {passed}"
        )


def show_formulas(found: dict[str, Any]) -> None:
    """Every programme and formula, a line each, with what is not verified below."""
    for one in found["programmes"]:
        click.echo(f"{one['name']:22s}{one['status']:12s}{one['mark']:12s}{one['title']}")
    for one in found["rules"]:
        click.echo(
            f"\n{one['name']} ({one['market']}, {one['clock']}, {one['status']}, {one['mark']})"
        )
        held = f"{one['holds_from'] or 'begin'} to {one['holds_to'] or 'now'}"
        click.echo(f"  {held}: {one['formula']}")
        if one["unverified"]:
            click.echo(f"  unverified: {', '.join(one['unverified'])}")


def _show_certificates(told: dict[str, Any]) -> None:
    share = (
        ""
        if told["covered_share"] is None
        else f", {told['covered_share']:.1%} of what was consumed"
    )
    click.echo(
        f"\ncertificates, {told['matching']}: {told['retired']} retired of {told['certified_kwh']:,.0f} kWh cover"
        f" {told['covered_kwh']:,.0f} kWh{share}, beside {told['direct_kwh']:,.0f} kWh of own generation"
    )
