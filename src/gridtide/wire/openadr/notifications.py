"""Notifications: what a VTN sends when an object it keeps changes."""

from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.kinds import ObjectType, Operation
from gridtide.wire.openadr.programs import Program
from gridtide.wire.openadr.reports import Report
from gridtide.wire.openadr.resources import Resource
from gridtide.wire.openadr.subscriptions import Subscription
from gridtide.wire.openadr.text import Wire
from gridtide.wire.openadr.values import Targets
from gridtide.wire.openadr.vens import Ven

Told = Program | Event | Report | Subscription | Ven | Resource
OBJECTS: dict[ObjectType, type[Told]] = {
    "PROGRAM": Program,
    "EVENT": Event,
    "REPORT": Report,
    "SUBSCRIPTION": Subscription,
    "VEN": Ven,
    "RESOURCE": Resource,
}
"""Each kind of object as a VTN tells it."""


class Notification(Wire):
    """One change. object: the object as it stands, or stood before it was deleted, not yet read (`told_in`)."""

    object_type: ObjectType
    operation: Operation
    object: dict[str, object]
    targets: Targets = None


def told_in(notification: Notification) -> Told:
    """The object of a notification as the kind it is said to be. Raises pydantic's ValidationError."""
    return OBJECTS[notification.object_type].model_validate(notification.object)


def telling(told: Told, object_type: ObjectType, operation: Operation) -> Notification:
    """The notification that tells of a change of an object."""
    return Notification(object_type=object_type, operation=operation, object=told.written())
