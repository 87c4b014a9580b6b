"""A call of the grid: what it asks of a site, from when to when, and what it is worth."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a call that holds until it is taken back."""
NO_LIMIT_KW = float("inf")


class EventKind(StrEnum):
    """What a call asks for.

    CAPACITY_LIMIT: draw at most import_max_kw. DEMAND_RESPONSE: draw reduce_kw less than the baseline, or at most
    import_max_kw. ORDERLY_USE: the same by order (有序用电), with rank, notice and penalty. ABSORB: draw take_kw more
    than the baseline, or at least import_min_kw. EXPORT_LIMIT: feed in at most export_max_kw. SETPOINT: draw
    setpoint_kw, or reduce_kw less or take_kw more than the baseline, and neither more nor less than that. ALERT: a
    warning that asks for nothing.
    """

    CAPACITY_LIMIT = "capacity-limit"
    DEMAND_RESPONSE = "demand-response"
    ORDERLY_USE = "orderly-use"
    ABSORB = "absorb"
    EXPORT_LIMIT = "export-limit"
    SETPOINT = "set-point"
    ALERT = "alert"


ALWAYS_MANDATORY = (
    EventKind.CAPACITY_LIMIT,
    EventKind.ORDERLY_USE,
    EventKind.EXPORT_LIMIT,
    EventKind.SETPOINT,
)
NO_LIMIT = (EventKind.ABSORB, EventKind.SETPOINT, EventKind.ALERT)
"""Kinds that limit nothing: a set-point goes behind limits and promises, and is met as far as they let it."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """What the grid asks of a site in [start, end); OPEN_END for a call that holds until it is taken back.

    issued_at: when it was said; no decision before knows of it, and it binds nobody before.
    import_max_kw, import_min_kw, export_max_kw, setpoint_kw: at the meter; reduce_kw, take_kw: less or more than the
    baseline, ≥ 0.
    baseline_kw: an agreed one; None for what the site declares when the call is issued. mandatory: a limit that
    holds; otherwise the site answers by answer_by (None: at once) how much of it it takes. priority: between calls
    of one kind the lower number holds, and of equal ones the narrower. rank: in orderly use, who gives way first.
    notice_h: before which no penalty is owed. ramp_max_kw_per_min: how fast power may come down to it.
    recover_h: for how long after it a site draws no more than it would have, or drew before; rebound_max_kw: how much
    more than that it may.
    payment_per_mwh, penalty_per_mwh: for what is delivered, and for what is lacking, settlement currency.
    taken_back_at: when it was taken back or changed into another; no decision before knows of it. None: never.
    """

    site: str
    start: datetime
    end: datetime
    issued_at: datetime
    import_max_kw: float = NO_LIMIT_KW
    import_min_kw: float = 0.0
    export_max_kw: float = NO_LIMIT_KW
    kind: EventKind = EventKind.CAPACITY_LIMIT
    name: str = ""
    reduce_kw: float = 0.0
    take_kw: float = 0.0
    setpoint_kw: float | None = None
    baseline_kw: float | None = None
    mandatory: bool = True
    priority: int = 0
    rank: int = 0
    notice_h: float = 0.0
    answer_by: datetime | None = None
    ramp_max_kw_per_min: float | None = None
    recover_h: float = 0.0
    rebound_max_kw: float = 0.0
    payment_per_mwh: float = 0.0
    penalty_per_mwh: float = 0.0
    taken_back_at: datetime | None = None

    @property
    def limit_kw(self) -> float:
        """What a mandatory call leaves the site at most, kW; no limit for one that may be declined."""
        if not self.mandatory or self.kind in NO_LIMIT:
            return NO_LIMIT_KW
        if self.baseline_kw is None or self.reduce_kw == 0.0:
            return self.import_max_kw
        return min(self.import_max_kw, max(self.baseline_kw - self.reduce_kw, 0.0))

    def is_known(self, as_of: datetime) -> bool:
        """Whether it was said by an instant, not taken back by then, and is not over."""
        is_standing = self.taken_back_at is None or as_of < self.taken_back_at
        return self.issued_at <= as_of < self.end and is_standing

    @property
    def may_be_declined(self) -> bool:
        """Whether the site answers how much of it it takes."""
        return not self.mandatory and self.kind is not EventKind.ALERT

    @property
    def label(self) -> str:
        """How results call it."""
        return self.name or f"{self.kind} {self.site} {self.start.astimezone(UTC):%Y-%m-%dT%H:%MZ}"

    @property
    def owes_from(self) -> datetime:
        """From when on a penalty is owed: its start, or the end of the notice where it was issued late."""
        return max(self.start, self.issued_at + timedelta(hours=self.notice_h))
