"""Subscriptions: which changes somebody wants to be told of, and where."""

from typing import Annotated

from pydantic import Field, StrictStr

from gridtide.wire.openadr.kinds import ObjectType, Operation
from gridtide.wire.openadr.text import Name, ObjectId, Unsaid, Uri, Wire
from gridtide.wire.openadr.values import Metadata, Targets


class ObjectOperation(Wire):
    """Kinds of object and of change, and the address to call. bearer_token: what the VTN shows there."""

    objects: tuple[ObjectType, ...]
    operations: tuple[Operation, ...]
    callback_url: Uri
    bearer_token: StrictStr | None = None


class SubscriptionRequest(Wire):
    """A subscription as a client writes it."""

    client_name: Name
    program_id: Annotated[Unsaid[ObjectId], Field(alias="programID")] = None
    object_operations: tuple[ObjectOperation, ...]
    targets: Targets = None


class Subscription(SubscriptionRequest, Metadata):
    """A subscription as a VTN tells it."""

    object_type: ObjectType = "SUBSCRIPTION"
    client_id: Annotated[Name, Field(alias="clientID")]
