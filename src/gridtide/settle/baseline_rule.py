"""How a programme says what a site would have drawn: which days, which mean, which correction."""

from dataclasses import dataclass
from enum import StrEnum


class Select(StrEnum):
    """Which of the eligible days count."""

    LAST = "last"
    HIGHEST = "highest"
    MIDDLE = "middle"
    SIMILAR = "similar"
    SAME_DAY = "same-day"


class Adjust(StrEnum):
    """How the mean is corrected by what the site drew just before an event."""

    NONE = "none"
    RATIO = "ratio"
    ADDITIVE = "additive"


@dataclass(frozen=True, kw_only=True)
class BaselineRule:
    """One programme's baseline.

    pool_days, kept_days: of the newest `pool_days` eligible days, so many are chosen, on workdays; weekend_pool_days,
    weekend_kept_days: on weekends and holidays. lookback_days: how many calendar days back. least_days: fewer days
    to choose from give no baseline. low_usage_share: a day whose event hours stay below this share of the mean of the
    newer ones is left out. adjust_from_h, adjust_to_h: the window of correction, hours before the event begins.
    ratio_min, ratio_max: clamp of a ratio. additive_max_share: clamp of an addition, as a share of the mean in the
    window, None without one. apart_h: around an event, hours that neither likeness nor a same-day mean looks at.
    before_h, after_h: hours of a same-day mean. gate_rrmse: largest relative error on days without events, None
    without a gate. window_quantile: a window above this quantile of the same hours of the days looked back on is
    marked. loss_share: of energy lost between meter and grid, by which a reduction is grossed up.
    """

    select: Select
    pool_days: int = 10
    kept_days: int = 10
    weekend_pool_days: int = 4
    weekend_kept_days: int = 4
    lookback_days: int = 45
    least_days: int = 5
    low_usage_share: float = 0.0
    adjust: Adjust = Adjust.NONE
    adjust_from_h: float = 4.0
    adjust_to_h: float = 2.0
    ratio_min: float = 0.8
    ratio_max: float = 1.2
    additive_max_share: float | None = None
    apart_h: float = 1.0
    before_h: float = 3.0
    after_h: float = 2.0
    gate_rrmse: float | None = None
    window_quantile: float = 0.95
    loss_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A rule with where it comes from.

    clock: IANA zone on which days of the market begin, None where it is that of the site.
    status: in force, superseded or proposed. edition: the date of the text. source: what says so. primary: whether
    that is the rule book itself. mark: quoted or unverified; unverified: settings that no text at hand confirms.
    """

    name: str
    title: str
    market: str
    clock: str | None
    status: str
    edition: str
    source: str
    primary: bool
    mark: str
    unverified: tuple[str, ...]
    rule: BaselineRule
