"""`gridtide settle`: what was delivered and what is owed, line by line, each with its formula, version and inputs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.running import DEFAULT_RUNS
from gridtide.doors.cli.settle_files import CallFiles, MarketFiles
from gridtide.doors.cli.settle_run import RunFiles
from gridtide.doors.cli.telling import tell
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any

if TYPE_CHECKING:
    from gridtide.settle.call import Meter

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("run", required=False)
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder of the results.")
@click.option("--policy", default="coordinated", show_default=True, help="Whose course of the run.")
@click.option(
    "--green", help="Of a run: the market whose limits for direct connections it is held to."
)
@click.option("--terms", type=FILE,
              help="Of a run: agreements, two-part tariffs, movements under a K, certificates.")  # fmt: skip
@click.option("--site", help="Of a run with several: the site whose meter --events are settled by.")
@click.option("--meter", type=FILE, help="A meter of your own: times and import_kw or import_kwh.")
@click.option("--events", type=FILE, help="Calls of the grid, and what they pay.")
@click.option("--programme", help="Whose baseline calls are settled by; --formulas lists them.")
@click.option("--programmes", type=FILE, help="Baselines in the form of baselines.toml.")
@click.option("--holiday", "holidays", multiple=True, help="A day like a weekend, 2026-07-03.")
@click.option("--awards", type=FILE, help="Awards of regulation with scores and clearing prices.")
@click.option("--followed", type=FILE,
              help="What gridtide follow --json printed, settled at the prices of --clearing.")  # fmt: skip
@click.option("--clearing", type=FILE, help="Clearing prices and mileage ratios of --followed.")
@click.option("--market", default="pjm-regulation", show_default=True, help="Whose regulation.")
@click.option("--peaks", type=FILE, help="The system's peaks, start and end.")
@click.option("--peak-market", default="ercot-transmission", show_default=True, help="Whose peaks.")
@click.option("--peak-price", type=Number(min=0),
              help="Money per kW of the mean over the peaks.")  # fmt: skip
@click.option("--markets", type=FILE, help="Rules in the form of markets.toml.")
@click.option("--clock", help="IANA zone on which days begin, in place of the market's own.")
@click.option("--currency", default="USD", show_default=True, help="Of all prices, without a run.")
@click.option("--formulas", is_flag=True, help="List every programme and formula that is known.")
@click.option("--page", type=PageFile(), help="Write the settlement as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def settle(
    run: str | None,
    runs: Path,
    policy: str,
    green: str | None,
    terms: Path | None,
    site: str | None,
    meter: Path | None,
    events: Path | None,
    programme: str | None,
    programmes: Path | None,
    holidays: tuple[str, ...],
    awards: Path | None,
    followed: Path | None,
    clearing: Path | None,
    market: str,
    peaks: Path | None,
    peak_market: str,
    peak_price: float | None,
    markets: Path | None,
    clock: str | None,
    currency: str,
    formulas: bool,
    page: Path | None,
    as_json: bool,
) -> int:
    """Settle RUN (its number, or last) again from its folder, every file checked against the record; or, without RUN, a
    meter of your own: calls of the grid under a programme's baseline, coincident peaks, awards of regulation."""
    from gridtide.doors.cli.settle_words import show, show_formulas

    calls = CallFiles(
        events=events, programme=programme, programmes=programmes, holidays=holidays, clock=clock
    )
    services = MarketFiles(
        awards=awards, followed=followed, clearing=clearing, market=market, peaks=peaks, peak_market=peak_market,
        peak_price_per_kw=peak_price, markets=markets, clock=clock,
    )  # fmt: skip
    if formulas:
        tell(_formulas(programmes, markets), "", None, as_json, show_formulas)
        return 0
    course = RunFiles(run=run, runs=runs, policy=policy, green=green, terms=terms, site=site)
    if run is None:
        refuse_if_any(course.without_a_run())
        found = _of_files(meter, calls, services, currency)
    else:
        refuse_if_any(_two_meters(meter))
        found = course.settled(calls, services)
    tell(found, "settle.js", page, as_json, show)
    return 0 if found.get("bit_equal", True) else 3


def _of_files(
    meter: Path | None, calls: CallFiles, services: MarketFiles, currency: str
) -> dict[str, Any]:
    """A stranger's meter and awards. Raises BadInput with the faults of all files."""
    from gridtide.doors.cli.words import currency_of
    from gridtide.doors.results.settlement_document import calls_document, meter_document
    from gridtide.sources.meter_table import MeterTable

    if not (calls.asked or services.asked):
        raise BadInput([_nothing_asked()])
    faults = Gathered()
    money = faults.of(lambda: currency_of(currency))
    readings: Meter | None = None
    if meter is not None:
        readings = faults.of(MeterTable(path=meter).read)
    elif calls.asked or services.peaks is not None:
        faults.findings.append(_no_meter())
    faults.findings += calls.faults()
    lines = faults.of(lambda: services.lines(() if readings is None else (readings,), "awards"))
    on_clock = faults.of(lambda: calls.on_clock("UTC")) if calls.asked else None
    settled = None
    if on_clock is not None and readings is not None:
        settled = faults.of(lambda: on_clock.settled(readings))
    clocks = faults.of(services.clocks) or ()
    faults.refuse_if_any()
    if on_clock is not None and on_clock.programme and on_clock.clock:
        clocks = ((on_clock.programme, on_clock.clock), *clocks)
    told = meter_document(readings, lines or (), clocks, money or currency)
    return told if settled is None or readings is None else calls_document(told, settled, readings)


def _formulas(programmes: Path | None, markets: Path | None) -> dict[str, Any]:
    from gridtide.case.baselines import programmes as read_programmes
    from gridtide.case.markets import market_rules
    from gridtide.doors.results.settlement_document import formulas_document

    faults = Gathered()
    baselines = faults.of(lambda: read_programmes(programmes))
    rules = faults.of(lambda: market_rules(markets))
    faults.refuse_if_any()
    return formulas_document(baselines or {}, rules or ())


def _nothing_asked() -> Finding:
    return Finding(
        subject="gridtide settle",
        value="neither a run nor files",
        limit="RUN, or --meter with --events and --programme or --peaks, --awards, --followed",
        mend="Give one; gridtide settle --help says what each holds.",
    )


def _no_meter() -> Finding:
    return Finding(
        subject="--meter",
        value="is not given",
        limit="a meter that calls and peaks are settled by",
        mend="Give it; docs/sources.md says what it holds.",
    )


def _two_meters(meter: Path | None) -> list[Finding]:
    if meter is None:
        return []
    return [
        Finding(
            subject=f"--meter {meter}",
            value="is given beside a run",
            limit="one meter: that of the run, or your own",
            mend="Leave one of them out.",
        )
    ]
