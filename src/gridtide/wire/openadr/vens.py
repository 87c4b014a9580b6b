"""VENs: who takes part, as the operator or the VEN itself writes it, and as a VTN tells it."""

from typing import Annotated, Literal

from pydantic import Field

from gridtide.wire.openadr.text import Name, Wire
from gridtide.wire.openadr.values import Metadata, Targets, ValuesMap


class BlVenRequest(Wire):
    """A VEN as the operator's own system writes it; only there may targets be granted."""

    object_type: Literal["BL_VEN_REQUEST"]
    client_id: Annotated[Name, Field(alias="clientID")]
    targets: Targets = None
    ven_name: Name
    attributes: tuple[ValuesMap, ...] | None = None


class VenVenRequest(Wire):
    """A VEN as it writes itself. ven_name: one of its kind in a VTN."""

    object_type: Literal["VEN_VEN_REQUEST"]
    ven_name: Name
    attributes: tuple[ValuesMap, ...] | None = None


VenRequest = Annotated[BlVenRequest | VenVenRequest, Field(discriminator="object_type")]


class Ven(Metadata):
    """A VEN as a VTN tells it.

    The specification asks for an object type that is VEN and BL_VEN_REQUEST at once; VEN is written, both are read.
    """

    object_type: Literal["VEN", "BL_VEN_REQUEST"] = "VEN"
    client_id: Annotated[Name, Field(alias="clientID")]
    targets: Targets = None
    ven_name: Name
    attributes: tuple[ValuesMap, ...] | None = None
