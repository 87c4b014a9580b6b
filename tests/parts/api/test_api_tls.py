"""The service over TLS, with a certificate made for the moment."""

import os
import shutil
import ssl
import subprocess
import urllib.request
from pathlib import Path

import pytest
from service_process import service


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Certificate and key of this machine."""
    openssl = shutil.which("openssl")
    if openssl is None:
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail("no openssl on this machine")
        pytest.skip("no openssl on this machine")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=here"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-out", str(certificate), "-keyout", str(key)]
    subprocess.run([openssl, *words, *names, *files], check=True, capture_output=True)
    return certificate, key


@pytest.mark.parts
def test_tls_is_spoken_from_1_2_on_and_nothing_older(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """Who trusts the certificate is answered, and told to come back over TLS."""
    certificate, key = pair
    with service(tmp_path, cert=str(certificate), key=str(key)) as here:
        assert here.url.startswith("https://")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            trusting = ssl.create_default_context(cafile=str(certificate))
            trusting.minimum_version = trusting.maximum_version = version
            with urllib.request.urlopen(f"{here.url}/healthz", context=trusting) as answer:
                assert answer.status == 200
                assert answer.headers["strict-transport-security"].startswith("max-age")
        old = ssl.create_default_context(cafile=str(certificate))
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):
            urllib.request.urlopen(f"{here.url}/healthz", context=old)
        with pytest.raises(OSError):
            urllib.request.urlopen(f"{here.url}/healthz")
        with pytest.raises(OSError):
            urllib.request.urlopen(here.url.replace("https", "http") + "/healthz")
