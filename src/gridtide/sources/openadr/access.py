"""Where a VTN is, who asks it, and how patient the asking is."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from gridtide.finding import BadInput, Finding
from gridtide.wire.openadr.tokens import VEN_SCOPES


@dataclass(frozen=True, kw_only=True)
class Access:
    """A VTN and the client that asks it.

    url: of the VTN, without a path of its objects. client_id, client_secret: as the operator gave them.
    token_url: where tokens are given, when the VTN does not say it itself. plain_http: whether a VTN without TLS is
    spoken to; certificates are always checked.
    """

    url: str
    client_id: str
    client_secret: str
    scope: str = " ".join(VEN_SCOPES)
    token_url: str | None = None
    plain_http: bool = False


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How often one question is asked before it counts as unanswered, and how long is waited between.

    Waits double from first_wait_s and never exceed longest_wait_s, whatever a server asks for. answer_within_s: of each
    step of an attempt, whole_within_s: of reading all of an answer.
    """

    attempts: int = 4
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    answer_within_s: float = 10.0
    whole_within_s: float = 60.0
    most_bytes: int = 64 * 2**20
    most_objects: int = 100_000


def refuse_plain(address: str, subject: str, plain_http: bool) -> None:
    """Raise BadInput for an address that is none, or that is without TLS although that was not allowed."""
    try:
        parts = urlsplit(address)
        is_place = bool(parts.hostname)
    except ValueError:
        is_place = False
    if is_place and (parts.scheme == "https" or (parts.scheme == "http" and plain_http)):
        return
    raise BadInput(
        [
            Finding(
                subject=subject,
                value=address,
                limit="an address that begins with https://",
                mend="Secrets never go in plain; for a test on this machine allow plain http.",
            )
        ]
    )
