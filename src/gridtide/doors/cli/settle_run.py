"""`gridtide settle RUN`: a run from its folder, and what files beside it add."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridtide.doors.cli.settle_files import CallFiles, MarketFiles
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any

if TYPE_CHECKING:
    from gridtide.doors.cli.settle_files import Settled
    from gridtide.settle.line import Line


@dataclass(frozen=True, kw_only=True)
class RunFiles:
    """Which course of which run; the market whose limits of green connections it is held to, a file of terms beside its
    contracts, and the site that calls are settled at (where it has only one, that)."""

    run: str | None
    runs: Path
    policy: str
    green: str | None
    terms: Path | None
    site: str | None

    def without_a_run(self) -> list[Finding]:
        """A fault for each option that only a run can have."""
        given = {"--green": self.green, "--terms": self.terms, "--site": self.site}
        return [
            Finding(
                subject=f"{name} {value}",
                value="is given without a run",
                limit="a run whose tables it is settled from",
                mend="Name RUN (its number, or last), or leave the option out.",
            )
            for name, value in given.items()
            if value is not None
        ]

    def settled(self, calls: CallFiles, services: MarketFiles) -> dict[str, Any]:
        """The document. Raises BadInput where the record is broken, and with the faults of all files."""
        from gridtide.doors.results.folder import folder_of
        from gridtide.doors.results.run_settlement import green_of, run_settlement, site_meters
        from gridtide.doors.results.settlement_document import (
            called_document,
            days_of,
            doubts,
            totals_document,
        )

        faults = Gathered()
        folder = faults.of(lambda: folder_of(self.runs, self.run or ""))
        found = faults.of(lambda: run_settlement(folder, self.policy)) if folder else None
        if folder is None or found is None:
            self._files_alone(faults, calls, services)
            refuse_if_any(faults.findings)
        assert folder is not None and found is not None
        on_clock = faults.of(lambda: self._called(folder, calls)) if calls.asked else None
        awarded = faults.of(lambda: services.lines(site_meters(folder, self.policy), "all"))
        told = faults.of(lambda: self._terms(folder, services))
        ratios = faults.of(
            lambda: (
                green_of(folder, self.policy, services.rules(), self.green) if self.green else []
            )
        )
        faults.refuse_if_any()
        called, clock = on_clock if on_clock is not None else (None, None)
        lines, certificates = told if told is not None else ((), None)
        of_calls = () if called is None else tuple(line for one in called[1] for line in one.lines)
        beside = (*of_calls, *(awarded or ()), *lines)
        clocks = services.clocks()
        if clock is not None and calls.programme is not None:
            clocks = ((calls.programme, clock), *clocks)
        days = [days_of(*one) for one in clocks]
        notes = [*found.pop("notes"), *days, *doubts(beside)]
        return {
            **found,
            "clock": clock,
            **called_document(called),
            "services": totals_document(beside),
            "green": ratios,
            "certificates": certificates,
            "notes": notes,
        }

    def _files_alone(self, faults: Gathered, calls: CallFiles, services: MarketFiles) -> None:
        """What can be said of the files beside a run that cannot be read itself."""
        from gridtide.case.settle_terms import settle_terms

        terms = self.terms
        faults.findings += calls.faults() if calls.asked else ()
        faults.of(lambda: services.lines((), "all"))
        if terms is not None:
            faults.of(lambda: settle_terms(terms))

    def _called(self, folder: Path, calls: CallFiles) -> "tuple[Settled, str]":
        """Calls settled by the meter of one site, and the clock on which their days are."""
        from gridtide.doors.results.run_settlement import site_clocks, site_meters

        meters = {one.source: one for one in site_meters(folder, self.policy)}
        name = self.site if self.site is not None or len(meters) > 1 else next(iter(meters))
        if name not in meters:
            raise BadInput([_no_site(self.site, tuple(meters))])
        refuse_if_any(calls.faults())
        on_clock = calls.on_clock(site_clocks(folder, self.policy)[name])
        return on_clock.settled(meters[name]), on_clock.clock or ""

    def _terms(
        self, folder: Path, services: MarketFiles
    ) -> "tuple[tuple[Line, ...], dict[str, Any] | None]":
        """Lines of the terms, and what certificates cover."""
        from gridtide.case.settle_terms import settle_terms
        from gridtide.doors.results.run_terms import certificates_document, terms_lines

        if self.terms is None:
            return (), None
        terms, faults = settle_terms(self.terms), Gathered()
        lines = faults.of(lambda: terms_lines(folder, self.policy, terms, services.rules()))
        certificates = faults.of(lambda: certificates_document(folder, self.policy, terms))
        faults.refuse_if_any()
        return lines or (), certificates


def _no_site(name: str | None, there: tuple[str, ...]) -> Finding:
    return Finding(
        subject="--site" if name is None else f"--site {name}",
        value="is not given" if name is None else "is no site of the run",
        limit="one of " + ", ".join(there),
        mend="Name the site that was called.",
    )
