"""Certificates made for the moment by openssl: an authority, and those it signs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


class Authority:
    """An authority of its own in a folder; certificate: what others trust."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self.folder = folder
        self._key = folder / f"{name}.key"
        self.certificate = folder / f"{name}.pem"
        self._openssl(
            *["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
            *["-subj", f"/CN={name}", "-out", str(self.certificate), "-keyout", str(self._key)],
        )

    def signed(self, name: str, alternatives: str = "") -> tuple[Path, Path]:
        """Certificate and key of a name. alternatives: as `DNS:localhost,IP:127.0.0.1`."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        more = ["-addext", f"subjectAltName={alternatives}"] if alternatives else []
        self._openssl(
            *[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={name}",
            ],
            *["-CA", str(self.certificate), "-CAkey", str(self._key), *more],
            *["-addext", "basicConstraints=CA:FALSE"],
            *["-out", str(certificate), "-keyout", str(key)],
        )
        return certificate, key

    def _openssl(self, *words: str) -> None:
        """Run it; skipped, or failed in CI, where it is not there."""
        openssl = shutil.which("openssl")
        if openssl is None:
            if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
                pytest.fail("no openssl on this machine")
            pytest.skip("no openssl on this machine")
        subprocess.run([openssl, *words], check=True, capture_output=True)
