"""The VTN against the official document, patched as `patch.toml` lists it, by schemathesis (ADR-3)."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from patched import patched
from vtn_process import callback, vtn_process

HERE = Path(__file__).parent
SEED = "20261122"
OF_END_NODES = r"^/(programs|events|reports|subscriptions|vens|resources)"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The patched document as a file; skipped, or failed in CI, without schemathesis."""
    if find_spec("schemathesis") is None:
        reason = "no schemathesis; make peers installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    path = tmp_path_factory.mktemp("openadr") / "openadr3.json"
    path.write_text(json.dumps(patched(), default=str))
    return path


@pytest.mark.parts
@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("operator", ["--phases", "examples,coverage,fuzzing"]),
        ("ven-a", ["--phases", "examples,fuzzing", "--include-path-regex", OF_END_NODES]),
    ],
)
def test_adr_3_schemathesis_finds_no_failure_beyond_the_listed_deviations(
    document: Path, client: str, words: list[str], tmp_path: Path
) -> None:
    """Every check it has, with the token of business logic on all paths and with that of an end node on objects."""
    assert generated(document, client, words, tmp_path) > 100


@pytest.mark.parts
def test_adr_3_schemathesis_finds_no_failure_in_the_topics_of_a_vtn_with_a_broker(
    document: Path, tmp_path: Path
) -> None:
    """What `/notifiers` and its topics say where there is one."""
    (tmp_path / "broker.toml").write_text(
        'uris = ["mqtts://broker.example"]\nmethod = "OAUTH2_BEARER_TOKEN"\n'
        '[publisher]\nuri = "mqtt://127.0.0.1:1"\n'
    )
    words = ["--phases", "examples,coverage,fuzzing", "--include-path-regex", "^/notifiers"]
    broker = str(tmp_path / "broker.toml")
    assert generated(document, "operator", words, tmp_path, "--mqtt", broker) > 20


def generated(document: Path, client: str, words: list[str], folder: Path, *options: str) -> int:
    """How many cases a VTN with some options passed, asked by a client; a failure of one fails."""
    with vtn_process(folder, *options) as vtn, callback() as called:
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": "steered",
            "PYTHONPATH": str(HERE),
            "GRIDTIDE_TEST_CALLBACK": called.url,
        }
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            *["run", str(document), "--url", vtn.url, "--seed", SEED, "--max-examples", "5"],
            *["-H", f"Authorization: Bearer {vtn.token(client)}", "--continue-on-failure"],
            # how fast cases are made depends on the machine and says nothing of the VTN
            *["--suppress-health-check", "too_slow"],
            *["--no-color", "--output-truncate", "true", *words],
        ]
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    count = re.search(r"(\d+) generated", done.stdout)
    assert count is not None, done.stdout[-2000:]
    return int(count[1])
