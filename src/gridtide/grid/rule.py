"""What grids ask of a large load: limits on ramps and swings, and what it must stay through, each with its source."""

from dataclasses import dataclass
from enum import StrEnum

from gridtide.grid.ramp import Direction

__all__ = ["Direction", "Provenance", "Quantity", "Rule", "limit_of"]


class Quantity(StrEnum):
    """What a rule measures."""

    MEAN_RAMP = "mean-ramp"
    RAMP_PERCENTILE = "ramp-percentile"
    STEP = "step"
    BAND_SWING = "band-swing"
    BAND_SHARE = "band-share"
    VOLTAGE_CHANGE = "voltage-change"
    FLICKER = "flicker"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a rule is from. primary: whether its own document was read, not one that quotes it. mark: checked,
    quoted, unverified or own. assumed: what its text leaves open and how it is read here."""

    status: str
    status_date: str
    source: str
    primary: bool
    citation: str
    mark: str
    assumed: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A limit on how power or voltage may move.

    window_s: length of the window it looks at, None for the whole record. limit: in `unit` (kW/min, kW, share, Pst);
    share, share_of: the limit is at most this share of the load's peak or nominal power, in the same unit.
    band_hz: of frequencies, for quantities of a band. percentile: of RAMP_PERCENTILE. applies_above_kw: size of load
    from which on it holds, 0 for every one.
    exempt: whom it leaves out, in words. example: nobody's rule, judged only when it is named.
    """

    name: str
    authority: str
    text: str
    quantity: Quantity
    limit: float
    unit: str
    provenance: Provenance
    window_s: float | None = None
    direction: Direction = Direction.BOTH
    share: float | None = None
    share_of: str = "peak"
    band_hz: tuple[float, float] | None = None
    percentile: float | None = None
    example: bool = False
    applies_above_kw: float = 0.0
    exempt: str = ""


def limit_of(rule: Rule, peak_kw: float, nominal_kw: float) -> float:
    """The limit for a load of some peak and nominal power, in the rule's unit."""
    if rule.share is None:
        return rule.limit
    of_kw = nominal_kw if rule.share_of == "nominal" else peak_kw
    return min(rule.limit, rule.share * of_kw)
