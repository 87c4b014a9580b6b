"""The document of `gridtide swing` as a person reads it."""

from typing import Any

import click


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    if "sags" in found:
        _show_sags(found)
    elif "sites" in found:
        click.echo(
            f"{found['of']}, {found['policy']}, from {found['from']} for {found['lasts_s']:g} s"
        )
        for one in found["sites"]:
            _show_waveform(one)
    else:
        _show_waveform(found)
    for note in found.get("notes", ()):
        click.echo(f"- {note}")


def _show_waveform(found: dict[str, Any]) -> None:
    click.echo(
        f"{found['of']}: {found['samples']:,} samples, one each {found['step_s']:g} s, over {found['lasts_s']:,.6g} s;"
        f" {found['mean_kw']:,.0f} kW on average, {found['peak_kw']:,.0f} kW at most"
    )
    for one in found["rules"]:
        click.echo(f"  {_outcome(one):18s} {one['rule']:22s} {_measured(one, found['start_s'])}")
        for line in (one["why"], f"assumed: {one['assumed']}" if one["assumed"] else ""):
            if line and one["outcome"] != "pass":
                click.echo(f"  {'':18s} {'':22s} {line}")
    for one in found["modes"]:
        click.echo(
            f"  {one['outcome']:18s} {one['mode']:22s} {1000 * one['oscillation_hz']:.3g} mHz at"
            f" {one['mode_hz']:g} Hz, limit {1000 * one['limit_hz']:.3g} mHz; most of it from {one['main_hz']:.3g} Hz"
        )
    for one in found.get("sitting", ()):
        click.echo(
            f"  {one['job']} iterates each {one['period_s']:.3g} s; {one['harmonic']} times its frequency sits on"
            f" {one['mode']} and drives it by {1000 * one['oscillation_hz']:.3g} mHz"
        )
        for remedy in one["remedies"]:
            click.echo(f"    would pass: {remedy['says']}")
    _show_mends(found)


def _outcome(one: dict[str, Any]) -> str:
    return str(one["outcome"]) if one["applies"] else "does not apply"


def _measured(one: dict[str, Any], start_s: float) -> str:
    """What was found, where it lies counted from the beginning of the record."""
    if one["value"] is None:
        return f"limit {one['limit']:,.6g} {one['unit']}; {one['status']}"
    at = (
        ""
        if one["from_s"] is None
        else f" at {one['from_s'] - start_s:,.6g} to {one['to_s'] - start_s:,.6g} s"
    )
    least = "at least " if one["at_least"] else ""
    return f"{least}{one['value']:,.6g} of {one['limit']:,.6g} {one['unit']}{at}; {one['status']}"


def _show_mends(found: dict[str, Any]) -> None:
    if found["mends"]:
        click.echo("what would pass, each judged again:")
    for one in found["mends"]:
        click.echo(f"  {one['says']}")
        figures = one["figures"]
        if "foresight_energy_kwh" in figures:
            click.echo(
                f"    with perfect foresight and no losses no store below {figures['foresight_energy_kwh']:,.1f} kWh"
                f" keeps the ramp rules on means of {figures['foresight_step_s']:g} s in the worst"
                f" {figures['foresight_lasts_s']:,.0f} s"
            )
    for said in found["mends_that_fail"]:
        click.echo(f"  {said}")
    if "least_store" in found:
        _show_least_store(found["least_store"])


def _show_least_store(one: dict[str, Any]) -> None:
    left_out = f"; {', '.join(one['left_out'])} left out" if one["left_out"] else ""
    if one["why"]:
        click.echo(f"no least store is told: {one['why']}{left_out}")
        return
    click.echo(
        f"the least store of any control, by a period of {one['period_s']:.3g} s ({one['alike']:.1%} alike):"
        f" {one['energy_kwh']:.3g} kWh and {one['power_kw']:,.0f} kW, losing {one['lost_kwh']:.2g} kWh each time,"
        f" for {', '.join(one['rules'])}{left_out}; none below {one['bound_kwh']:.3g} kWh"
    )


def _show_sags(found: dict[str, Any]) -> None:
    staying = sum(one["must_stay"] for one in found["sags"])
    click.echo(
        f"{found['of']}: {len(found['sags'])} sags, {staying} of which must be stayed through under {found['rule']}"
        f" ({found['status']})"
    )
    for one in found["loads"]:
        if one["lost_kw"] == 0.0:
            click.echo(f"  stays    {one['load']}: 0 kW lost")
        else:
            may = "as it may" if one["allowed"] else "though it must stay"
            click.echo(
                f"  leaves   {one['load']}: {one['lost_kw']:,.0f} kW lost at sag {one['sag']} ({one['because']}), {may}"
            )
        for said in one["faults"]:
            click.echo(f"           setting: {said}")
        for said in one["mends"]:
            click.echo(f"           would have stayed with: {said}")
    for one in found["alike"]:
        if one["outcome"] == "fail":
            click.echo(
                f"  {', '.join(one['loads'])} have the same settings: {one['load_kw']:,.0f} kW may leave together,"
                f" {found['largest_loss_kw']:,.0f} kW is planned for"
            )
    click.echo(
        f"{found['lost_kw']:,.0f} kW lost, {found['fastest_loss_kw_per_min']:,.0f} kW in the worst minute"
    )
