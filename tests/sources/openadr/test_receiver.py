"""The receiver of calls back proves itself, asks for its token, and never falls over what it is sent."""

import socket
from urllib.parse import urlsplit

import httpx2
import pytest

from gridtide.sources.openadr.receiver import Receiver
from gridtide.testing.openadr import event_of
from gridtide.wire.openadr.notifications import telling

EVENT = event_of("SIMPLE", 1, start="2026-11-22T12:00:00Z")
SHOWN = {"Authorization": "Bearer hush"}


def test_it_gives_the_word_of_an_echo_back() -> None:
    """Only then does a VTN make the subscription."""
    with Receiver("hush") as receiver:
        answer = httpx2.get(receiver.url, params={"echo": "a word & more é"})
        assert (answer.status_code, answer.text) == (200, "a word & more é")
        assert httpx2.get(receiver.url).status_code == 400


def test_notifications_are_kept_in_order_and_given_once() -> None:
    """From whoever shows the token."""
    with Receiver("hush") as receiver:
        for operation in ("CREATE", "DELETE"):
            body = telling(EVENT, "EVENT", operation).written()
            assert httpx2.post(receiver.url, json=body, headers=SHOWN).status_code == 200
        assert receiver.wait(5.0)
        assert [one.operation for one in receiver.taken()] == ["CREATE", "DELETE"]
        assert receiver.taken() == ()
        assert not receiver.wait(0.0)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": "hush"}]
)
def test_nobody_else_is_listened_to(headers: dict[str, str]) -> None:
    """401, and nothing is kept."""
    with Receiver("hush") as receiver:
        body = telling(EVENT, "EVENT", "CREATE").written()
        assert httpx2.post(receiver.url, json=body, headers=headers).status_code == 401
        assert receiver.taken() == ()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\x00", b"[" * 10_000, b'{"objectType": "EVENT"}']
)
def test_garbage_is_refused_and_the_next_is_taken(content: bytes) -> None:
    """400, never a crash."""
    with Receiver("hush") as receiver:
        assert httpx2.post(receiver.url, content=content, headers=SHOWN).status_code == 400
        body = telling(EVENT, "EVENT", "CREATE").written()
        assert httpx2.post(receiver.url, json=body, headers=SHOWN).status_code == 200
        assert len(receiver.taken()) == 1


def test_a_body_without_end_is_not_read() -> None:
    """413 before the first byte of it."""
    asked = b"POST / HTTP/1.0\r\nAuthorization: Bearer hush\r\nContent-Length: 99999999999\r\n\r\n"
    with Receiver("hush") as receiver:
        place = urlsplit(receiver.url)
        with socket.create_connection((str(place.hostname), place.port or 0), 5.0) as client:
            client.sendall(asked)
            assert b" 413 " in client.recv(1_000)
        assert receiver.taken() == ()
