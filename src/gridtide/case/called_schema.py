"""Tables of a file that describes a cluster and the calls it answers."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from gridtide.case.name import Name
from gridtide.case.schema import Table
from gridtide.fleet.capped_job import BORROWED_WORTH, CHECKPOINT_MIN, RESTART_MIN, Pausing

Share = Annotated[float, Field(ge=0, le=1)]
Kw = Annotated[float, Field(ge=0, le=1e7)]
Watts = Annotated[float, Field(ge=0, le=1e4)]
LONGEST_MIN = 2880


class ClusterTable(Table):
    """[cluster]: the meter, and the span over which tiers are judged."""

    name: Name
    start: AwareDatetime
    minutes: Annotated[int, Field(ge=2, le=LONGEST_MIN)]
    baseline_kw: Annotated[float, Field(gt=0, le=1e7)] | None = None
    other_kw: Kw = 0.0
    fit_to_meter: bool = False
    fall: Annotated[float, Field(gt=0, le=1)] = 0.124
    rise: Annotated[float, Field(gt=0, le=1)] = 0.151
    margin: Annotated[float, Field(ge=0, le=0.2)] = 0.0


class CurveTable(Table):
    """[[curve]]: what a kind of work does at each power of an accelerator, written here or read from a table."""

    name: Name
    power_w: tuple[Watts, ...] = ()
    speed: tuple[Annotated[float, Field(gt=0, le=1e12)], ...] = ()
    idle_w: Watts
    file: Name | None = None
    source: Literal["table", "emerald"] = "table"
    workload: Name | None = None


class JobTable(Table):
    """[[job]]: its curve, size and tier, and what of it may pause or be answered elsewhere."""

    name: Name
    curve: Name
    accelerators: Annotated[int, Field(ge=1, le=1_000_000)]
    tier: Literal["flex 0", "flex 1", "flex 2", "flex 3"] | None = None
    loss_most: Share | None = None
    weight: Annotated[float, Field(gt=0, le=1e6)] | None = None
    pausing: Pausing = Pausing.NEVER
    usual: Annotated[float, Field(gt=0.05, le=1)] = 1.0
    makes_up: bool = False
    away_share: Share = 0.0
    away_value: Share = 1.0
    checkpoint_min: Annotated[float, Field(ge=0, le=120)] = CHECKPOINT_MIN
    restart_min: Annotated[float, Field(ge=0, le=240)] = RESTART_MIN
    gives: bool = False
    grows_to: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    borrowed_worth: Share = BORROWED_WORTH


class EventTable(Table):
    """[[event]]: when less is asked, how much less, and how long before it is told."""

    name: Name
    start: AwareDatetime
    end: AwareDatetime
    limit_share: Annotated[float, Field(gt=0, le=1)] | None = None
    limit_kw: Annotated[float, Field(gt=0, le=1e7)] | None = None
    limits: Name | None = None
    notice_min: Annotated[int, Field(ge=0, le=LONGEST_MIN)] = 10


class CalledFile(Table):
    """The whole file."""

    cluster: ClusterTable
    curve: Annotated[tuple[CurveTable, ...], Field(min_length=1)]
    job: Annotated[tuple[JobTable, ...], Field(min_length=1, max_length=500)]
    event: Annotated[tuple[EventTable, ...], Field(min_length=1)]
