"""The service against its own description, by schemathesis, with a token of each kind of person."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from service_process import Running, service

SEED = "20261130"
SDK = "^/(emissions|locations)"
OWN = ["--exclude-path-regex", f"{SDK}|^/api/feed"]
OF_THE_SDK = ["--include-path-regex", SDK, "--exclude-checks", "positive_data_acceptance"]
"""By its contract a location that is not there and a time that is none are 400, though a text fits."""


@pytest.fixture(scope="module", autouse=True)
def needs_schemathesis() -> None:
    """Skipped, or failed in CI, without it."""
    if find_spec("schemathesis") is None:
        reason = "no schemathesis; make peers installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.parts
@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("approver", ["--phases", "examples,coverage,fuzzing", *OWN]),
        ("viewer", ["--phases", "coverage", *OWN]),
        ("viewer", ["--phases", "fuzzing", *OF_THE_SDK]),
    ],
)
def test_schemathesis_finds_no_failure_in_any_path_of_the_service(
    role: str, words: list[str], tmp_path: Path
) -> None:
    """Every check it has, by who may do most things and by who may do nothing; the feed apart, which never ends."""
    with service(tmp_path) as here:
        here.wait_until_ready()
        assert generated(here, role, words, tmp_path) > 50
        assert here.ended() == 0
        assert [line for line in here.log if line["level"] == "error"] == []


def generated(here: Running, role: str, words: list[str], folder: Path) -> int:
    """How many cases the service passed, asked by somebody; a failure of one fails."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *["run", f"{here.url}/openapi.json", "--seed", SEED, "--max-examples", "8"],
        *["-H", f"Authorization: Bearer {here.tokens[role]}", "--continue-on-failure"],
        # how fast cases are made depends on the machine and says nothing of the service
        *["--suppress-health-check", "too_slow", "--no-color", *words],
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    count = re.search(r"(\d+) generated", done.stdout)
    assert count is not None, done.stdout[-2000:]
    return int(count[1])
