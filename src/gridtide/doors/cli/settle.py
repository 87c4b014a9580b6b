"""`gridtide settle`: what was delivered and what is owed, line by line, each with its formula, version and inputs."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.running import DEFAULT_RUNS
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import currency_of
from gridtide.finding import BadInput, Finding, Gathered

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("run", required=False)
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder of the results.")
@click.option("--policy", default="coordinated", show_default=True, help="Whose course of the run.")
@click.option("--meter", type=FILE, help="A meter of your own: times and import_kw or import_kwh.")
@click.option("--events", type=FILE, help="Calls of the grid: start, end, and what they pay.")
@click.option(
    "--programme", help="Whose baseline; --programmes lists yours, else the bundled ones."
)
@click.option("--programmes", type=FILE, help="Baselines in the form of baselines.toml.")
@click.option("--clock", default="UTC", show_default=True, help="IANA zone of the meter's days.")
@click.option("--holiday", "holidays", multiple=True, help="A day like a weekend, 2026-07-03.")
@click.option("--currency", default="USD", show_default=True, help="Of the prices in --events.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def settle(
    run: str | None,
    runs: Path,
    policy: str,
    meter: Path | None,
    events: Path | None,
    programme: str | None,
    programmes: Path | None,
    clock: str,
    holidays: tuple[str, ...],
    currency: str,
    as_json: bool,
) -> int:
    """Settle RUN (its number, or last) again from its folder, every file checked against the record; or, without RUN, a
    meter of your own: calls of the grid under a programme's baseline."""
    from gridtide.doors.cli.settle_words import show

    if run is None:
        found = _of_meter(meter, events, programme, programmes, (clock, holidays, currency))
    else:
        found = _of_run(run, runs, policy)
    tell(found, "", None, as_json, show)
    return 0 if found.get("bit_equal", True) else 3


def _of_run(run: str, runs: Path, policy: str) -> dict[str, Any]:
    from gridtide.doors.results.folder import folder_of
    from gridtide.doors.results.run_settlement import run_settlement

    return run_settlement(folder_of(runs, run), policy)


def _of_meter(
    meter: Path | None,
    events: Path | None,
    programme: str | None,
    programmes: Path | None,
    place: tuple[str, tuple[str, ...], str],
) -> dict[str, Any]:
    """A stranger's meter under a programme. Raises BadInput with the faults of all files."""
    from gridtide.case import baselines
    from gridtide.doors.results.settlement_document import calls_document
    from gridtide.finding import refuse_if_any
    from gridtide.settle.call_settlement import settle_calls
    from gridtide.sources import zone_faults
    from gridtide.sources.call_table import CallTable
    from gridtide.sources.meter_table import MeterTable

    clock, holidays, currency = place
    refuse_if_any(_missing(meter=meter, events=events, programme=programme))
    assert meter is not None and events is not None and programme is not None
    faults = Gathered()
    faults.findings += zone_faults(clock, f"--clock {clock}")
    rules = faults.of(lambda: baselines.programmes(programmes))
    rule = None
    if rules is not None:
        rule = faults.of(lambda: baselines.programme_named(programme, rules))
    readings, calls = faults.of(MeterTable(path=meter).read), faults.of(CallTable(path=events).read)
    days = faults.of(lambda: _days(holidays))
    money = faults.of(lambda: currency_of(currency))
    faults.refuse_if_any()
    assert rule is not None and readings is not None and calls is not None
    assert days is not None and money is not None
    settled = settle_calls(readings, calls, rule, clock, days)
    return calls_document(readings, settled, rule, clock, money)


def _missing(**given: object) -> list[Finding]:
    """A fault for each option that a meter of one's own needs."""
    return [
        Finding(
            subject=f"--{name}",
            value="is not given",
            limit="--meter, --events and --programme together",
            mend="Give it; gridtide settle --help says what each holds.",
        )
        for name, value in given.items()
        if value is None
    ]


def _days(texts: tuple[str, ...]) -> frozenset[date]:
    """Holidays. Raises BadInput for one that is no date."""
    found, faults = [], []
    for text in texts:
        try:
            found.append(date.fromisoformat(text))
        except ValueError:
            faults.append(
                Finding(
                    subject=f"--holiday {text}",
                    value="is no date",
                    limit="a date like 2026-07-03",
                    mend="Correct it.",
                )
            )
    if faults:
        raise BadInput(faults)
    return frozenset(found)
