"""The document of `gridtide bound` as a person reads it: sentences first, then the dearest promises as a table."""

from typing import Any

import click

from gridtide.doors.cli.words import money as said

PROMISES = ("work", "deadline", "slack", "service", "latency", "reserve", "call")
"""Kinds of change that are made to a promise; all others are made to a limit or an asset."""
SMALL = 0.005
"""Money below it is nothing."""
LEAST_UNDONE_H = 0.05
"""Accelerator-hours that would be told as none."""
CLEAR = 0.01
"""Limits of a worth that lie closer than this share of it need not be told."""


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    money = found["currency"]
    _show_best(found, money)
    of_promises = [row for row in found["worths"] if row["kind"] in PROMISES]
    others = [row for row in found["worths"] if row["kind"] not in PROMISES]
    _show_rows("what promises cost, each left out or loosened", of_promises, money)
    _show_dearest(found["promises"], money)
    _show_rows("what limits and assets are worth, each changed", others, money)


def _show_best(found: dict[str, Any], money: str) -> None:
    if found["lower_bound"] is None:
        click.echo("its contracts leave no bound that holds for every policy")
    else:
        click.echo(f"no policy can cost less than {said(found['lower_bound'])} {money}")
    best = found["best_course"]
    low, high = said(best["lower_bound"]), said(best["cost"])
    size = high if low == high else f"{low} to {high}"
    click.echo(
        f"the best course with every limit as it is costs {size} {money} over {_days(found['hours'])}, "
        "with everything known and jobs in fractions"
    )
    if best["steep_cost"] > SMALL:
        click.echo(
            f"{said(best['steep_cost'])} of it is no money: it counts how far ramp rules that cannot be kept are passed"
        )
    undone = best["undone_accelerator_h"]
    if undone >= LEAST_UNDONE_H:
        click.echo(
            f"it leaves {undone:,.1f} accelerator-hours undone at what their class says they are worth"
        )


def _days(hours: float) -> str:
    return f"{hours / 24:,.4g} days" if hours >= 48 else f"{hours:,.4g} hours"


def _show_rows(title: str, rows: list[dict[str, Any]], money: str) -> None:
    if not rows:
        return
    click.echo(f"\n{title}")
    for row in rows:
        if row["worth"] is None or abs(row["worth"]) >= SMALL:
            click.echo(f"- {_sentence(row, money)}")
    nothing = [
        row["what"] for row in rows if row["worth"] is not None and abs(row["worth"]) < SMALL
    ]
    if nothing:
        click.echo(f"- worth nothing here: {'; '.join(_gathered(nothing))}")


def _gathered(whats: list[str]) -> list[str]:
    """What is said of several sites in the same words, once: `no demand charge at A, B`."""
    sites: dict[str, list[str]] = {}
    for what in whats:
        said, _, site = what.rpartition(" at ")
        sites.setdefault(said, []).append(site)
    return [f"{said} at {', '.join(named)}" if said else ", ".join(named)
            for said, named in sites.items()]  # fmt: skip


def _sentence(row: dict[str, Any], money: str) -> str:
    if row["worth"] is None:
        return f"{row['what']} leaves no course that holds"
    left_out = row["kind"] in ("work", "service")
    verb = ("saves" if left_out else "is worth") if row["worth"] > 0 else "would cost"
    return f"{row['what']} {verb} {_size(row['worth'])} {money}{_each(row, money)}{_proved(row)}"


def _each(row: dict[str, Any], money: str) -> str:
    """Money for one unit, where there are more or fewer of them than one."""
    if row["per_unit"] is None or abs(row["step"]) == 1.0:
        return ""
    return f", {_size(row['per_unit'])} {money} per {row['unit']}"


def _proved(row: dict[str, Any]) -> str:
    if row["most"] - row["least"] <= max(2 * SMALL, CLEAR * abs(row["worth"])):
        return ""
    low, high = sorted((abs(row["least"]), abs(row["most"])))
    return f" (proved: {_size(low)} to {_size(high)})"


def _size(amount: float) -> str:
    size = abs(amount)
    if size >= 100:
        return f"{size:,.0f}"
    return f"{size:,.2f}" if size >= 0.1 else f"{size:.2g}"


def _show_dearest(promises: dict[str, Any], money: str) -> None:
    rows = promises["dearest"]
    if not rows:
        return
    click.echo(
        f"\nthe dearest of {promises['of']:,} promises, in {money}: what leaving it out saves, what it costs at "
        "the prices\nof the best course, what one more job like it would cost, what an hour more would be worth"
    )
    heads = ("job", "class", "acc.-hours", "left out", "by price", "one more", "hour more")
    lines = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        text = [line[column].ljust(widths[column]) for column in range(2)]
        text += [line[column].rjust(widths[column]) for column in range(2, len(heads))]
        click.echo(f"  {'  '.join(text)}")
    if any(row["without"] is None for row in rows):
        click.echo(
            "too large to be solved without each: none costs more than its price, but for what is unproved"
        )
    if promises["others_at_most"] is not None:
        click.echo(f"no other promise costs more than {promises['others_at_most']:,.2f} {money}")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["job"],
        row["class"],
        f"{row['accelerator_h']:,.1f}",
        _money(row["without"], 1.0),
        f"{row['by_price'] + 0.0:,.2f}",
        _money(row["again"], -1.0),
        _money(row["hour"], 1.0),
    )


def _money(saved: dict[str, Any] | None, sign: float) -> str:
    if saved is None:
        return "–"
    return "none holds" if saved["worth"] is None else f"{sign * saved['worth'] + 0.0:,.2f}"
