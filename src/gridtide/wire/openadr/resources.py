"""Resources: what a VEN stands for – a site, a store, a plant."""

from typing import Annotated, Literal

from pydantic import Field

from gridtide.wire.openadr.text import Name, ObjectId, Wire
from gridtide.wire.openadr.values import Metadata, Targets, ValuesMap


class BlResourceRequest(Wire):
    """A resource as the operator's own system writes it; only there may targets be granted."""

    object_type: Literal["BL_RESOURCE_REQUEST"]
    client_id: Annotated[Name, Field(alias="clientID")]
    targets: Targets = None
    resource_name: Name
    ven_id: Annotated[ObjectId, Field(alias="venID")]
    attributes: tuple[ValuesMap, ...] | None = None


class VenResourceRequest(Wire):
    """A resource as its VEN writes it. resource_name: one of its kind under a VEN."""

    object_type: Literal["VEN_RESOURCE_REQUEST"]
    resource_name: Name
    ven_id: Annotated[ObjectId, Field(alias="venID")]
    attributes: tuple[ValuesMap, ...] | None = None


ResourceRequest = Annotated[
    BlResourceRequest | VenResourceRequest, Field(discriminator="object_type")
]


class Resource(Metadata):
    """A resource as a VTN tells it.

    As with `Ven`, the specification's object type cannot be met; RESOURCE is written, both are read.
    """

    object_type: Literal["RESOURCE", "BL_RESOURCE_REQUEST"] = "RESOURCE"
    client_id: Annotated[Name, Field(alias="clientID")]
    targets: Targets = None
    resource_name: Name
    ven_id: Annotated[ObjectId, Field(alias="venID")]
    attributes: tuple[ValuesMap, ...] | None = None
