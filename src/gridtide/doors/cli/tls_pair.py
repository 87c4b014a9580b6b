"""A certificate and its key as options name them: both or neither, and such that a server can show them."""

import ssl
from collections.abc import Iterator
from pathlib import Path

from gridtide.finding import Finding

NAMES = ("--certificate", "--key")


def pair_faults(
    certificate: Path | None, key: Path | None, names: tuple[str, str] = NAMES
) -> Iterator[Finding]:
    """Why two files cannot be shown together; nothing where neither is named. names: of the options."""
    if (certificate is None) != (key is None):
        yield Finding(
            subject=names[1] if certificate else names[0],
            value="is missing",
            limit="certificate and key together, or neither",
            mend="Name both files.",
        )
    if certificate is None or key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ValueError) as fault:
        yield Finding(
            subject=f"{names[0]} {certificate} {names[1]} {key}",
            value=str(fault),
            limit="a certificate and its key in PEM, the key without a password",
            mend="Name the files that belong together.",
        )
