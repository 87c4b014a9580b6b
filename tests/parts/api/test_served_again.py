"""The real service on a store of its own: killed at any instant, begun again, and never twice at once."""

import json
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from service_process import Running, running, token_file

from gridtide.stores.checkpoint_lines import CheckpointLines
from gridtide.stores.signing_key import new_key
from gridtide.trust.checkpoint import public_bytes, written


def serving(folder: Path, name: str) -> AbstractContextManager[Running]:
    """`gridtide serve --demo` over the store of a folder."""
    path, texts = folder / "tokens.toml", dict[str, str]()
    if not path.exists():
        path, texts = token_file(folder)
        (folder / "texts").write_text("\n".join(f"{role} {text}" for role, text in texts.items()))
    texts = dict(line.split(" ") for line in (folder / "texts").read_text().splitlines())
    return running([sys.executable, "-u", *words(folder)], texts, folder / name)


def words(folder: Path) -> list[str]:
    """The command, after the interpreter."""
    options = [
        "--port",
        "0",
        "--tokens",
        str(folder / "tokens.toml"),
        "--store",
        str(folder / "db"),
        "--sign-key",
        str(folder / "key.pem"),
        "--checkpoints",
        str(folder / "signed"),
    ]
    return ["-m", "gridtide", "serve", "--demo", "--speed", "3600", *options]


@pytest.mark.parts
def test_killed_and_begun_again_it_keeps_what_people_decided_and_a_second_one_does_not_start(
    tmp_path: Path,
) -> None:
    """Frozen stays frozen, the chain is whole and goes on, its end signed; what was refused stands in it, and its last
    decision comes out again."""
    key = new_key(tmp_path / "key.pem")
    with serving(tmp_path, "first") as here:
        here.wait_until_ready()
        assert here.ask("/api/freeze", "operator", {"reason": "drill"})[0] == 200
        assert here.ask("/api/release", "viewer", {"reason": "mine"})[0] == 403
        second = subprocess.run(
            [sys.executable, *words(tmp_path)], capture_output=True, text=True, timeout=120
        )
        assert (second.returncode, second.stdout) == (2, "")
        assert "lead" in second.stderr
        here.process.send_signal(signal.SIGKILL)
        here.process.wait()
    with serving(tmp_path, "again") as here:
        here.wait_until_ready()
        assert here.ask("/api/state")[1]["frozen"] is True
        assert here.ended() == 0
    public, signed = written(public_bytes(key)), str(tmp_path / "signed")
    options = ["--key", public, "--kept", signed, "--json"]
    verified = subprocess.run(
        [sys.executable, "-m", "gridtide", "audit", "verify", str(tmp_path / "db"), *options],
        capture_output=True,
        text=True,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert len(CheckpointLines(tmp_path / "signed").read()) > 0
    shown = subprocess.run(
        [sys.executable, "-m", "gridtide", "audit", "show", str(tmp_path / "db"), "--last", "500"],
        capture_output=True,
        text=True,
    )
    assert "drill" in shown.stdout
    assert "refused request" in shown.stdout
    again = subprocess.run(
        [sys.executable, "-m", "gridtide", "audit", "recompute", str(tmp_path / "db"), "--json"],
        capture_output=True,
        text=True,
    )
    found = json.loads(again.stdout)
    assert (again.returncode, found["bit_equal"], found["maker"]["same"]) == (0, True, True)
    assert set(found["same"].values()) <= {True, None}
