"""Which tokens are known? Names, roles and digests in a TOML file; a token itself is shown once and kept nowhere."""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gridtide.case.toml_file import toml_of
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.trust.people import Person, Role

PREFIX = "gt_"
KEYS = {"name", "role", "sha256", "expires_at"}
DIGEST = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[\w.@+-][\w.@+ -]{0,63}")
ROLES = {role.name.lower(): role for role in Role}


@dataclass(frozen=True, kw_only=True)
class Token:
    """Whose a token is and until when. sha256: of the token, lower-case hexadecimal."""

    person: Person
    sha256: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """All tokens that are known."""

    known: tuple[Token, ...]

    def find(self, text: str) -> Token | None:
        """The token that a text is, expired or not; None for one nobody has. All are compared, in constant time."""
        asked, found = digest_of(text), None
        for token in self.known:
            if hmac.compare_digest(token.sha256, asked):
                found = token
        return found


def digest_of(text: str) -> str:
    """SHA-256 of a token, as `sha256` has it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """A token nobody can guess: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_of(name: str, role: Role, text: str, expires_at: datetime) -> Token:
    """A token that is known from now on."""
    return Token(person=Person(name=name, role=role), sha256=digest_of(text), expires_at=expires_at)


def read_tokens(path: Path) -> Tokens:
    """The tokens of a file. Raises BadInput with every fault: a doubtful one lets nobody in."""
    rows = _rows(path)
    refuse_if_any([*_mode_faults(path), *_faults(rows)])
    return Tokens(
        known=tuple(
            Token(
                person=Person(name=str(row["name"]), role=ROLES[str(row["role"])]),
                sha256=str(row["sha256"]),
                expires_at=_instant(row["expires_at"]),
            )
            for row in rows
        )
    )


def add_token(path: Path, token: Token) -> None:
    """Write one more token into a file, which is made where there is none; readable for its owner alone.

    Raises BadInput for a name that is taken or unfit, or a file that is faulty or cannot be written; then nothing is.
    """
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    known = read_tokens(path).known if before.strip() else ()
    row: dict[str, object] = {
        "name": token.person.name,
        "role": token.person.role.name.lower(),
        "sha256": token.sha256,
        "expires_at": token.expires_at,
    }
    names = {one.person.name for one in known}
    refuse_if_any([*_of_row(f"token {token.person.name}", row), *_taken(token.person.name, names)])
    written = "\n".join([*([before.rstrip(), ""] if before.strip() else []), _table(token)])
    beside = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as fault:
        raise BadInput(
            [_fault(str(path), str(fault.strerror), "a file that can be written", "Mend the path.")]
        ) from None


def _table(token: Token) -> str:
    return (
        f'[[token]]\nname = "{token.person.name}"\nrole = "{token.person.role.name.lower()}"\n'
        f'sha256 = "{token.sha256}"\nexpires_at = {token.expires_at.isoformat(timespec="seconds")}\n'
    )


def _rows(path: Path) -> list[Mapping[str, object]]:
    tables = toml_of(path, "a TOML file of tokens")
    listed = tables.get("token")
    strange = [
        _fault(f"{path} {key}", "is not known", "token", "Leave it out or mend it.")
        for key in sorted(set(tables) - {"token"})
    ]
    if not isinstance(listed, list) or not listed or not all(isinstance(r, dict) for r in listed):
        mend = "Make one with `gridtide serve --tokens FILE --new-token NAME --role ROLE`."
        strange.append(_fault(str(path), "names no token", "one [[token]] or more", mend))
    refuse_if_any(strange)
    assert isinstance(listed, list)
    return listed


def _mode_faults(path: Path) -> Iterator[Finding]:
    """Who can write this file can make himself an approver."""
    if os.name == "posix" and path.stat().st_mode & 0o022:
        mode = f"may be written by others ({path.stat().st_mode & 0o777:o})"
        yield _fault(str(path), mode, "written by its owner alone", f"chmod 600 {path}")


def _faults(rows: list[Mapping[str, object]]) -> Iterator[Finding]:
    names: set[str] = set()
    digests: set[object] = set()
    for number, row in enumerate(rows, start=1):
        label = f"token {row.get('name', number)}"
        yield from _of_row(label, row)
        yield from _taken(str(row.get("name")), names)
        if row.get("sha256") in digests:
            yield _fault(f"{label} sha256", "is of two", "a token for each", "Make another.")
        names.add(str(row.get("name")))
        digests.add(str(row.get("sha256")))


def _taken(name: str, names: set[str]) -> Iterator[Finding]:
    if name in names:
        yield _fault(f"token {name}", "stands twice", "one token a name", "Rename one.")


def _of_row(label: str, row: Mapping[str, object]) -> Iterator[Finding]:
    for key in sorted(set(row) - KEYS):
        yield _fault(f"{label} {key}", "is not known", ", ".join(sorted(KEYS)), "Leave it out.")
    name, digest, expires_at = row.get("name"), row.get("sha256"), row.get("expires_at")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        limit = "1 to 64 letters, digits, blanks and . @ + - _"
        yield _fault(f"{label} name", repr(name)[:80], limit, "Name the person.")
    if row.get("role") not in ROLES:
        yield _fault(f"{label} role", repr(row.get("role")), ", ".join(ROLES), "Say which it is.")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        mend = "Take what `sha256sum` prints for the token without a line end."
        limit = "64 hexadecimal digits in lower case"
        yield _fault(f"{label} sha256", "is missing or none", limit, mend)
    if not isinstance(expires_at, datetime) or expires_at.tzinfo is None:
        limit = "a time with its zone, as 2027-01-31T00:00:00+00:00"
        yield _fault(f"{label} expires_at", repr(expires_at), limit, "Say until when it is good.")


def _instant(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
