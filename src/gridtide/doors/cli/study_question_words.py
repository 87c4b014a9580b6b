"""Adequacy, headroom and accidents in words."""

from typing import Any

import click


def show_adequacy(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    met = "met" if found["passes"] else "missed"
    click.echo(
        f"{found['of']}: {found['units']:,} units of {found['capacity_kw']:,.0f} kW that fail,"
        f" {found['hours']:,} hours, {found['peak_kw']:,.0f} kW at the peak"
    )
    days = "" if found["lole_days"] is None else f" ({found['lole_days']:.5g} days)"
    click.echo(
        f"by convolution, without stores and calls: LOLE {found['lole_h']:.6g} h a year{days},"
        f" EENS {found['eens_kwh']:,.0f} kWh"
    )
    carries = found["carries"]
    click.echo(
        f"a LOLE of {found['target_lole_h']:g} h is {met}; without stores and calls it is kept up to a peak of"
        f" {carries['peak_kw']:,.0f} kW ({carries['load_scale']:.1%} of the load)"
    )
    for one in found["elcc"]:
        click.echo(
            f"  {one['name']}, {one['max_kw']:,.0f} kW, is worth {one['elcc_kw']:,.0f} kW that never fails"
        )
    agrees = "agrees" if found["agrees"] else "does not agree"
    click.echo(f"{found['years']:,} drawn years (seed {found['seed']}), at 95 %:")
    for name, said in (
        ("plain", f"without either, {agrees} with convolution"),
        ("stores", "with stores"),
        ("flexible", "with stores and calls"),
    ):
        lived = found["drawn"][name]
        if lived is not None:
            click.echo(
                f"  {said}: EENS {_about(lived['eens_kwh'])} kWh, LOLE {lived['lole_h']['mean']:.3g} h"
                + (f", {lived['calls']:.2f} calls a year" if name == "flexible" else "")
            )
    for one in found["store_elcc"]:
        click.echo(
            f"{one['name']}: {one['power_kw']:,.0f} kW for {one['energy_kwh'] / one['power_kw']:.3g} h is worth"
            f" {_about(one['elcc_kw'])} kW that never fails ({one['elcc_share']:.0%})"
        )
    flexible = found["flexible"]
    if flexible is not None:
        click.echo(
            f"{flexible['name']}: {flexible['kw']:,.0f} kW that can be called {flexible['calls']} times for"
            f" {flexible['call_h']} h is worth {_about(flexible['elcc_kw'])} kW that never fails"
            f" ({flexible['elcc_share']:.0%})"
        )
    for note in found["notes"]:
        click.echo(f"note: {note}")


def _about(value: dict[str, Any]) -> str:
    within = "unknown" if value["within"] is None else f"{value['within']:,.0f}"
    return f"{value['mean']:,.0f} ± {within}"


def show_headroom(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    peaks = ", ".join(f"{one['season']} {one['peak_kw']:,.0f} kW" for one in found["peaks_kw"])
    click.echo(
        f"{found['of']}: {found['hours']:,} hours, load factor {found['load_factor']:.0%}, firm up to the peak of the"
        f" {found['firm']}: {peaks}"
    )
    for one in found["points"]:
        click.echo(
            f"{one['share']:.2%} curtailed: {one['load_kw']:,.0f} kW fit ({one['of_peak']:.1%} of the peak);"
            f" {one['hours']:,} hours in {one['events']:,} events of {one['mean_h']:.1f} h, the longest"
            f" {one['longest_h']} h, the deepest {one['deepest_kw']:,.0f} kW; half of it or more runs in"
            f" {one['half_kept_share']:.0%} of these hours"
        )
        if one["who"] is not None:
            _show_who(one["who"], found["currency"])
    if found["wanted_kw"] is not None:
        said = "fit" if found["passes"] else f"do not fit, {found['lacks_kw']:,.0f} kW too many"
        click.echo(f"{found['wanted_kw']:,.0f} kW {said}")
    for note in found["notes"]:
        click.echo(f"note: {note}")


def _show_who(who: dict[str, Any], currency: str) -> None:
    for one in who["works"]:
        click.echo(
            f"  {one['class']} leaves out {one['energy_kwh']:,.0f} kWh in {one['hours']:,} hours at"
            f" {one['price_per_kwh']:.3f} {currency}/kWh, at most {one['dearest_per_kwh']:.3f}"
        )
    if who["unmet_kwh"] > 0.0:
        click.echo(
            f"  no work of the curve covers {who['unmet_kwh']:,.0f} kWh in {who['unmet_hours']:,} hours"
        )
    if who["longer_h"]:
        click.echo(
            f"  {who['longer_h']:,} hours belong to events longer than any step of the curve"
        )


def show_accident(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    swing, window_s = found["frequency"], found["frequency"]["window_s"]
    click.echo(
        f"{found['of']}: {found['system_kva']:,.0f} kVA with {found['inertia_s']:g} s of inertia,"
        f" {found['load_kw']:,.0f} kW of load at {found['nominal_hz']:g} Hz"
    )
    for event in found["events"]:
        what = "too much" if event["surplus_kw"] > 0.0 else "lacking"
        click.echo(
            f"  {event['at_s']:g} s: {event['name']}, {abs(event['surplus_kw']):,.0f} kW {what}"
        )
    for one in found["left"]:
        may = "" if one["allowed"] else f", where {one['rule']} has it stay"
        click.echo(
            f"  {one['at_s']:.2f} s: {one['site']} leaves with {one['kw']:,.0f} kW, it {one['because']}{may}"
        )
    click.echo(
        f"frequency: {swing['first_hz_per_s']:+.4f} Hz/s at first, {swing['steepest_hz_per_s']:.4f} over"
        f" {window_s:g} s at most; lowest {swing['lowest_hz']:.3f} Hz at {swing['lowest_at_s']:.1f} s,"
        f" highest {swing['highest_hz']:.3f} Hz at {swing['highest_at_s']:.1f} s, {swing['last_hz']:.3f} Hz at the end"
    )
    if found["lines"] is not None:
        _show_lines(found["lines"])
    for one in found["breaches"]:
        click.echo(f"broken: {one['says']}")
    for one in found["faults"]:
        click.echo(f"prohibited: {one['site']} {one['says']}")
    if found["prevented"]:
        click.echo("what would have prevented it, the least of each:")
    for one in found["prevented"]:
        partly = f"undoes {', '.join(one['undoes'])} alone" if one["undoes"] else "undoes nothing"
        does = "suffices" if one["suffices"] else partly
        still = ", ".join(breach["kind"] for breach in one["leaves"])
        click.echo(
            f"  {one['way']}: {does}: {one['says']}" + (f"; still broken: {still}" if still else "")
        )


def _show_lines(lines: dict[str, Any]) -> None:
    for number, step in enumerate(lines["steps"]):
        lost = ", ".join(step["lost"]) or "nothing"
        fullest = "".join(
            f"; then {one['branch']} carries {abs(one['flow_kw']):,.0f} kW, {one['loading']:.1%} of its rating"
            for one in step["fullest"][:1]
        )
        dark = (
            f"; cuts off {len(step['cut_off']):,} buses with {step['load_kw']:,.0f} kW of load"
            if step["cut_off"]
            else ""
        )
        click.echo(f"lines, step {number}: {lost} lost{dark}{fullest}")


SHOW = {"adequacy": show_adequacy, "headroom": show_headroom, "accident": show_accident}
"""By kind of a file."""
