"""Steers schemathesis: what it makes up is led to objects that are there, and to a callback that answers.

Loaded by schemathesis itself (SCHEMATHESIS_HOOKS). Only words that are right already are exchanged for others that are
right: what is wrong stays as wrong as it was.
"""

import os
import re
from typing import Any

import schemathesis

OBJECT_ID = re.compile(r"[a-zA-Z0-9_-]{1,128}")
LIST_OF = {"programID": "programs", "eventID": "events", "venID": "vens"}
LIST_OF_PATH = LIST_OF | {
    "reportID": "reports",
    "subscriptionID": "subscriptions",
    "resourceID": "resources",
}
CALLBACK = os.environ["GRIDTIDE_TEST_CALLBACK"]
there: dict[str, list[str]] = {name: [] for name in LIST_OF_PATH.values()}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Exchange ids for those of objects that were made last, and callbacks for one that answers."""
    if isinstance(case.body, dict):
        for key, name in LIST_OF.items():
            if fits(case.body.get(key)) and there[name]:
                case.body[key] = there[name][-1]
        operations = case.body.get("objectOperations")
        for one in operations if isinstance(operations, list) else ():
            url = one.get("callbackUrl") if isinstance(one, dict) else None
            if isinstance(url, str) and url.startswith("https://"):
                one["callbackUrl"] = CALLBACK
    for key, name in LIST_OF_PATH.items():
        if fits((case.path_parameters or {}).get(key)) and there[name]:
            case.path_parameters[key] = there[name][-1]


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Remember what was made and what was taken away."""
    name = case.operation.path.split("/")[1]
    if name not in there:
        return
    if response.status_code == 201:
        there[name].append(response.json()["id"])
    if case.method == "DELETE" and response.status_code == 200:
        gone = response.json()["id"]
        there[name] = [one for one in there[name] if one != gone]


def fits(value: object) -> bool:
    """Whether a value is right as an id."""
    return isinstance(value, str) and OBJECT_ID.fullmatch(value) is not None
