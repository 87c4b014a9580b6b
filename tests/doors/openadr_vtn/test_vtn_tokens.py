"""Who may ask a VTN."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import vtn_served

from gridtide.doors.openadr_vtn.clients import digest_of, read_clients
from gridtide.doors.openadr_vtn.tokens import MOST_OF_A_CLIENT, Tokens
from gridtide.finding import BadInput

serving, served = vtn_served.serving, vtn_served.served

FORM = {
    "grant_type": "client_credentials",
    "client_id": "ven-a",
    "client_secret": "secret of the first",
}


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic eDp5"},
    ],
)
def test_without_a_good_token_nothing_is_answered(served: Any, header: dict[str, str]) -> None:
    """401, as a problem, on every path that is not for tokens."""
    for path in ("/programs", "/events/x", "/vens", "/notifiers", "/notifiers/mqtt/topics/vens"):
        answer = served.web.get(path, headers=header)
        assert answer.status_code == 401
        assert answer.json()["status"] == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends(served: Any) -> None:
    """After the time its answer says."""
    first = served.party("ven-a")
    served.later(timedelta(seconds=599))
    assert first.ask("GET", "/events").status_code == 200
    served.later(timedelta(seconds=1))
    assert first.ask("GET", "/events").status_code == 401


def test_a_token_holds_what_was_asked_for_and_no_more(served: Any) -> None:
    """A token for reading cannot write; a scope of others is refused."""
    reading = served.party("ven-a", scope="read_targets")
    assert reading.ask("GET", "/programs").status_code == 200
    assert reading.ask("GET", "/vens").status_code == 403
    assert reading.ask("POST", "/vens", {}).status_code == 403
    refused = served.web.post("/auth/token", data={**FORM, "scope": "read_targets write_events"})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert served.party("operator", scope="read_bl").ask("GET", "/events").status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "nobody", "client_secret": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": ""}, 400, "invalid_request"),
        ({"client_id": ["ven-a", "ven-b"]}, 400, "invalid_request"),
    ],
)
def test_a_bad_request_for_a_token_says_why(
    served: Any, change: dict[str, Any], status: int, error: str
) -> None:
    """In the words of RFC 6749, and as a problem; never with the secret."""
    answer = served.web.post("/auth/token", data={**FORM, **change})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["status"] == status
    assert "secret of" not in answer.text


def test_the_server_says_where_tokens_are_given(served: Any) -> None:
    """And there they are, not to be kept by anyone in between."""
    url = served.web.get("/auth/server").json()["tokenURL"]
    answer = served.web.post(url, data=FORM)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["expires_in"] == 600


def test_a_client_cannot_fill_the_memory_with_tokens(served: Any) -> None:
    """Its oldest goes when it asks for too many; those of others stay."""
    tokens: Tokens = served.vtn.tokens
    others = served.party("ven-b")
    client = served.vtn.clients.by_id["ven-a"]
    given = [tokens.issue(client, client.scopes) for _ in range(MOST_OF_A_CLIENT + 1)]
    assert tokens.grant_of(given[0]) is None
    assert all(tokens.grant_of(token) for token in given[1:])
    assert others.ask("GET", "/events").status_code == 200


def test_every_fault_of_the_clients_is_said_at_once(tmp_path: Path) -> None:
    """A file that is doubtful lets nobody in."""
    path = tmp_path / "clients.toml"
    path.write_text(
        """
        token_lifetime_s = 0
        colour = "red"
        [[client]]
        id = ""
        role = "king"
        secret = "short"
        [[client]]
        id = "a"
        role = "ven"
        scopes = ["write_events"]
        targets = "x"
        [[client]]
        id = "a"
        role = "ven"
        secret_sha256 = "12"
        crown = 1
        """
    )
    with pytest.raises(BadInput) as error:
        read_clients(path)
    said = str(error.value)
    for fault in (
        "token_lifetime_s",
        "colour",
        "id: ''",
        "'king'",
        "too short",
        "'write_events'",
        "neither",
        "targets: 'x'",
        "stands twice",
        "64 hexadecimal",
        "crown",
    ):
        assert fault in said
    with pytest.raises(BadInput, match="names no client"):
        path.write_text("")
        read_clients(path)
    with pytest.raises(BadInput, match="TOML"):
        read_clients(tmp_path / "nothing.toml")


def test_a_secret_may_stand_as_its_digest(tmp_path: Path) -> None:
    """So that the file is no treasure."""
    path = tmp_path / "clients.toml"
    path.write_text(
        f'[[client]]\nid = "a"\nrole = "ven"\nsecret_sha256 = "{digest_of("a very long secret")}"\n'
    )
    client = read_clients(path).by_id["a"]
    assert client.secret_digest == digest_of("a very long secret")
    assert client.secret_digest not in repr(client)
