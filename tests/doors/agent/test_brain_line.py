"""The agent's calls: only to the brain it knows, only over a line that shows its certificate, and bounded."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gridtide.doors.agent.brain_line import BrainLine, LineError
from gridtide.loop.clock import WallClock
from gridtide.wire.agent_line import Poll, Reply, SiteReport

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
POLL = Poll(wait_s=0.0, taken=(), outcomes=(), report=SiteReport(at=NOW, frozen=False))
EMPTY = json.dumps({"orders": [], "acknowledged": []}).encode()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "brain")])
    today = WallClock().now()
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    shown, kept = folder / "brain.pem", folder / "brain.key"
    shown.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    kept.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return shown, kept


@contextmanager
def brain(
    code: int, body: bytes, headers: dict[str, str], tls: tuple[Path, Path] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Address of a server that always answers the same, and the tokens it was shown."""
    shown: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            shown.append(f"{self.path} {self.headers['Authorization']}")
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(code)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *given: None  # type: ignore[method-assign]
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            scheme = "https" if tls else "http"
            yield f"{scheme}://127.0.0.1:{server.server_address[1]}", shown
        finally:
            server.shutdown()
            thread.join()


def test_a_brain_is_believed_by_its_certificate_alone(tmp_path: Path) -> None:
    """One that is trusted answers; one that is not never sees the token."""
    tls = certificate(tmp_path)
    with brain(200, EMPTY, {}, tls) as (address, shown):
        with pytest.raises(LineError, match="CERTIFICATE_VERIFY_FAILED"):
            BrainLine(address, "hohhot", "secret", None).ask(POLL)
        assert shown == []
        assert BrainLine(address, "hohhot", "secret", tls[0]).ask(POLL) == Reply()
        assert shown == ["/agents/hohhot/line Bearer secret"]


@pytest.mark.parametrize(
    ("code", "body", "headers", "said"),
    [
        (401, b"no token of this site", {}, "HTTP 401 no token"),
        (302, b"", {"Location": "http://127.0.0.1:9/"}, "HTTP 302"),
        (200, b"<html>", {}, "no answer of a brain"),
        (200, b"[" * 9_000, {}, "no answer of a brain"),
        (200, b'{"orders": 7, "acknowledged": []}', {}, "a list of at most"),
        (200, b" " * (2**22 + 1), {}, "an answer above"),
    ],
)
def test_what_is_no_answer_is_said_and_nothing_follows_from_it(
    code: int, body: bytes, headers: dict[str, str], said: str
) -> None:
    """A refusal, a redirect, another program, a flood."""
    with brain(code, body, headers) as (address, _), pytest.raises(LineError, match=said):
        BrainLine(address, "hohhot", "secret", None).ask(POLL)


def test_a_brain_that_is_not_there_is_said() -> None:
    """With its address."""
    with pytest.raises(LineError, match=r"http://127\.0\.0\.1:9/agents/hohhot/line: "):
        BrainLine("http://127.0.0.1:9", "hohhot", "secret", None).ask(POLL)
