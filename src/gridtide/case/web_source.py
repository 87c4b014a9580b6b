"""[[signal]] url: an address that gives a file, what shows it who asks, and the signature fetched beside the file."""

import base64
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from gridtide.case.addresses import address_fault, given_away, secret_text
from gridtide.case.schema import CaseFile, SignalTable
from gridtide.case.signed_signal import ENDING, signature_of
from gridtide.case.work import resolved
from gridtide.finding import Finding
from gridtide.sources.web_file import Beside, WebFile


def web_source(table: SignalTable, folder: Path, number: int) -> WebFile:
    """Where the file of a table is fetched from. A secret is read anew whenever it is asked, so that it may change."""
    assert table.url is not None
    path = resolved(table.path or "", folder)
    signed = table.public_key is not None
    return WebFile(
        url=table.url,
        path=path,
        authorization=partial(_authorization, table, folder, number) if _secret(table) else None,
        beside=Beside(url=_with_ending(table.url), path_of=signature_of) if signed else None,
    )


def address_faults(case: CaseFile) -> Iterator[Finding]:
    """Addresses that cannot be asked as their tables say, or would give a secret away."""
    for number, table in enumerate(case.signal, start=1):
        key, secrets = f"signal[{number}]", _secret(table)
        if table.url and table.source == "synthetic":
            limit = "a source that is read: table, openadr, grid_hourly, aemo, eia930"
            yield address_fault(
                f"{key}.url", table.url, limit, "Say what the address gives: source."
            )
        if (secrets or table.user) and not table.url:
            named = (*secrets, "user")[0]
            yield address_fault(
                f"{key}.{named}",
                "has no url",
                "an address to be asked",
                "Give url, or leave it out.",
            )
        if len(secrets) > 1:
            limit = "secret_file or secret_env"
            yield address_fault(
                f"{key}.secret_file", "stands beside secret_env", limit, "Keep one of both."
            )
        if table.user and not secrets:
            limit = "a user with secret_file or secret_env"
            yield address_fault(f"{key}.user", "has no secret", limit, "Say where its password is.")
        if table.url:
            yield from given_away(f"{key}.url", table.url, bool(secrets))


def _secret(table: SignalTable) -> tuple[str, ...]:
    """The keys of a table that say where its secret is."""
    given = (("secret_file", table.secret_file), ("secret_env", table.secret_env))
    return tuple(key for key, value in given if value is not None)


def _authorization(table: SignalTable, folder: Path, number: int) -> str:
    """What an address is shown: the password of a user, else a bearer token. Raises BadInput, which says no secret."""
    text = secret_text(table.secret_file, table.secret_env, folder, f"signal[{number}]")
    if table.user is None:
        return f"Bearer {text}"
    return "Basic " + base64.b64encode(f"{table.user}:{text}".encode()).decode()


def _with_ending(url: str) -> str:
    """The address of the signature of what an address gives."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path + ENDING))
