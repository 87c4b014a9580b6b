"""What meters and markets said of a site over steps that are past, as a bill wants it."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Commitment, Commitments
from gridtide.fleet.site import Site
from gridtide.loop.sight import sale_kind
from gridtide.settle.cost import Metered
from gridtide.signals.history import History, known
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]


def position_kw(commitments: Commitments, site: Site, shown: Timeline) -> Real:
    """What was bought of each step, (T,), kW; NaN where nothing was."""
    found = np.full(len(shown), np.nan)
    at = {int(edge): step for step, edge in enumerate(shown.starts_s)}
    for one in commitments:
        if isinstance(one, Commitment) and one.site == site.name and epoch_s(one.start) in at:
            found[at[epoch_s(one.start)]] = one.position_kw
    return found


def metered_of(
    history: History, site: Site, shown: Timeline, drawn: tuple[Real, Real, Real]
) -> Metered:
    """What meters and markets said of a site, prices as they are known at the end of the steps. drawn: import, export
    and what was bought ahead of each, kW, (T,); unknown is NaN."""
    import_kw, export_kw, bought_kw = drawn
    price, export_price, real_time = (
        known(history, kind, zone, shown, shown.end).values
        for kind, zone in (
            (Kind.PRICE, site.zone),
            (sale_kind(history, site), site.zone),
            (Kind.PRICE, site.contract.real_time_zone or site.zone),
        )
    )
    local = shown.local_times(site.clock)
    sold = np.where(export_kw > 0.0, export_price, 0.0)
    return Metered(
        import_kwh=import_kw * shown.hours,
        export_kwh=export_kw * shown.hours,
        price_per_mwh=price,
        real_time_price_per_mwh=real_time,
        export_price_per_mwh=sold,
        position_kwh=np.nan_to_num(bought_kw) * shown.hours,
        weekday=np.asarray([moment.weekday() for moment in local]),
        hour=np.asarray([moment.hour + moment.minute / 60.0 for moment in local]),
        hours=shown.hours,
    )
