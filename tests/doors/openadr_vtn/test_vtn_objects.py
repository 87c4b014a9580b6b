"""What a VTN keeps, and how it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
import vtn_served

from gridtide.doors.openadr_vtn.bodies import MOST_BYTES
from gridtide.doors.openadr_vtn.kinds import TRAITS, Kind

serving, served = vtn_served.serving, vtn_served.served


def test_an_object_is_given_an_id_and_times_that_nobody_else_may_say(served: Any) -> None:
    """What a client says of them is ignored, when it creates and when it changes."""
    operator = served.party("operator")
    own = {"id": "mine", "createdDateTime": "2020-01-01T00:00:00Z", "objectType": "VEN"}
    made = operator.make("/programs", programName="p", **own)
    assert made["objectType"] == "PROGRAM"
    assert made["id"] != "mine"
    assert made["createdDateTime"] == made["modificationDateTime"] == "2026-11-22T09:00:00.000000Z"
    changed = operator.ask("PUT", f"/programs/{made['id']}", {"programName": "q", **own}).json()
    assert {**changed, "programName": "p"} == made


def test_a_change_puts_the_new_content_in_the_place_of_the_old(served: Any) -> None:
    """Fields that are not said again are gone."""
    operator = served.party("operator")
    made = operator.make("/programs", programName="p", targets=["a"], unknown=1)
    assert "unknown" not in made
    changed = operator.ask("PUT", f"/programs/{made['id']}", {"programName": "p"}).json()
    assert "targets" not in changed
    assert operator.ask("GET", f"/programs/{made['id']}").json() == changed


def test_names_that_must_be_unique_are(served: Any) -> None:
    """409 on creation and on change; a name that was given up is free."""
    operator, first = served.party("operator"), served.party("ven-a")
    p, q = (operator.make("/programs", programName=name) for name in "pq")
    assert operator.ask("POST", "/programs", {"programName": "p"}).status_code == 409
    assert operator.ask("PUT", f"/programs/{q['id']}", {"programName": "p"}).status_code == 409
    assert operator.ask("PUT", f"/programs/{p['id']}", {"programName": "r"}).status_code == 200
    assert operator.ask("PUT", f"/programs/{q['id']}", {"programName": "p"}).status_code == 200
    ven = {"objectType": "VEN_VEN_REQUEST", "venName": "v"}
    v = first.make("/vens", **ven)
    assert served.party("ven-b").ask("POST", "/vens", ven).status_code == 409
    w = first.make("/vens", objectType="VEN_VEN_REQUEST", venName="w")
    resource = {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": "r"}
    first.make("/resources", **resource, venID=v["id"])
    assert first.ask("POST", "/resources", {**resource, "venID": v["id"]}).status_code == 409
    first.make("/resources", **resource, venID=w["id"])
    assert first.ask("DELETE", f"/vens/{v['id']}").status_code == 200
    assert first.ask("POST", "/vens", ven).status_code == 201


def test_what_refers_to_something_goes_with_it(served: Any) -> None:
    """A program takes its events, their reports and its subscriptions along; a ven its resources."""
    operator, first = served.party("operator"), served.party("ven-a")
    keep, drop = (operator.make("/programs", programName=name) for name in ("keep", "drop"))
    for program in (keep, drop):
        call = operator.make("/events", programID=program["id"])
        first.make("/reports", eventID=call["id"], clientName="c", resources=[])
        first.make("/subscriptions", clientName="c", programID=program["id"], objectOperations=[])
    assert operator.ask("DELETE", f"/programs/{drop['id']}").json() == drop
    for path in ("programs", "events", "reports", "subscriptions"):
        assert len(operator.list(f"/{path}")) == 1
    assert operator.list("/reports", programID=keep["id"]) == operator.list("/reports")
    assert operator.list("/reports", programID=drop["id"]) == []


def test_a_ven_that_goes_to_another_client_takes_its_resources_along(served: Any) -> None:
    """A resource belongs to the client of its ven, always."""
    operator, second = served.party("operator"), served.party("ven-b")
    ven = {"objectType": "BL_VEN_REQUEST", "clientID": "ven-a", "venName": "v"}
    made = operator.make("/vens", **ven)
    resource = {
        "objectType": "BL_RESOURCE_REQUEST",
        "clientID": "ven-b",
        "resourceName": "r",
        "venID": made["id"],
    }
    assert operator.ask("POST", "/resources", resource).status_code == 409
    operator.make("/resources", **{**resource, "clientID": "ven-a"})
    assert second.list("/resources") == []
    operator.ask("PUT", f"/vens/{made['id']}", {**ven, "clientID": "ven-b"})
    assert [one["clientID"] for one in second.list("/resources")] == ["ven-b"]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_body_that_lacks_what_is_needed_is_refused_as_a_problem(served: Any, kind: Kind) -> None:
    """400, with every fault in one sentence, and nothing is kept."""
    party = served.party("ven-a" if kind is Kind.REPORT else "operator")
    path = f"/{TRAITS[kind].path}"
    answer = party.ask("POST", path, {})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert served.party("operator").list(path) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"programName": NaN}',
        b'{"programName": "\\ud800"}',
        b'{"programName": ""}',
        b'{"programName": 1}',
        b'{"programName": "p", "attributes": [{"type": "T", "values": [1e999]}]}',
        b'{"programName": "p", "attributes": [{"type": "T", "values": [NaN]}]}',
        b'{"programName": "p", "payloadDescriptors": [{"payloadType": "PRICE"}]}',
        b'{"programName": "p", "intervalPeriod": {"start": "tomorrow"}}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"programName": "' + b"x" * MOST_BYTES + b'"}',
    ],
)
def test_a_body_that_is_no_object_of_openadr_is_refused(served: Any, body: bytes) -> None:
    """Never with our fault."""
    operator = served.party("operator")
    headers = {"Authorization": f"Bearer {operator.token}", "Content-Type": "application/json"}
    answer = served.web.post("/programs", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert operator.list("/programs") == []


def test_only_json_is_read(served: Any) -> None:
    """A form with the same words is none."""
    operator = served.party("operator")
    headers = {"Authorization": f"Bearer {operator.token}", "Content-Type": "text/plain"}
    assert served.web.post("/programs", content=b"{}", headers=headers).status_code == 400


def test_unknown_paths_and_methods_are_problems_too(served: Any) -> None:
    """With the methods that are answered there."""
    operator = served.party("operator")
    assert operator.ask("GET", "/nowhere").json()["status"] == 404
    answer = operator.ask("PATCH", "/programs/x")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, GET, PUT")
    assert operator.ask("GET", "/programs/x").json()["status"] == 404


def test_our_own_fault_is_a_problem_without_its_reasons(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500, and nothing of the inside."""

    def broken(*args: object) -> bytes:
        raise RuntimeError("inside")

    monkeypatch.setattr(served.vtn.searching, "answer", broken)
    answer = served.party("operator").ask("GET", "/programs")
    assert answer.json()["status"] == 500
    assert "inside" not in answer.text


def test_a_restart_loses_nothing(serving: Any, tmp_path: Path) -> None:
    """Every object, name, grant and order is there again, also after a crash in the middle of a line."""
    journal = tmp_path / "journal.jsonl"
    before = serving(journal)
    operator, first = before.party("operator"), before.party("ven-c")
    made = [operator.make("/programs", programName=f"p {number}") for number in range(3)]
    operator.ask("PUT", f"/programs/{made[1]['id']}", {"programName": "one\u2028two \x85 三"})
    operator.ask("DELETE", f"/programs/{made[2]['id']}")
    call = operator.make("/events", programID=made[0]["id"], targets=["x"])
    ven = {"objectType": "BL_VEN_REQUEST", "clientID": "ven-c", "venName": "v", "targets": ["x"]}
    operator.make("/vens", **ven)
    first.make("/reports", eventID=call["id"], clientName="c", resources=[])
    first.make("/subscriptions", clientName="c", objectOperations=[])
    with journal.open("a") as file:
        file.write('{"hash": "half of a li')
    after = serving(journal)
    paths = [f"/{traits.path}" for traits in TRAITS.values() if traits.path != "resources"]
    seen_before = {path: operator.list(path) for path in paths}
    again = after.party("operator")
    assert {path: again.list(path) for path in paths} == seen_before
    assert all(seen_before.values())
    assert after.party("ven-c").list("/events", targets=["x"])[0]["id"] == call["id"]
    assert again.ask("POST", "/programs", {"programName": "p 0"}).status_code == 409
    assert again.ask("POST", "/programs", {"programName": "p 2"}).status_code == 201


def test_numbers_come_back_as_they_were_written(served: Any) -> None:
    """Large, small and whole ones."""
    operator = served.party("operator")
    values = [1, 0.1, -1e-300, 12345678901234567890, True, "x", {"x": 1, "y": 2.5}]
    made = operator.make("/programs", programName="p", attributes=[{"type": "T", "values": values}])
    assert json.dumps(made["attributes"][0]["values"]) == json.dumps(
        [*values[:-1], {"x": 1.0, "y": 2.5}]
    )
