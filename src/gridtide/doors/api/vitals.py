"""How is the fleet? What a room shows of itself at an instant, as numbers with their labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Labelled = Mapping[tuple[str, ...], float]


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """Numbers by label. What is unknown has no entry, never 0.

    power_kw: metered, by site and class; those of the building and of idle machines stand beside those of work.
    import_kw: drawn from the grid, and planned_kw, import_max_kw: by site. envelope_kw: by site and bound, lower or
    upper. renewable_kw: by site and use, used or curtailed. energy_kwh: drawn since the service began, by site.
    price_per_mwh: by site, in `currency`. carbon_g_per_kwh: by site and kind, average or marginal. flexibility_kw: by
    site and direction, up or down. score: of regulation, by site. source_age_s: by name. alarms: that stand, by kind.
    mode: by name, 1 for the one that holds. at_risk: jobs. waiting: proposals. frame_age_s: since the room last made a
    frame.
    """

    currency: str = "EUR"
    power_kw: Labelled = field(default_factory=dict)
    import_kw: Labelled = field(default_factory=dict)
    planned_kw: Labelled = field(default_factory=dict)
    envelope_kw: Labelled = field(default_factory=dict)
    import_max_kw: Labelled = field(default_factory=dict)
    renewable_kw: Labelled = field(default_factory=dict)
    energy_kwh: Labelled = field(default_factory=dict)
    price_per_mwh: Labelled = field(default_factory=dict)
    carbon_g_per_kwh: Labelled = field(default_factory=dict)
    flexibility_kw: Labelled = field(default_factory=dict)
    score: Labelled = field(default_factory=dict)
    source_age_s: Labelled = field(default_factory=dict)
    alarms: Labelled = field(default_factory=dict)
    mode: Labelled = field(default_factory=dict)
    at_risk: int | None = None
    waiting: int | None = None
    frozen: bool | None = None
    leads: bool | None = None
    epoch: int | None = None
    audit_whole: bool | None = None
    frame_age_s: float | None = None
