"""The kinds of object a VTN keeps, and what can be done to them."""

from typing import Literal, get_args

ObjectType = Literal["PROGRAM", "EVENT", "REPORT", "SUBSCRIPTION", "VEN", "RESOURCE"]
Operation = Literal["CREATE", "READ", "UPDATE", "DELETE"]
OBJECT_TYPES: tuple[ObjectType, ...] = get_args(ObjectType)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
