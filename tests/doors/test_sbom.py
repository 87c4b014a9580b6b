"""The bill of materials names everything that comes with gridtide, each once, with version and licence."""

import hashlib
import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

import gridtide
from gridtide.doors.sbom import main

VENDOR = Path(gridtide.__file__).parent / "static" / "vendor"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Something by the name of our wheel."""
    path = tmp_path / f"gridtide-{distribution('gridtide').version}-py3-none-any.whl"
    path.write_bytes(b"a wheel")
    return path


def bill(wheel: Path) -> dict[str, Any]:
    """What is written beside a wheel."""
    assert main([str(wheel)]) == 0
    return dict(json.loads(wheel.with_suffix(".cdx.json").read_text()))


def test_every_package_that_runs_with_gridtide_is_named_with_its_licence(wheel: Path) -> None:
    """The core's needs and theirs, but no extra and nothing of development; each has a licence."""
    found = bill(wheel)
    named = {one["name"]: one for one in found["components"]}
    assert {"numpy", "fastapi", "starlette", "pydantic-core", "echarts"} <= set(named)
    assert not {"pytest", "mypy", "scipy", "psycopg", "lightkube"} & set(named)
    for name, one in named.items():
        assert one["licenses"], name
        assert one["version"] and one["type"] == "library"
    assert named["numpy"]["version"] == distribution("numpy").version


def test_the_form_is_that_of_cyclonedx(wheel: Path) -> None:
    """What its schema asks of these fields: names, references that are each their own and lead somewhere, digests."""
    found = bill(wheel)
    assert (found["bomFormat"], found["specVersion"], found["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found["serialNumber"]
    )
    whole = [found["metadata"]["component"], *found["components"]]
    refs = [one["bom-ref"] for one in whole]
    assert len(set(refs)) == len(refs)
    assert all(re.fullmatch(r"pkg:(pypi|npm)/[a-z0-9-]+@\S+", one["purl"]) for one in whole)
    assert [one["ref"] for one in found["dependencies"]] == refs
    for one in found["dependencies"]:
        assert set(one["dependsOn"]) <= set(refs)
        assert len(set(one["dependsOn"])) == len(one["dependsOn"])
    reached, waiting = set(), [refs[0]]
    needs = {one["ref"]: one["dependsOn"] for one in found["dependencies"]}
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += needs[ref]
    assert reached == set(refs)
    for one in whole:
        assert all(set(said) & {"license", "expression"} for said in one["licenses"])


def test_the_wheel_and_the_files_of_others_have_their_digests(wheel: Path) -> None:
    """Of the wheel as it lies there, and of the chart library as it is carried."""
    found = bill(wheel)
    (ours,) = found["metadata"]["component"]["hashes"]
    assert ours == {"alg": "SHA-256", "content": hashlib.sha256(b"a wheel").hexdigest()}
    (charts,) = (one for one in found["components"] if one["name"] == "echarts")
    digest = hashlib.sha256((VENDOR / "echarts.min.js").read_bytes()).hexdigest()
    assert charts["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert charts["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    files = {one.name for one in VENDOR.iterdir()} - {"VENDOR.txt"}
    assert {name for name in files if name.endswith(".js")} == {"echarts.min.js"}


def test_the_same_wheel_gives_the_same_bytes(wheel: Path) -> None:
    """No clock and no chance; another wheel has another serial number."""
    first = bill(wheel)
    assert bill(wheel) == first
    wheel.write_bytes(b"another")
    assert bill(wheel)["serialNumber"] != first["serialNumber"]


def test_what_is_no_wheel_of_this_version_is_refused(
    wheel: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written, also where one of two is fit."""
    other = wheel.with_name("gridtide-9.9-py3-none-any.whl")
    other.write_bytes(b"")
    for words in ([], [str(other)], [str(wheel), "nowhere.whl"]):
        assert main(words) == 2
    assert "python -m build" in capsys.readouterr().err
    assert not list(wheel.parent.glob("*.json"))
