"""Which clients are known: read from a TOML file, with every fault of it at once."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gridtide.case.toml_file import toml_of
from gridtide.doors.openadr_vtn.scopes import OF_ROLE, Role
from gridtide.finding import Finding, refuse_if_any

KEYS = {"id", "role", "secret", "secret_sha256", "scopes", "targets"}
LIFETIME_S = 3600
LONGEST_LIFETIME_S = 86_400
SHORTEST_SECRET = 16
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Client:
    """One client. secret_digest: SHA-256 of its secret, lower-case hexadecimal; the secret itself is not kept.
    scopes: what its tokens may hold. targets: granted by the file, beside what its vens and resources carry."""

    id: str
    role: Role
    secret_digest: str = field(repr=False)
    scopes: frozenset[str]
    targets: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Clients:
    """All clients by id. token_lifetime_s: how long a token is good for [s]."""

    by_id: Mapping[str, Client]
    token_lifetime_s: int


def read_clients(path: Path) -> Clients:
    """The clients of a file. Raises BadInput with every fault: a client that is doubtful lets nobody in."""
    tables = toml_of(path, "a TOML file of clients")
    listed = tables.get("client", [])
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    refuse_if_any([*_of_file(path, tables, rows), *_of_clients(rows)])
    return Clients(
        by_id={row["id"]: _client(row) for row in rows},
        token_lifetime_s=tables.get("token_lifetime_s", LIFETIME_S),
    )


def digest_of(secret: str) -> str:
    """SHA-256 of a secret, as `secret_sha256` has it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _client(row: Mapping[str, object]) -> Client:
    role = Role(str(row["role"]))
    scopes, targets = row.get("scopes", list(OF_ROLE[role])), row.get("targets", [])
    assert isinstance(scopes, list) and isinstance(targets, list)
    return Client(
        id=str(row["id"]),
        role=role,
        secret_digest=str(row.get("secret_sha256") or digest_of(str(row["secret"]))),
        scopes=frozenset(scopes),
        targets=frozenset(targets),
    )


def _of_file(
    path: Path, tables: Mapping[str, object], rows: list[dict[str, object]]
) -> Iterator[Finding]:
    if not rows:
        yield _fault(
            str(path), "names no client", "one [[client]] or more", "Add a client with id and role."
        )
    for key in sorted(set(tables) - {"client", "token_lifetime_s"}):
        yield _fault(
            f"{path} {key}", "is not known", "client, token_lifetime_s", "Leave it out or mend it."
        )
    lifetime_s = tables.get("token_lifetime_s", LIFETIME_S)
    if type(lifetime_s) is not int or not 1 <= lifetime_s <= LONGEST_LIFETIME_S:
        yield _fault(
            "token_lifetime_s",
            repr(lifetime_s),
            f"whole seconds from 1 to {LONGEST_LIFETIME_S}",
            "Short-lived tokens limit what a lost one can do.",
        )


def _of_clients(rows: list[dict[str, object]]) -> Iterator[Finding]:
    seen: set[object] = set()
    for number, row in enumerate(rows, start=1):
        name = f"client {row.get('id', number)}"
        yield from _of_client(name, row)
        if row.get("id") in seen:
            yield _fault(name, "stands twice", "one table a client", "Rename or leave one out.")
        seen.add(row.get("id"))


def _of_client(name: str, row: Mapping[str, object]) -> Iterator[Finding]:
    for key in sorted(set(row) - KEYS):
        yield _fault(f"{name} {key}", "is not known", ", ".join(sorted(KEYS)), "Leave it out.")
    identity = row.get("id")
    if not isinstance(identity, str) or not 1 <= len(identity) <= 128:
        yield _fault(f"{name} id", repr(identity), "a text of 1 to 128 signs", "Give it an id.")
    if row.get("role") not in set(Role):
        yield _fault(f"{name} role", repr(row.get("role")), "bl or ven", "Say which it is.")
    else:
        yield from _of_scopes(name, Role(str(row["role"])), row.get("scopes", []))
    yield from _of_secret(name, row)
    targets = row.get("targets", [])
    if not isinstance(targets, list) or not all(isinstance(one, str) and one for one in targets):
        yield _fault(f"{name} targets", repr(targets), "a list of texts", "Mend the list.")


def _of_scopes(name: str, role: Role, scopes: object) -> Iterator[Finding]:
    if not isinstance(scopes, list):
        yield _fault(f"{name} scopes", repr(scopes), "a list of scopes", "Mend the list.")
        return
    for scope in scopes:
        if scope not in OF_ROLE[role]:
            yield _fault(
                f"{name} scopes",
                repr(scope),
                f"for role {role}: {', '.join(OF_ROLE[role])}",
                "Leave it out, or give the client the other role.",
            )


def _of_secret(name: str, row: Mapping[str, object]) -> Iterator[Finding]:
    secret, digest = row.get("secret"), row.get("secret_sha256")
    if (secret is None) == (digest is None):
        yield _fault(
            f"{name} secret",
            "both" if secret is not None else "neither",
            "one of secret and secret_sha256",
            "Give its secret, or the SHA-256 of it in hexadecimal.",
        )
    if secret is not None and (not isinstance(secret, str) or len(secret) < SHORTEST_SECRET):
        yield _fault(
            f"{name} secret",
            "is too short" if isinstance(secret, str) else "is no text",
            f"a text of {SHORTEST_SECRET} signs or more",
            "Take a long random one.",
        )
    if digest is not None and (not isinstance(digest, str) or not DIGEST.fullmatch(digest)):
        yield _fault(
            f"{name} secret_sha256",
            repr(digest)[:20],
            "64 hexadecimal digits in lower case",
            "Take what `sha256sum` prints for the secret without a line end.",
        )


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
