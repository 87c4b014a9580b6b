"""`gridtide ven`: what does this VTN ask of my site now?"""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.numbers import Number
from gridtide.doors.cli.ven_hearing import Ways, hearing_of, way_faults
from gridtide.doors.cli.words import currency_of
from gridtide.finding import BadInput, Finding, Gathered
from gridtide.timeline import instant

if TYPE_CHECKING:
    from gridtide.doors.cli.ven_hearing import Hears
    from gridtide.sources.openadr.handing_in import Reporter, Round
    from gridtide.sources.openadr.recorder import Recorder
    from gridtide.sources.openadr.ven import Poll, Ven
    from gridtide.sources.report_table import ReportTable
    from gridtide.wire.openadr.agreement import Agreement

FILE = click.Path(path_type=Path)
STALE = 4


@dataclass(frozen=True, kw_only=True)
class Words:
    """How often and how far it is looked, and where it is written down."""

    once: bool
    every_s: float
    hours: float
    record: Path | None
    as_json: bool
    report: Path | None
    report_wait_s: float


@click.command()
@click.argument("url")
@click.option("--client-id", required=True, help="As the operator gave it.")
@click.option(
    "--client-secret-file", type=FILE, required=True, help="A file that holds the secret."
)
@click.option("--name", default="gridtide", show_default=True, help="Name of this VEN at the VTN.")
@click.option("--register", is_flag=True, help="Register the VEN first when it is not there yet.")
@click.option("--program", "programs", multiple=True, help="Only this program; may be repeated.")
@click.option(
    "--target", "targets", multiple=True, help="A target granted to this VEN; may be repeated."
)
@click.option("--most-kw", type=Number(), default=10_000_000.0, show_default=True,
              help="Powers above are errors.")  # fmt: skip
@click.option("--level-kw", help="Reduction of SIMPLE levels 0 to 3, like 0,2000,5000,9000.")
@click.option("--relative", type=click.Choice(["reduction", "increase"]),
              help="What a positive relative set-point means.")  # fmt: skip
@click.option(
    "--default-import-kw", type=Number(), help="Import that holds when limits ran out in a silence."
)
@click.option("--currency", help="Currency of prices whose event and program say none.")
@click.option("--once", is_flag=True, help="Ask once and leave.")
@click.option("--every", "every_s", type=Number(1, 86_400), default=60.0, show_default=True,
              help="Seconds between polls.")  # fmt: skip
@click.option("--hours", type=Number(0.1, 720), default=24.0, show_default=True,
              help="How far ahead to look.")  # fmt: skip
@click.option(
    "--record", type=FILE, help="Append every answer to this file, to be replayed in a case."
)
@click.option(
    "--report", type=FILE,
    help="Hand in what events ask to be reported, from this table; it is read anew whenever something is due.",
)  # fmt: skip
@click.option("--report-wait", "report_wait_s", type=Number(0, 86_400), default=300.0, show_default=True,
              help="Seconds that a report waits for figures before they are told as missing.")  # fmt: skip
@click.option(
    "--callback-url", help="Address at which the VTN tells of changes, https; polls go on beside."
)
@click.option("--listen", default="127.0.0.1:8443", show_default=True,
              help="Where calls of the VTN arrive; behind what brings TLS, or with --certificate.")  # fmt: skip
@click.option("--certificate", type=FILE, help="Certificate (chain) that --listen shows, in PEM.")
@click.option("--key", type=FILE, help="Its private key, in PEM.")
@click.option("--mqtt", is_flag=True, help="Hear of changes from the broker that the VTN names.")
@click.option("--token-url", help="Where tokens are given, when the VTN does not say it.")
@click.option(
    "--plain-http", is_flag=True, help="Speak to a VTN without TLS: for tests on this machine."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout; asks once.")
def ven(url: str, client_id: str, client_secret_file: Path, name: str, register: bool,
        programs: tuple[str, ...], targets: tuple[str, ...], most_kw: float, level_kw: str | None,
        relative: str | None, default_import_kw: float | None, currency: str | None, once: bool,
        every_s: float, hours: float, record: Path | None, report: Path | None,
        report_wait_s: float, callback_url: str | None, listen: str, certificate: Path | None,
        key: Path | None, mqtt: bool, token_url: str | None, plain_http: bool, as_json: bool) -> int:  # fmt: skip
    """What the VTN at URL asks of this site now: limits, set-points, reductions, alerts, prices, conflicts, and what
    was not acted on. Nothing is told to any device; reports are handed in where --report names their figures."""
    from gridtide.loop.clock import WallClock
    from gridtide.sources.openadr.access import Access, refuse_plain
    from gridtide.sources.openadr.connection import Connection
    from gridtide.sources.openadr.ven import Ven

    faults = Gathered()
    secret = faults.of(lambda: _secret(client_secret_file))
    agreement = faults.of(
        lambda: _agreement(name, most_kw, level_kw, relative, default_import_kw, currency)
    )
    for address, option in ((url, "URL"), (token_url, "--token-url")):
        if address is not None:
            faults.of(partial(refuse_plain, address, option, plain_http))
    if report is not None:
        faults.of(_report_table(report, name).read)
    ways = Ways(
        callback_url=callback_url, listen=listen, mqtt=mqtt, certificate=certificate, key=key
    )
    faults.findings += way_faults(ways, once or as_json)
    faults.refuse_if_any()
    assert secret is not None and agreement is not None
    access = Access(url=url, client_id=client_id, client_secret=secret, token_url=token_url,
                    plain_http=plain_http)  # fmt: skip
    connection = Connection(access, WallClock())
    ours = Ven(connection=connection, agreement=agreement, name=name, programs=programs,
               targets=targets)  # fmt: skip
    words = Words(once=once or as_json, every_s=every_s, hours=hours, record=record, as_json=as_json,
                  report=report, report_wait_s=report_wait_s)  # fmt: skip
    try:
        if register:
            ours.register()
        with hearing_of(ours, ways) as hearing:
            return _followed(ours, words, hearing)
    finally:
        connection.close()


def _followed(ours: "Ven", words: Words, hearing: "Hears | None") -> int:
    """Poll, show, report and record until told to stop; 4 when the only poll was not answered."""
    from gridtide.sources.openadr.recorder import Recorder

    clock = ours.connection.clock
    recorder = None if words.record is None else Recorder(words.record)
    reporter = None if words.report is None else _reporter(ours, words.report, words.report_wait_s)
    while True:
        begun = clock.now()
        poll = ours.poll()
        if recorder is not None:
            recorder.poll(poll, begun.replace(microsecond=0))
        _show(ours, poll, words, _handed_in(reporter))
        if words.once:
            return STALE if poll.unanswered else 0
        until = begun + timedelta(seconds=words.every_s)
        while (wake := _wake(reporter, until)) < until:
            _wait(ours, words, hearing, wake, recorder)
            _show_reports(_handed_in(reporter))
        _wait(ours, words, hearing, until, recorder)


def _reporter(ours: "Ven", path: Path, wait_s: float) -> "Reporter":
    from gridtide.sources.openadr.handing_in import Reporter

    return Reporter(ven=ours, figures=_report_table(path, ours.name).read, wait_s=round(wait_s))


def _report_table(path: Path, resource: str) -> "ReportTable":
    from gridtide.sources.report_table import ReportTable

    return ReportTable(path=path, resource=resource)


def _handed_in(reporter: "Reporter | None") -> "Round":
    from gridtide.sources.openadr.handing_in import Round

    return Round() if reporter is None else reporter.hand_in()


def _wake(reporter: "Reporter | None", until: datetime) -> datetime:
    """When the next report is due, at most when the next poll is."""
    if reporter is None:
        return until
    at_s = reporter.next_s(math.ceil(until.timestamp()))
    return min(instant(at_s), until)


def _wait(
    ours: "Ven",
    words: Words,
    hearing: "Hears | None",
    until: datetime,
    recorder: "Recorder | None",
) -> None:
    """Wait for an instant, and follow what the VTN tells by itself meanwhile."""
    if hearing is None:
        ours.connection.clock.wait_until(until)
        return
    _hear(ours, words, hearing, until, recorder)
    for finding in hearing.trouble():
        click.echo(str(finding), err=True)


def _hear(
    ours: "Ven", words: Words, hearing: "Hears", until: datetime, recorder: "Recorder | None"
) -> None:
    """Follow what the VTN tells by itself until the next poll is due."""
    from gridtide.sources.openadr.handing_in import Round
    from gridtide.sources.openadr.ven import Poll

    while (left_s := (until - ours.connection.clock.now()).total_seconds()) > 0:
        if not hearing.wait(left_s):
            return
        for notification in hearing.taken():
            news = ours.hear(notification)
            if recorder is not None:
                recorder.notice(notification, ours.connection.clock.now().replace(microsecond=0))
            _show(ours, Poll(news=news), words, Round())


def _show(ours: "Ven", poll: "Poll", words: Words, handed_in: "Round") -> None:
    from gridtide.doors.cli.ven_words import show
    from gridtide.doors.results.ven_document import ven_document

    now_s = int(ours.connection.clock.now().timestamp())
    held = ours.holding(now_s + round(3600 * words.hours))
    document = ven_document(ours.connection.access.url, poll, held, handed_in)
    if words.as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        show(document)
    for finding in (*poll.unanswered, *poll.news.faults, *handed_in.findings):
        click.echo(str(finding), err=True)


def _show_reports(handed_in: "Round") -> None:
    """What was handed in between two polls."""
    from gridtide.doors.cli.ven_words import reported_line
    from gridtide.doors.results.ven_document import reported

    for report in handed_in.reports:
        click.echo(reported_line(reported(report)))
    for finding in handed_in.findings:
        click.echo(str(finding), err=True)


def _secret(path: Path) -> str:
    from gridtide.sources import text_of

    with suppress(OSError):
        if path.is_file() and not path.read_bytes().strip():
            raise BadInput([_no_secret(path)])
    return text_of(path).strip()


def _no_secret(path: Path) -> Finding:
    return Finding(
        subject=str(path),
        value="holds nothing",
        limit="the secret of --client-id",
        mend="Put it there as the operator gave it.",
    )


def _agreement(
    name: str,
    most_kw: float,
    level_kw: str | None,
    relative: str | None,
    default_import_kw: float | None,
    currency: str | None,
) -> "Agreement":
    """What was agreed, as options say it. Raises BadInput with every fault."""
    from gridtide.wire.openadr.agreement import Agreement

    faults = Gathered()
    faults.findings += _power_faults(most_kw, default_import_kw)
    levels = None if level_kw is None else faults.of(lambda: _levels(level_kw))
    prices_in = faults.of(lambda: currency_of(currency))
    faults.refuse_if_any()
    signs = {"reduction": "reduction", "increase": "increase"}
    return Agreement(
        site=name,
        zone=name,
        seed=name,
        most_kw=most_kw,
        level_kw=levels,
        relative=signs.get(relative or ""),  # type: ignore[arg-type]
        default_import_kw=default_import_kw,
        price_currency=prices_in,
    )


def _power_faults(most_kw: float, default_import_kw: float | None) -> Iterator[Finding]:
    """Powers of an agreement that cannot be meant."""
    if not (math.isfinite(most_kw) and most_kw > 0.0):
        yield Finding(
            subject="--most-kw",
            value=f"{most_kw:g}",
            limit="a power above 0 kW",
            mend="Give the largest power that can be meant.",
        )
    elif default_import_kw is not None and not 0.0 <= default_import_kw <= most_kw:
        yield Finding(
            subject="--default-import-kw",
            value=f"{default_import_kw:g}",
            limit=f"from 0 to --most-kw, {most_kw:,.0f} kW",
            mend="Give the import that holds when nobody answers.",
        )


def _levels(text: str) -> tuple[float, ...]:
    try:
        levels = tuple(float(part) for part in text.split(","))
    except ValueError:
        levels = ()
    finite = all(map(math.isfinite, levels))
    if len(levels) == 4 and finite and min(levels) >= 0 and sorted(levels) == list(levels):
        return levels
    raise BadInput(
        [
            Finding(
                subject="--level-kw",
                value=text,
                limit="four reductions in kW for levels 0 to 3, none below the one before",
                mend="Write them like 0,2000,5000,9000.",
            )
        ]
    )
