"""Addresses that a case asks while it is served: what they must not give away, and the secret that is shown to them."""

import os
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding


def given_away(key: str, url: str, secret: bool) -> Iterator[Finding]:
    """Secrets in the case itself, or sent where anybody on the way reads them."""
    try:
        parts = urlsplit(url)
        inside, host = parts.username is not None, parts.hostname or ""
    except ValueError:
        yield address_fault(key, url[:80], "an address", "Correct it.")
        return
    if inside:
        limit = "an address without user and password"
        mend = "Give user, and secret_file or secret_env: a case is copied and shown."
        yield address_fault(key, f"{parts.scheme}://…@{host}", limit, mend)
    elif secret and parts.scheme != "https" and not on_this_machine(url):
        limit = "https://, where a secret is sent"
        yield address_fault(key, url[:80], limit, "Ask it by https, or without a secret.")


def on_this_machine(url: str) -> bool:
    """Whether an address is on loopback."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def secret_text(file: str | None, variable: str | None, folder: Path, table: str) -> str:
    """The secret in a file, or in a variable where one is named. Raises BadInput, which says no secret."""
    if variable is not None:
        key, text = f"{table}.secret_env", os.environ.get(variable, "")
        said, limit = f"{variable} is not set, or is no secret", "a variable with the secret"
    else:
        key, path = f"{table}.secret_file", resolved(file or "", folder)
        said, limit = f"{path} cannot be read, or holds no secret", "a file with the secret alone"
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
    if not text or not text.isascii() or not text.isprintable():
        mend = "Put the secret there, one line of ASCII."
        raise BadInput([address_fault(key, said, limit, mend)])
    return text


def address_fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    """What is wrong with what a table says of an address."""
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
