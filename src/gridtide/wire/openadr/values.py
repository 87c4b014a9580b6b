"""Values over time, and what says how to read them: the parts of programs, events and reports."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from gridtide.wire.openadr.text import (
    DurationText,
    InstantText,
    Name,
    Number,
    ObjectId,
    Truth,
    Unsaid,
    Whole,
    Wire,
)

Int32 = Annotated[Whole, Field(ge=-(2**31), le=2**31 - 1)]
Targets = tuple[Name, ...] | None


class Point(Wire):
    """One point of a curve."""

    x: Number
    y: Number


Value = StrictBool | StrictInt | StrictFloat | StrictStr | Point


class ValuesMap(Wire):
    """Values of one type; which types there are and what they may hold stands in `payload_types.py`."""

    type: Name
    values: tuple[Value, ...]


class IntervalPeriod(Wire):
    """When: start, duration and the range of chance on the start, each as written."""

    start: Unsaid[InstantText] = None
    duration: Unsaid[DurationText] = None
    randomize_start: Unsaid[DurationText] = None


class Interval(Wire):
    """Payloads that hold together for a while. id: a label, not an order."""

    id: Int32
    interval_period: Unsaid[IntervalPeriod] = None
    payloads: tuple[ValuesMap, ...]


class EventPayloadDescriptor(Wire):
    """Unit and currency of a payload type of events."""

    object_type: Literal["EVENT_PAYLOAD_DESCRIPTOR"] = "EVENT_PAYLOAD_DESCRIPTOR"
    payload_type: Name
    units: Name | None = None
    currency: StrictStr | None = None


class ReportPayloadDescriptor(Wire):
    """Unit, kind of reading and quality of a payload type of reports. confidence: 0 to 100."""

    object_type: Literal["REPORT_PAYLOAD_DESCRIPTOR"] = "REPORT_PAYLOAD_DESCRIPTOR"
    payload_type: Name
    reading_type: Name | None = None
    units: Name | None = None
    accuracy: Number | None = None
    confidence: Annotated[Whole, Field(ge=0, le=100)] | None = None


class ReportDescriptor(Wire):
    """What an event asks to be reported, and when.

    start_interval: -1 = at the end of the last interval. num_intervals: -1 = all. historical: False asks for a
    forecast. frequency: intervals between reports, -1 = num_intervals. repeat: -1 = for ever.
    """

    payload_type: Name
    reading_type: Name | None = None
    units: Name | None = None
    targets: Targets = None
    aggregate: Truth = False
    start_interval: Int32 = -1
    num_intervals: Int32 = -1
    historical: Truth = True
    frequency: Int32 = -1
    repeat: Int32 = 1
    report_intervals: Literal["INTERVALS", "SUB_INTERVALS", "OPEN_INTERVALS"] = "INTERVALS"


class Metadata(Wire):
    """What a VTN adds to every object."""

    id: ObjectId
    created_date_time: InstantText
    modification_date_time: InstantText
