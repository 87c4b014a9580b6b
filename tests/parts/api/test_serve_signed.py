"""`gridtide serve` takes of a signed source only what its publisher signed: at the start, and while it runs."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from service_process import token_file

from gridtide.testing.real_site import a_case, a_meter, eventually, feed, serving
from gridtide.testing.served import Running
from gridtide.trust.checkpoint import public_bytes, written
from gridtide.trust.signed_source import sealed

pytestmark = pytest.mark.parts
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def a_signed_case(folder: Path, port: int) -> tuple[Path, Path]:
    """A case whose prices count only with a signature; the file of these and of that."""
    a_case(folder, feed(port))
    case, prices = folder / "case.toml", folder / "prices.csv"
    asks = f'path = "prices.csv"\npublic_key = "{written(public_bytes(KEY))}"'
    case.write_text(case.read_text().replace('path = "prices.csv"', asks))
    return prices, folder / "prices.csv.sig"


def signed(prices: Path, key: Ed25519PrivateKey) -> str:
    """The signature of a key over a file."""
    return sealed(prices.read_bytes(), key)


def shown(room: Running) -> object:
    """The price by which the newest turn decided."""
    sites = room.ask("/api/frame")[1]["values"].get("sites") or [{}]
    return sites[0].get("price_per_mwh")


def test_what_nobody_known_signed_is_not_taken_and_what_was_signed_last_stays(
    tmp_path: Path,
) -> None:
    """Refused before anything is opened; while it runs a signature that is old, of somebody else or gone is an alarm
    that names the file, until file and signature belong together again."""
    _, texts = token_file(tmp_path)
    with a_meter() as port:
        prices, beside = a_signed_case(tmp_path, port)
        words = [
            "--port",
            "0",
            "--tokens",
            str(tmp_path / "tokens.toml"),
            "--store",
            str(tmp_path / "db"),
        ]
        refused = subprocess.run(
            [sys.executable, "-m", "gridtide", "serve", str(tmp_path / "case.toml"), *words],
            capture_output=True,
            text=True,
        )
        assert refused.returncode == 2 and "signal[2].public_key" in refused.stderr
        first, good = prices.read_text(), signed(prices, KEY)
        beside.write_text(good)
        with serving(tmp_path, texts, "log") as room:
            room.wait_until_ready()
            eventually(lambda: shown(room) == 2000.0)

            def named() -> str:
                """What is said of the file."""
                said = room.ask("/api/state")[1]["silent"]
                return str(said.get("signal[2] prices.csv", ""))

            prices.write_text(first.replace("2000", "-400"))
            assert "is not theirs over prices.csv" in eventually(named)
            beside.write_text(signed(prices, STRANGER))
            eventually(lambda: "is not theirs over prices.csv" in named())
            beside.unlink()
            eventually(lambda: "no such file" in named())
            assert shown(room) == 2000.0
            beside.write_text(signed(prices, KEY))
            eventually(lambda: not named())
            assert room.ended() == 0
