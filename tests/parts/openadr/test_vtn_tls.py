"""TLS of a VTN and of the callbacks it calls, with certificates made for the moment (openssl)."""

import asyncio
import json
import os
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from certificates import Authority
from vtn_process import callback, vtn_process

from gridtide.doors.openadr_vtn.addresses import Unfit
from gridtide.doors.openadr_vtn.calling import Calling, Endpoint
from gridtide.sources.openadr.receiver import Receiver
from gridtide.testing.openadr import event_of
from gridtide.wire.openadr.notifications import Notification

pytestmark = pytest.mark.parts


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Certificate and key of `localhost`; skipped, or failed in CI, without openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail("no openssl on this machine")
        pytest.skip("no openssl on this machine")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *[openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
            *["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
            *["-out", str(certificate), "-keyout", str(key)],
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def test_a_vtn_with_a_certificate_is_spoken_to_over_tls_of_today(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """It says https, says where tokens are given over https, and speaks nothing older than TLS 1.2."""
    certificate, key = pair
    words = ("--certificate", str(certificate), "--key", str(key))
    trusting = ssl.create_default_context(cafile=str(certificate))
    with vtn_process(tmp_path, *words) as vtn:
        assert vtn.url.startswith("https://127.0.0.1:")
        url = vtn.url.replace("127.0.0.1", "localhost")
        with urllib.request.urlopen(f"{url}/auth/server", context=trusting) as answer:
            assert f'"{url}/auth/token"'.encode() in answer.read()
        old = ssl.create_default_context(cafile=str(certificate))
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"{url}/auth/server", context=old)


def test_a_callback_is_called_at_the_checked_address_under_its_own_name(
    pair: tuple[Path, Path],
) -> None:
    """Its certificate must be of the name that was subscribed, although an address is connected to."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(*pair)
    trusting = ssl.create_default_context(cafile=str(pair[0]))

    async def this_machine(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with callback(serving) as called:
        calling = Calling(allow_loopback=True, trusted=trusting, resolve=this_machine)
        right = called.url.replace("127.0.0.1", "localhost")
        asyncio.run(calling.challenge(Endpoint("s", right, None, "k")))
        wrong = called.url.replace("127.0.0.1", "another.example")
        with pytest.raises(Unfit, match=r"(?i)certificate"):
            asyncio.run(calling.challenge(Endpoint("s", wrong, None, "k")))
        asyncio.run(calling.notify(Endpoint("s", right, None, "k"), b"{}", "d", 1))
        assert [body for _, body in called.told] == [b"{}"]


def test_a_vtn_calls_the_receiver_of_a_ven_over_tls_and_refuses_one_of_another_authority(
    tmp_path: Path,
) -> None:
    """The receiver shows its own certificate; a VTN that does not trust its authority tells it nothing."""
    ours, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    pair = ours.signed("ven", "DNS:localhost")

    async def this_machine(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    def calling(authority: Authority) -> Calling:
        trusted = ssl.create_default_context(cafile=str(authority.certificate))
        return Calling(allow_loopback=True, trusted=trusted, resolve=this_machine)

    told = Notification(
        object_type="EVENT",
        operation="CREATE",
        object=event_of("SIMPLE", 1, start="2026-11-22T12:00:00Z").written(),
    )
    body = json.dumps(told.written()).encode()
    with Receiver("shown", certificate=pair[0], key=pair[1]) as receiver:
        assert receiver.url.startswith("https://")
        endpoint = Endpoint("s", receiver.url.replace("127.0.0.1", "localhost"), "shown", "k")
        asyncio.run(calling(ours).challenge(endpoint))
        asyncio.run(calling(ours).notify(endpoint, body, "d", 1))
        with pytest.raises(Unfit, match=r"(?i)certificate verify failed"):
            asyncio.run(calling(stranger).challenge(endpoint))
        with pytest.raises(Unfit, match=r"(?i)certificate verify failed"):
            asyncio.run(calling(stranger).notify(endpoint, body, "d", 2))
        assert [one.operation for one in receiver.taken()] == ["CREATE"]


def test_a_callback_that_points_elsewhere_is_not_followed() -> None:
    """A redirect is no echo."""
    with callback(moved_to="http://127.0.0.1:1/") as called, pytest.raises(Unfit, match="302"):
        asyncio.run(Calling(allow_loopback=True).challenge(Endpoint("s", called.url, None, "k")))
