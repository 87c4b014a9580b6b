"""`gridtide backtest STORE --shadow`: what a room would have saved and did save, by its own store."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.running import announcer
from gridtide.doors.cli.words import duration_s, instant_of, money, say_compiling
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any

if TYPE_CHECKING:
    from gridtide.simulate.before_after import Period

LEAST_S = 3600


def own_store(named: str, shadow: bool, only: Mapping[str, str | None]) -> bool:
    """Whether the store of a service is named. only: options that a store alone takes. Raises BadInput where they are
    given for a case, or a store is named without --shadow."""
    from gridtide.stores.sql.opening import is_database

    is_store = is_database(named)
    refuse_if_any(_misplaced(named, is_store, shadow, only))
    return is_store


def show_own_shadow(
    store: str, last: str | None, periods: tuple[str | None, str | None], as_json: bool
) -> None:
    """Shows what a store says of its room."""
    faults = Gathered()
    span_s = None if last is None else faults.of(lambda: duration_s(last, "--last", LEAST_S))
    named = faults.of(lambda: _periods(*periods))
    faults.refuse_if_any()
    say_compiling()
    from gridtide.doors.results.own_shadow_document import own_shadow_document
    from gridtide.doors.results.past_of_store import past_of

    past = past_of(store, None if span_s is None else timedelta(seconds=span_s))
    found = own_shadow_document(past, named, announcer())
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        return
    _show(found)


def _misplaced(
    named: str, is_store: bool, shadow: bool, only: Mapping[str, str | None]
) -> Iterator[Finding]:
    given = [option for option, value in only.items() if value is not None]
    if is_store and not shadow:
        yield Finding(
            subject=named,
            value="is the store of a service",
            limit="a case, or a store with --shadow",
            mend="Write --shadow.",
        )
    if given and not is_store:
        yield Finding(
            subject=" ".join(given),
            value=f"for {named}, which is no store of a service",
            limit="the file or URL that gridtide serve --store keeps, with --shadow",
            mend="Name that, or leave these options out.",
        )


def _periods(before: str | None, after: str | None) -> "tuple[Period, Period] | None":
    """The two periods, None where none is named. Raises BadInput with all faults."""
    if before is None and after is None:
        return None
    if before is None or after is None:
        lacks = "--before" if before is None else "--after"
        raise BadInput([_lacking(lacks)])
    faults = Gathered()
    first = faults.of(lambda: _period(before, "--before"))
    second = faults.of(lambda: _period(after, "--after"))
    faults.refuse_if_any()
    assert first is not None and second is not None
    return first, second


def _period(text: str, option: str) -> "Period":
    from gridtide.simulate.before_after import Period

    begin, _, end = text.partition("/")
    faults = Gathered()
    start: datetime | None = faults.of(lambda: instant_of(begin, option))
    stop: datetime | None = faults.of(lambda: instant_of(end, option))
    faults.refuse_if_any()
    if start is None or stop is None or stop <= start:
        raise BadInput(
            [
                Finding(
                    subject=f"{option} {text}",
                    value="ends before it begins",
                    limit="two times, the earlier first",
                    mend=f"Write {option} 2026-11-01T00:00:00+08:00/2026-11-15T00:00:00+08:00.",
                )
            ]
        )
    return Period(start=start, end=stop)


def _lacking(option: str) -> Finding:
    return Finding(
        subject=option,
        value="is not there",
        limit="both --before and --after, or neither",
        mend=f"Write {option} 2026-11-01T00:00:00+08:00/2026-11-15T00:00:00+08:00 as well.",
    )


def _show(found: dict[str, Any]) -> None:
    """Days, what lies between the sides, and what was felt before and since."""
    from rich.console import Console
    from rich.markup import escape

    console, currency, made = Console(width=120), found["currency"], found["decisions"]
    others = ", ".join(f"{count} {name}" for name, count in made["not_told"].items() if count)
    console.print(
        f"[bold]{escape(found['store'])}[/bold]  {found['start']} to {found['end']}: {made['made']} decisions,"
        f" {made['told']} told{', ' + others if others else ''}; {found['jobs']} jobs, metered"
        f" {found['metered_h']:,.1f} of {found['hours']:,.1f} h"
    )
    console.print(_days(found))
    for line in _between(found, currency):
        console.print(line, highlight=False, markup=False)
    harmed = found["would"]["harmed"]
    console.print(
        "by the twin nobody would have been harmed"
        if harmed == 0
        else f"by the twin {harmed} would have been harmed"
    )
    _show_no_harm(console, found["no_harm"])
    for line in found["definitions"]:
        console.print(f"- {line}", style="dim", highlight=False, markup=False)


def _days(found: Mapping[str, Any]) -> Any:
    table = _table(
        (
            "day",
            "told",
            "not told",
            "metered h",
            "reference",
            "program",
            "metered",
            "would save",
            "did save",
        ),
        1,
    )
    for day in found["by_day"]:
        made = day["decisions"]
        metered, did = day["metered"], day["did_save"]
        table.add_row(
            day["day"],
            str(made["told"]),
            str(made["made"] - made["told"]),
            f"{day['metered_h']:,.1f}",
            money(day["reference"]["cost"]),
            money(day["program"]["cost"]),
            "n/a" if metered is None else money(metered["cost"]),
            money(day["would_have_saved"]["cost"]),
            "n/a" if did is None else money(did["cost"]),
        )
    return table


def _between(found: Mapping[str, Any], currency: str) -> Iterator[str]:
    """A sentence for each two sides that can be set beside each other."""
    for key, said in (
        ("would_have_saved", "the program would have saved, by the twin"),
        ("against_the_meter", "the program against the meter, where nothing was told"),
        ("did_save", "saved where a decision was in force, the meter against the reference"),
        ("twins_miss", "the twin's reference less the meter, where nothing was told"),
    ):
        one = found[key]
        if one is None:
            yield f"{said}: n/a, no such hour was metered"
            continue
        share = "" if one["share"] is None else f" ({one['share']:.1%})"
        kg = "n/a" if one["emissions_kg"] is None else f"{one['emissions_kg']:,.0f}"
        yield (
            f"{said}: {money(one['cost'])} {currency}{share}, {kg} kg CO2, {one['absorbed_kwh']:,.0f} kWh of"
            " curtailed energy"
        )


def _show_no_harm(console: Any, found: Mapping[str, Any]) -> None:
    """Before and after, a line each; where there is too little that is said, with how many there are."""
    first = found["first_act"] or "never yet"
    console.print(
        f"first decision told: {first}; before and after it:"
        if found["first_act"]
        else f"first decision told: {first}"
    )
    table = _table(("whose", "what", "before", "of", "after", "of", "unit", "worse"), 2)
    for row in found["felt"]:
        said = {True: "yes", False: "no", None: "not enough"}[row["worse"]]
        table.add_row(
            row["whose"],
            row["what"],
            _figure(row["before"]),
            str(row["of_before"]),
            _figure(row["after"]),
            str(row["of_after"]),
            row["unit"],
            said,
        )
    console.print(table)
    if found["not_enough"]:
        console.print(
            f"{found['not_enough']} of {len(found['felt'])}: not enough, fewer than {found['enough_is']} on a side"
        )


def _table(heads: tuple[str, ...], words: int) -> Any:
    """A table whose first columns hold words."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number < words else "right", no_wrap=True)
    return table


def _figure(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.2f}"
