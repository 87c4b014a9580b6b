"""A certificate and its key as options name them: both or neither, and such that a server can show them."""

import ssl
from collections.abc import Iterator
from pathlib import Path

from gridtide.finding import Finding


def pair_faults(certificate: Path | None, key: Path | None) -> Iterator[Finding]:
    """Why two files cannot be shown together; nothing where neither is named."""
    if (certificate is None) != (key is None):
        yield Finding(
            subject="--key" if certificate else "--certificate",
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
            subject=f"--certificate {certificate} --key {key}",
            value=str(fault),
            limit="a certificate and its key in PEM, the key without a password",
            mend="Name the files that belong together.",
        )
