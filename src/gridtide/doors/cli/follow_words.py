"""What `gridtide follow` says to a person."""

from typing import Any

from rich.console import Console
from rich.table import Table


def show(found: dict[str, Any]) -> None:
    """The score beside its ceiling, then hour by hour."""
    console = Console(highlight=False)
    console.print(
        f"{found['site']}, {found['of']}: {found['hours']:.4g} h of {found['signal']} from {found['at']}",
        f"offered {found['offer_up_kw']:,.0f} kW less and {found['offer_down_kw']:,.0f} kW more, {found['regulator']}",
        sep="\n",
    )
    figures = Table(show_header=False, box=None, pad_edge=False)
    for name, value in (
        ("score", f"{found['score']:.4f}"),
        ("its ceiling, by delay alone", f"{found['ceiling']:.4f} ({found['of_ceiling']:.4f} of it)"),
        ("the same, read by this meter",
         f"{found['noisy_ceiling']:.4f} ({found['of_noisy_ceiling']:.4f} of it)"),
        ("accuracy, delay, precision",
         f"{found['accuracy']:.4f}, {found['delay']:.4f}, {found['precision']:.4f}"),
        ("availability", f"{found['availability']:.4f}"),
        ("mileage", f"{found['mileage']:.2f} of the offer"),
        ("beyond reach", f"{found['energy_exhausted_s']} s"),
        ("deadlines missed", f"{found['missed_deadlines']}"),
        ("work left behind", f"{found['lost_work_h']:.2f} h of gangs, {found['jobs_moved']} jobs"),
    ):  # fmt: skip
        figures.add_row(name, value)
    console.print(figures)
    if "offer_ahead" in found:
        console.print(_decided_by(found["offer_ahead"]))
    rows = Table(box=None, pad_edge=False)
    for head in ("hour", "base kW", "up kW", "down kW", "cut kW", "gangs", "stored kWh"):
        rows.add_column(head, justify="right")
    for one in found["by_hour"]:
        cut_kw = max(one["cut_up_kw"], one["cut_down_kw"])
        rows.add_row(
            str(one["hour"]),
            *(f"{one[key]:,.0f}" for key in ("base_kw", "up_kw", "down_kw")),
            *(f"{value:,.0f}" for value in (cut_kw, one["gangs"], one["stored_last_kwh"])),
        )
    console.print(rows)
    if "live" in found:
        console.print(_over_the_line(found["live"]))
    for note in found["notes"]:
        console.print(f"- {note}")


def _decided_by(ahead: dict[str, Any]) -> str:
    """What decided the offer."""
    if "price_per_mw_h" not in ahead:
        return f"the plan offers none: all that holds in every hour ahead is offered, {ahead['most_held_kw']:,.0f} kW"
    return (
        f"at {ahead['price_per_mw_h']:g} {ahead['currency']} per MW h the offer earns {ahead['earned']:,.2f} and costs"
        f" {ahead['cost']:,.2f} in work left undone; {ahead['most_held_kw']:,.0f} kW hold at any price"
    )


def _over_the_line(live: dict[str, Any]) -> str:
    """What the same hours gave by set-points over a line."""
    proof = "the same" if live["same"] else "NOT the same"
    return (
        f"over {live['line']}: {live['read']:,} of {live['told']:,} set-points read, {live['median_ms']:.2f} ms each,"
        f" 95 % within {live['p95_ms']:.2f} ms; score {live['score']:.4f}; the twin of these telegrams gives"
        f" {proof} targets and meter ({live['targets'][:12]})"
    )
