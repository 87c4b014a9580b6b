"""Events: what an operator asks of those who take part in a program."""

from typing import Annotated

from pydantic import Field, StrictStr

from gridtide.wire.openadr.kinds import ObjectType
from gridtide.wire.openadr.text import DurationText, ObjectId, Unsaid, Whole, Wire
from gridtide.wire.openadr.values import (
    EventPayloadDescriptor,
    Interval,
    IntervalPeriod,
    Metadata,
    ReportDescriptor,
    Targets,
)


class EventRequest(Wire):
    """An event as its operator writes it. priority: a lower number goes first, None goes last."""

    program_id: Annotated[ObjectId, Field(alias="programID")]
    event_name: StrictStr | None = None
    duration: Unsaid[DurationText] = None
    priority: Annotated[Whole, Field(ge=0)] | None = None
    targets: Targets = None
    report_descriptors: tuple[ReportDescriptor, ...] | None = None
    payload_descriptors: tuple[EventPayloadDescriptor, ...] | None = None
    interval_period: Unsaid[IntervalPeriod] = None
    intervals: Unsaid[tuple[Interval, ...]] = None


class Event(EventRequest, Metadata):
    """An event as a VTN tells it."""

    object_type: ObjectType = "EVENT"
