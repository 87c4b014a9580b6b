"""Reports: what a VEN measured, expects or could do."""

from typing import Annotated

from pydantic import Field, StrictStr

from gridtide.wire.openadr.kinds import ObjectType
from gridtide.wire.openadr.text import Name, ObjectId, Unsaid, Wire
from gridtide.wire.openadr.values import (
    Interval,
    IntervalPeriod,
    Metadata,
    ReportPayloadDescriptor,
)

AGGREGATED = "AGGREGATED_REPORT"
"""Name of the resource that stands for the sum of several."""


class ResourceReport(Wire):
    """Intervals of one resource, or of all together under the name AGGREGATED_REPORT."""

    resource_name: Name
    interval_period: Unsaid[IntervalPeriod] = None
    intervals: tuple[Interval, ...]


class ReportRequest(Wire):
    """A report as a VEN writes it."""

    event_id: Annotated[ObjectId, Field(alias="eventID")]
    client_name: Name
    report_name: StrictStr | None = None
    payload_descriptors: tuple[ReportPayloadDescriptor, ...] | None = None
    resources: tuple[ResourceReport, ...]


class Report(ReportRequest, Metadata):
    """A report as a VTN tells it."""

    object_type: ObjectType = "REPORT"
    client_id: Annotated[Name, Field(alias="clientID")]
