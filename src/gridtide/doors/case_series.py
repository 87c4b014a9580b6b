"""What a case's own signals look like to the doctor: what happened, in the settlement currency, at whole instants."""

import numpy as np

from gridtide.case.zones import zone_known
from gridtide.signals.check import Check, Verdict
from gridtide.signals.doctor import examined
from gridtide.signals.history import Series, truth
from gridtide.signals.raw import Raw
from gridtide.signals.signal import PRICES
from gridtide.simulate.study import Study


def checks_of(study: Study, rows: Series) -> tuple[Check, ...]:
    """Whether a signal covers the period of the case, and every check of what it says."""
    return (_coverage(study, rows), *examined(raw_of(rows, dict(study.history.clocks))))


def raw_of(rows: Series, clocks: dict[str, str]) -> Raw:
    """The newest word on each time of a signal, forecasts left out; rows are counted in the order of time.

    clocks: IANA names by zone, as the case knows them; zones.toml is asked about others.
    """
    happened = np.flatnonzero(~rows.expected)
    order = happened[np.lexsort((rows.issued_s[happened], rows.start_s[happened]))]
    starts = rows.start_s[order]
    newest = order[np.concatenate([starts[1:] != starts[:-1], [True]])] if len(order) else order
    known = zone_known(rows.zone)
    return Raw(
        name=f"{rows.kind} of {rows.zone}",
        kind=rows.kind,
        zone=rows.zone,
        stamps_s=rows.start_s[newest].astype(np.float64),
        values=rows.values[newest],
        rows=np.arange(1, len(newest) + 1),
        clock=clocks.get(rows.zone, known.clock if known else None),
        currencies=(rows.currency,) if rows.kind in PRICES and rows.currency else (),
    )


def _coverage(study: Study, rows: Series) -> Check:
    values = truth(study.history, rows.kind, rows.zone, study.timeline).values
    lacking = int(np.isnan(values).sum())
    return Check(
        check="coverage",
        verdict=Verdict.DECIDE if lacking else Verdict.PASSED,
        count=lacking,
        sentence=f"{lacking} of {len(values)} steps have no value"
        if lacking
        else "every step has a value",
        mend="Give a signal that covers the period." if lacking else "",
    )
