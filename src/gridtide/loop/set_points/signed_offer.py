"""What of an offer that stands in the case, and that no decision carries, may be moved now without asking anybody."""

from datetime import datetime
from zoneinfo import ZoneInfo

from gridtide.trust.modes import Autonomy, Mode


def signed_offer(
    autonomy: Autonomy, site: str, clock: str, standing_kw: tuple[float, float], now: datetime
) -> tuple[float, float]:
    """Less and more, kW: all of it in an emergency, in act what the envelope leaves the site at this hour of its clock,
    else nothing: nobody can approve set-points of seconds one by one."""
    if autonomy.mode is Mode.EMERGENCY:
        return standing_kw
    local = now.astimezone(ZoneInfo(clock))
    open_now = autonomy.envelope.open_at(local.hour + local.minute / 60)
    if autonomy.mode is not Mode.ACT or not open_now:
        return 0.0, 0.0
    most_kw = autonomy.envelope.at(site)
    up_kw, down_kw = standing_kw
    return min(up_kw, most_kw), min(down_kw, most_kw)
