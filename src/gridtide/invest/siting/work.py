"""The work a site is looked for: its classes, where its users are, and the data it lives on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where users are or data arises. share: of all requests [0-1]; all shares sum to 1."""

    name: str
    latitude: float
    longitude: float
    share: float


@dataclass(frozen=True, kw_only=True)
class DataNeed:
    """Data of a class of work, which arises at one origin.

    set_gb: all of it. change_gb_per_day: what is new of it. read_gb_per_day: what the work would read in a day if it
    kept nothing. results_gb_per_day: sent back. refresh_years: after which the whole set is copied anew. lag_max_h:
    hours within which a day's data must have arrived, at most 24. sensitivity: 0 to 3, what one transfer exposes.
    """

    home: str
    set_gb: float
    change_gb_per_day: float
    read_gb_per_day: float
    results_gb_per_day: float = 0.0
    refresh_years: float = 4.0
    lag_max_h: float = 24.0
    sensitivity: int = 0


@dataclass(frozen=True, kw_only=True)
class WorkClass:
    """Work of one kind.

    it_kw: mean IT power. utilisation: of the halls built for it, so that they carry it_kw / utilisation.
    flexible_share: of each hour that may run in another of the same slack_h hours. rtt_max_ms: hard limit of the
    round trip from every user, None for work nobody waits for. regions: hard, empty where any will do.
    embodied_kg_per_kw: carbon of the machines per kW of IT capacity, hardware_years they serve.
    """

    name: str
    it_kw: float
    utilisation: float = 0.8
    flexible_share: float = 0.0
    slack_h: int = 24
    rtt_max_ms: float | None = None
    regions: tuple[str, ...] = ()
    data: DataNeed | None = None
    embodied_kg_per_kw: float = 0.0
    hardware_years: float = 5.0
