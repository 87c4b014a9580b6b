"""Who sees what of a VTN (ADR-3; Definition 3.1, Object Privacy)."""

from typing import Any

import pytest
import vtn_served

serving, served = vtn_served.serving, vtn_served.served


def event(program: dict[str, Any], **fields: object) -> dict[str, Any]:
    """The least an event needs."""
    return {"programID": program["id"], **fields}


def test_adr_3_ven_b_never_sees_an_object_of_ven_a(served: Any) -> None:
    """Neither in a list nor by its id, and it can neither change nor delete it."""
    operator, first, second = (served.party(name) for name in ("operator", "ven-a", "ven-b"))
    program = operator.make("/programs", programName="open")
    call = operator.make("/events", **event(program))
    ven = first.make("/vens", objectType="VEN_VEN_REQUEST", venName="first")
    resource = first.make(
        "/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="r", venID=ven["id"]
    )
    report = first.make("/reports", eventID=call["id"], clientName="first", resources=[])
    subscription = first.make("/subscriptions", clientName="first", objectOperations=[])
    made = {"vens": ven, "resources": resource, "reports": report, "subscriptions": subscription}
    for path, thing in made.items():
        assert thing["clientID"] == "ven-a"
        assert first.list(f"/{path}") == [thing]
        assert second.list(f"/{path}") == []
        for method in ("GET", "PUT", "DELETE"):
            assert second.ask(method, f"/{path}/{thing['id']}", {}).status_code == 404
        assert operator.list(f"/{path}") == [thing]


def test_adr_3_targets_that_were_not_asked_for_are_hidden(served: Any) -> None:
    """A VEN learns of no target but those it asks for and was granted."""
    operator, first = served.party("operator"), served.party("ven-a")
    program = operator.make("/programs", programName="p", targets=["both", "a", "b", "secret"])
    assert first.list("/programs") == []
    assert first.list("/programs", targets=["a"])[0]["targets"] == ["a"]
    assert first.list("/programs", targets=["a", "both"])[0]["targets"] == ["both", "a"]
    assert first.list("/programs", targets=["a", "b", "secret"])[0]["targets"] == ["a"]
    assert first.list("/programs", targets=["b"]) == []
    assert first.ask("GET", f"/programs/{program['id']}").json()["targets"] == ["both", "a"]
    assert operator.list("/programs")[0]["targets"] == ["both", "a", "b", "secret"]


def test_adr_3_a_ven_token_may_not_post_events(served: Any) -> None:
    """403, and nothing is there."""
    operator, first = served.party("operator"), served.party("ven-a")
    program = operator.make("/programs", programName="p")
    assert first.ask("POST", "/events", event(program)).status_code == 403
    assert first.ask("POST", "/programs", {"programName": "q"}).status_code == 403
    assert operator.list("/events") == []


def test_business_logic_may_not_write_reports(served: Any) -> None:
    """Only who measured reports."""
    operator = served.party("operator")
    assert operator.ask("POST", "/reports", {}).status_code == 403


def test_targets_on_a_ven_or_its_resource_are_granted_by_business_logic_alone(served: Any) -> None:
    """What a VEN writes beside its own name is ignored; what business logic writes counts at once."""
    operator, third = served.party("operator"), served.party("ven-c")
    operator.make("/programs", programName="p", targets=["x"])
    operator.make("/programs", programName="q", targets=["y"])
    ven = third.make("/vens", objectType="VEN_VEN_REQUEST", venName="v", targets=["x"])
    assert "targets" not in ven
    assert third.list("/programs", targets=["x"]) == []
    by_bl = {"objectType": "BL_VEN_REQUEST", "clientID": "ven-c", "venName": "v"}
    assert third.ask("PUT", f"/vens/{ven['id']}", {**by_bl, "targets": ["x"]}).status_code == 403
    granted = operator.ask("PUT", f"/vens/{ven['id']}", {**by_bl, "targets": ["x"]}).json()
    assert granted["targets"] == ["x"]
    assert [one["programName"] for one in third.list("/programs", targets=["x", "y"])] == ["p"]
    operator.make(
        "/resources",
        objectType="BL_RESOURCE_REQUEST",
        clientID="ven-c",
        resourceName="r",
        venID=ven["id"],
        targets=["y"],
    )
    assert len(third.list("/programs", targets=["x", "y"])) == 2
    renamed = {"objectType": "VEN_VEN_REQUEST", "venName": "w"}
    assert third.ask("PUT", f"/vens/{ven['id']}", renamed).json()["targets"] == ["x"]
    assert operator.ask("DELETE", f"/vens/{ven['id']}").status_code == 200
    assert third.list("/programs", targets=["x", "y"]) == []


def test_a_client_is_who_its_token_says(served: Any) -> None:
    """A clientID in the body of a VEN says nothing."""
    first = served.party("ven-a")
    ven = first.make("/vens", objectType="VEN_VEN_REQUEST", venName="v", clientID="ven-b")
    assert ven["clientID"] == "ven-a"


def test_what_a_ven_cannot_see_it_cannot_refer_to(served: Any) -> None:
    """An event for others is as little there as one that never was."""
    operator, first, second = (served.party(name) for name in ("operator", "ven-a", "ven-b"))
    program = operator.make("/programs", programName="p", targets=["b"])
    call = operator.make("/events", **event(program, targets=["b"]))
    report = {"eventID": call["id"], "clientName": "c", "resources": []}
    refused = first.ask("POST", "/reports", report)
    never = first.ask("POST", "/reports", {**report, "eventID": "never"})
    assert refused.status_code == never.status_code == 409
    assert refused.json()["detail"].replace(call["id"], "never") == never.json()["detail"]
    bound = {"clientName": "c", "programID": program["id"], "objectOperations": []}
    assert first.ask("POST", "/subscriptions", bound).status_code == 409
    assert second.ask("POST", "/reports", report).status_code == 201
    foreign = second.make("/vens", objectType="VEN_VEN_REQUEST", venName="v")
    resource = {
        "objectType": "VEN_RESOURCE_REQUEST",
        "resourceName": "r",
        "venID": foreign["id"],
    }
    assert first.ask("POST", "/resources", resource).status_code == 409


def test_the_token_of_a_callback_is_shown_to_its_owner_alone(served: Any) -> None:
    """Business logic sees the subscription without it."""
    operator, first = served.party("operator"), served.party("ven-a")
    callback = {
        "objects": ["EVENT"],
        "operations": ["CREATE"],
        "callbackUrl": "https://ven.example/call",
        "bearerToken": "mine",
    }
    made = first.make("/subscriptions", clientName="c", objectOperations=[callback])
    assert first.list("/subscriptions")[0]["objectOperations"][0]["bearerToken"] == "mine"
    for seen in (
        operator.list("/subscriptions")[0],
        operator.ask("GET", f"/subscriptions/{made['id']}").json(),
    ):
        assert "bearerToken" not in seen["objectOperations"][0]


@pytest.mark.parametrize("path", ["programs", "events", "vens", "resources"])
def test_a_search_by_business_logic_finds_what_carries_every_target(served: Any, path: str) -> None:
    """Filters are additive."""
    operator = served.party("operator")
    program = operator.make("/programs", programName="of all", targets=["k", "l"])
    operator.make("/events", **event(program, targets=["k", "l"]))
    ven = operator.make(
        "/vens", objectType="BL_VEN_REQUEST", clientID="n", venName="v", targets=["k", "l"]
    )
    operator.make(
        "/resources",
        objectType="BL_RESOURCE_REQUEST",
        clientID="n",
        resourceName="r",
        venID=ven["id"],
        targets=["k", "l"],
    )
    assert len(operator.list(f"/{path}", targets=["k"])) == 1
    assert len(operator.list(f"/{path}", targets=["k", "l"])) == 1
    assert operator.list(f"/{path}", targets=["k", "m"]) == []
