"""Calls of the grid that a case reads from recordings of OpenADR, with the instants at which they were heard."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gridtide.case.heard_peaks import HeardPeak
from gridtide.case.schema import CaseFile, OpenAdrTable
from gridtide.case.work import resolved
from gridtide.decide.event import Event, EventKind
from gridtide.finding import Gathered
from gridtide.sources.openadr.recorded import PLAIN_POWER_KW, RecordedOpenAdr
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.house import SIGNALS
from gridtide.wire.openadr.outstanding import Asked
from gridtide.wire.openadr.replay import Replayed


@dataclass(frozen=True, kw_only=True)
class RecordedCalls:
    """Calls of all recordings of a case, likely peaks that were announced, and what a reader of results must know."""

    calls: tuple[Event, ...]
    peaks: tuple[HeardPeak, ...]
    notes: tuple[str, ...]


def recorded_calls(case: CaseFile, folder: Path) -> RecordedCalls:
    """What the [[openadr]] tables of a case bring. Raises BadInput with every fault of every recording."""
    calls: list[Event] = []
    peaks: list[HeardPeak] = []
    notes: list[str] = []
    faults = Gathered()
    for table in case.openadr:
        found = faults.of(partial(_replayed, table, case, folder))
        if found is not None:
            calls += _in_period(found.calls, table, case)
            peaks += _peaks(found, table)
            notes += _notes(found, table)
    faults.refuse_if_any()
    return RecordedCalls(calls=tuple(calls), peaks=tuple(peaks), notes=tuple(notes))


def reports_asked(case: CaseFile, folder: Path) -> tuple[tuple[str, Asked], ...]:
    """Each report that the recordings of a case asked for by its end, beside the site it is of. Raises BadInput."""
    faults = Gathered()
    found = [
        (table.site, faults.of(_recording(table, case, folder).asked)) for table in case.openadr
    ]
    faults.refuse_if_any()
    return tuple((site, one) for site, asked in found for one in asked or ())


def _replayed(table: OpenAdrTable, case: CaseFile, folder: Path) -> Replayed:
    return _recording(table, case, folder).replayed()


def agreement_of(table: OpenAdrTable, case: CaseFile) -> Agreement:
    """What was agreed with who runs the VTN."""
    return Agreement(
        site=table.site,
        zone=table.site,
        seed=table.site,
        most_kw=PLAIN_POWER_KW,
        level_kw=table.level_kw,
        offset_kw=table.offset_kw,
        relative=table.relative,
        rated_kw=table.rated_kw,
        baseline_kw=table.baseline_kw,
        default_import_kw=table.default_import_kw,
        peak_types=table.peak_alerts,
        price_currency=case.case.currency,
    )


def _recording(table: OpenAdrTable, case: CaseFile, folder: Path) -> RecordedOpenAdr:
    return RecordedOpenAdr(
        path=resolved(table.path, folder),
        zone=table.site,
        agreement=agreement_of(table, case),
        programs=table.programs,
        until_s=epoch_s(case.case.end),
    )


def _in_period(calls: tuple[Event, ...], table: OpenAdrTable, case: CaseFile) -> Iterator[Event]:
    """Those that touch the period, with what was agreed that they bring; a limit is not paid."""
    for call in calls:
        if call.start >= case.case.end or call.end <= case.case.start:
            continue
        paid = call.may_be_declined
        only_holds = call.kind in (EventKind.EXPORT_LIMIT, EventKind.SETPOINT)
        yield replace(
            call,
            payment_per_mwh=table.payment_per_mwh if paid else 0.0,
            penalty_per_mwh=0.0 if only_holds else table.penalty_per_mwh,
        )


def _peaks(found: Replayed, table: OpenAdrTable) -> Iterator[HeardPeak]:
    """What was announced of peaks by the types that the case says announce them."""
    for call, kind in zip(found.calls, found.payload_types, strict=True):
        if kind in table.peak_alerts:
            yield HeardPeak(
                name=call.name,
                site=table.site,
                start=call.start,
                end=call.end,
                heard_at=call.issued_at,
                taken_back_at=call.taken_back_at,
                likelihood=table.peak_likelihood,
            )


def _notes(found: Replayed, table: OpenAdrTable) -> Iterator[str]:
    """Each thing once: refused, left aside, contradictory, unanswered."""
    about = f"OpenADR of {table.site}"
    for fault in found.faults:
        yield f"{about}: refused, {fault}"
    left = [one for one in found.not_acted_on if one.payload_type not in SIGNALS]
    for one in left:
        yield f"{about}: {one.payload_type} of {one.event} was left aside, {one.why}"
    for open_one in found.conflicts:
        yield (
            f"{about}: {open_one.what} of {open_one.followed} ({open_one.value:g}) was followed,"
            f" not {open_one.left} ({open_one.other:g})"
        )
    if found.silent_lines:
        yield f"{about}: {found.silent_lines} polls were not answered"
