"""A way to run machines: how fast they work and what they draw."""

from dataclasses import dataclass

ANY_CLASS = -1


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """One entry of a pool's short menu of speeds.

    speed: work done per hour relative to a whole gang at full speed; in (0, 1] but where a gang grows.
    gang_share: accelerators that work runs on relative to its gang, 1 for all that no elastic job may change;
    work_class: the only class of work that may run so, by its number, ANY_CLASS for all.
    it_kw_per_accelerator: power at the IT meter of one busy accelerator with its share of the server.
    requests_per_s: what one accelerator answers of a reference request; 0 where it serves none.
    service_s: mean time one request holds its place in an accelerator's batch.
    setting: what a device must be told, read by devices only.
    """

    name: str
    speed: float
    it_kw_per_accelerator: float
    requests_per_s: float = 0.0
    service_s: float = 0.0
    setting: str = ""
    gang_share: float = 1.0
    work_class: int = ANY_CLASS
