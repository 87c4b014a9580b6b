"""What a call of the grid came to: asked, delivered, paid, owed, and whether power came back too high."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import CallAnswer, asked_beside
from gridtide.decide.event import Event, EventKind
from gridtide.digest import freeze
from gridtide.timeline import Timeline, epoch_s
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
BAND = (0.90, 1.10)
"""Delivered as a share of what was agreed: from the first on an interval is paid whole, beyond the second nothing
more is. What operators are used to (reference of the grid side, 12.2), not a rule of one market."""
TOLERANCE_KW = 1e-6


@dataclass(frozen=True, kw_only=True)
class SettledCall:
    """asked, agreed and delivered energy beside the baseline, kWh; delivered counts up to what was agreed.

    above_limit_kwh: drawn beyond a mandatory limit. in_band: share of the agreed time in which at least BAND's first
    was delivered; beyond_band: in which more than its second was. rebound_kw: most that was drawn beyond the level of
    the recovery, 0 without one. payment, penalty: money.
    """

    asked_kwh: float
    agreed_kwh: float
    delivered_kwh: float
    above_limit_kwh: float
    in_band: float | None
    beyond_band: float | None
    rebound_kw: float
    payment: float
    penalty: float

    @property
    def owed(self) -> float:
        """What a site pays for it, money, below 0 where it earns."""
        return self.penalty - self.payment

    @property
    def performance(self) -> float | None:
        """Delivered as a share of what was agreed; None where nothing was."""
        return self.delivered_kwh / self.agreed_kwh if self.agreed_kwh > 0.0 else None


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredCall:
    """What a call is settled by, (T,) each: what it asks for beside others, the baseline, NaN where it is unknown, what
    was drawn, and the level that the recovery allows, inf without one. share: of what is asked that was taken;
    agreed_kw: that, as far as the site could take it."""

    event: Event
    share: float
    asked_kw: Real
    agreed_kw: Real
    baseline_kw: Real
    drawn_kw: Real
    level_kw: Real

    def __post_init__(self) -> None:
        real = ("asked_kw", "agreed_kw", "baseline_kw", "drawn_kw", "level_kw")
        freeze(self, **dict.fromkeys(real, np.float64))


def counted_kw(kind: EventKind, import_kw: Real, export_kw: Real, unused_kw: Real) -> Real:
    """What counts as drawn for a call, (T,), kW: the meter; for absorbing and for set-points less what was fed in, and
    for absorbing less own supply left unused, so that supply thrown away absorbs nothing."""
    if kind is EventKind.ABSORB:
        return import_kw - export_kw - unused_kw
    if kind is EventKind.SETPOINT:
        return import_kw - export_kw
    return import_kw


def measured_call(
    answer: CallAnswer, answers: tuple[CallAnswer, ...], drawn_kw: Real, horizon: Timeline
) -> MeasuredCall:
    """One call among others. answer, answers: with the baselines that count; drawn_kw: (T,)."""
    asked_kw = np.nan_to_num(asked_beside(answer, answers, horizon))
    return MeasuredCall(
        event=answer.event,
        share=answer.share,
        asked_kw=asked_kw,
        agreed_kw=answer.share * np.minimum(asked_kw, answer.most_over(horizon)),
        baseline_kw=answer.baseline_over(horizon),
        drawn_kw=drawn_kw,
        level_kw=answer.level_after_kw(horizon),
    )


def settle_call(measured: MeasuredCall, horizon: Timeline) -> SettledCall:
    """Settle one call by what the meter said.

    Intervals are the steps. A mandatory call owes its penalty for what is drawn above its limit once its notice is
    over; one that could be declined for what is lacking in intervals below the band.
    """
    event, hours, drawn_kw = measured.event, horizon.hours, measured.drawn_kw
    asked_kw, agreed_kw = measured.asked_kw, measured.agreed_kw
    sign = -1.0 if event.kind is EventKind.ABSORB else 1.0
    beside_kw = sign * np.nan_to_num(measured.baseline_kw - drawn_kw)
    delivered_kw = np.clip(beside_kw, 0.0, agreed_kw)
    above_kwh = _above_limit_kw(event, drawn_kw, horizon) * hours
    counts = agreed_kw > TOLERANCE_KW
    share, time_h = beside_kw[counts] / agreed_kw[counts], hours[counts]
    whole = beside_kw >= BAND[0] * agreed_kw
    paid_kw = np.where(whole & event.may_be_declined, agreed_kw, delivered_kw)
    lacking_kwh = float((np.where(whole, 0.0, agreed_kw - delivered_kw) * hours).sum())
    if event.mandatory:
        owed = horizon.ends_s > epoch_s(event.owes_from)
        lacking_kwh = float(above_kwh[owed].sum())
    rebound_kw = (drawn_kw - measured.level_kw).max(initial=0.0)
    return SettledCall(
        asked_kwh=float((asked_kw * hours).sum()),
        agreed_kwh=float((agreed_kw * hours).sum()),
        delivered_kwh=float((delivered_kw * hours).sum()),
        above_limit_kwh=float(above_kwh.sum()),
        in_band=_share_of_time(share >= BAND[0], time_h),
        beyond_band=_share_of_time(share > BAND[1], time_h),
        rebound_kw=float(rebound_kw),
        payment=cost_per_kwh(event.payment_per_mwh) * float((paid_kw * hours).sum()),
        penalty=cost_per_kwh(event.penalty_per_mwh) * lacking_kwh,
    )


def _above_limit_kw(event: Event, drawn_kw: Real, horizon: Timeline) -> Real:
    inside = (horizon.ends_s > epoch_s(event.start)) & (horizon.starts_s < epoch_s(event.end))
    inside &= horizon.starts_s >= epoch_s(event.issued_at)
    above_kw = drawn_kw - event.limit_kw
    return np.where(inside & (above_kw > TOLERANCE_KW), above_kw, 0.0)


def _share_of_time(chosen: NDArray[np.bool_], hours: Real) -> float | None:
    return float(hours[chosen].sum() / hours.sum()) if len(hours) else None
