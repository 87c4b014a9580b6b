"""Programs: what an operator offers, and how its events are to be read."""

from typing import Annotated

from pydantic import Field

from gridtide.wire.openadr.kinds import ObjectType
from gridtide.wire.openadr.text import Name, Unsaid, Uri, Wire
from gridtide.wire.openadr.values import (
    EventPayloadDescriptor,
    IntervalPeriod,
    Metadata,
    ReportPayloadDescriptor,
    Targets,
    ValuesMap,
)


class ProgramDescription(Wire):
    """Where a program is described."""

    url: Annotated[Uri, Field(alias="URL")]


class ProgramRequest(Wire):
    """A program as its operator writes it. program_name: one of its kind in a VTN."""

    program_name: Name
    interval_period: Unsaid[IntervalPeriod] = None
    program_descriptions: tuple[ProgramDescription, ...] | None = None
    payload_descriptors: (
        tuple[
            Annotated[
                EventPayloadDescriptor | ReportPayloadDescriptor, Field(discriminator="object_type")
            ],
            ...,
        ]
        | None
    ) = None
    attributes: tuple[ValuesMap, ...] | None = None
    targets: Targets = None


class Program(ProgramRequest, Metadata):
    """A program as a VTN tells it."""

    object_type: ObjectType = "PROGRAM"
