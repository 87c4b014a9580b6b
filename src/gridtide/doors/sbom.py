"""The bill of materials of a release, CycloneDX 1.6 as JSON: `python -m gridtide.doors.sbom WHEEL` writes it beside.

What gridtide needs to run, as installed here without extras, and the files of others that it carries. No clock and no
chance: the same wheel among the same packages gives the same bytes.
"""

import hashlib
import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

ROOT = "gridtide"
SPEC = "1.6"
LICENCE_TEXT_MOST = 60
"""A longer licence field is a text, not a name."""


def main(words: list[str]) -> int:
    """Write the bill beside each wheel named; 2 where a name is no wheel of the version that is installed."""
    wheels = [Path(word) for word in words]
    begins = f"{ROOT}-{distribution(ROOT).version}-"
    unfit = [
        wheel
        for wheel in wheels
        if not (wheel.is_file() and wheel.suffix == ".whl" and wheel.name.startswith(begins))
    ]
    if unfit or not wheels:
        named = ", ".join(str(one) for one in unfit) or "nothing was named"
        mend = "Build one with `python -m build --wheel` and install this version."
        print(f"{named}; a wheel {begins}*.whl, as installed here. {mend}", file=sys.stderr)
        return 2
    for wheel in wheels:
        path = wheel.with_suffix(".cdx.json")
        path.write_text(json.dumps(bill_of(wheel), indent=2, sort_keys=True) + "\n")
        print(path)
    return 0


def bill_of(wheel: Path) -> dict[str, Any]:
    """The bill of a wheel of this version."""
    needed = {name: found for name, found in sorted(_closure(ROOT).items()) if name != ROOT}
    ours = _component(distribution(ROOT), "application")
    ours["hashes"] = [_sha256(wheel.read_bytes())]
    carried = list(_carried())
    components = [*(_component(found, "library") for found in needed.values()), *carried]
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {"component": ours},
        "components": components,
        "dependencies": _dependencies(needed, ours, carried),
    }
    content = json.dumps(bill, sort_keys=True)
    return {**bill, "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"}


def _closure(name: str) -> dict[str, Distribution]:
    """A distribution and all it needs, by canonical name."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = distribution(one)
            waiting += _needs(found[one])
    return found


def _needs(found: Distribution) -> list[str]:
    """What a distribution needs that is installed, without extras; a need of another machine is not installed here."""
    names = []
    for need in found.requires or []:
        stated, _, marker = need.partition(";")
        matched = re.match(r"[A-Za-z0-9._-]+", stated.strip())
        if matched is None or "extra" in marker:
            continue
        name = _canonical(matched.group())
        try:
            distribution(name)
        except PackageNotFoundError:
            continue
        names.append(name)
    return sorted(set(names))


def _component(found: Distribution, kind: str) -> dict[str, Any]:
    name, version = _canonical(found.metadata["Name"]), found.version
    purl = f"pkg:pypi/{name}@{version}"
    component: dict[str, Any] = {
        "type": kind,
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }
    licences = _licences(found)
    return {**component, "licenses": licences} if licences else component


def _licences(found: Distribution) -> list[dict[str, Any]]:
    said = found.metadata
    if said["License-Expression"]:
        return [{"expression": said["License-Expression"]}]
    classified = [
        text.rpartition("::")[2].strip()
        for text in said.get_all("Classifier") or []
        if text.startswith("License ::")
    ]
    named = (said["License"] or "").strip()
    if named and len(named) <= LICENCE_TEXT_MOST and "\n" not in named:
        classified = [named]
    return [{"license": {"name": name}} for name in classified]


def _carried() -> Iterator[dict[str, Any]]:
    """Files of others in our package: each named in VENDOR.txt with version, package, file, licence and checksum."""
    folder = files(ROOT) / "static" / "vendor"
    told = (folder / "VENDOR.txt").read_text(encoding="utf-8")
    pattern = r"(\S+) (\S+), npm package (\S+), file \S*?([^/\s]+), (\S+)\nsha256 ([0-9a-f]{64})"
    for name, version, package, file, licence, stated in re.findall(pattern, told):
        held = _sha256((folder / file).read_bytes())
        if held["content"] != stated:
            raise ValueError(f"{file} is not the file that VENDOR.txt names")
        yield {
            "type": "library",
            "bom-ref": f"pkg:npm/{package}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:npm/{package}@{version}",
            "licenses": [{"license": {"id": licence}}],
            "hashes": [held],
            "properties": [{"name": "gridtide:file", "value": f"{ROOT}/static/vendor/{file}"}],
        }


def _dependencies(
    needed: dict[str, Distribution], ours: dict[str, Any], carried: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    refs = {name: f"pkg:pypi/{name}@{found.version}" for name, found in needed.items()}
    of_ours = [refs[name] for name in _needs(distribution(ROOT))]
    found = [
        {"ref": ours["bom-ref"], "dependsOn": [*of_ours, *(one["bom-ref"] for one in carried)]}
    ]
    for name, one in needed.items():
        found.append({"ref": refs[name], "dependsOn": [refs[need] for need in _needs(one)]})
    return [*found, *({"ref": one["bom-ref"], "dependsOn": []} for one in carried)]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sha256(content: bytes) -> dict[str, str]:
    return {"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
