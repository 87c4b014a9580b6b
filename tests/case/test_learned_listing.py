"""A learned building that somebody stands for: another file, another site, another signer are refused."""

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridtide.case.load import load_case, read_case
from gridtide.doors.cli import exit_code
from gridtide.finding import BadInput
from gridtide.sources.site_model import written as model_written
from gridtide.testing.learned_sites import plain_model
from gridtide.trust.checkpoint import public_bytes, written
from gridtide.trust.learned_model import model_listing
from gridtide.trust.listed import signed

ONE_DAY = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"
SITE = "here"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE = """
[[device]]
name = "feed"
kind = "modbus-meter"
meters = { feed = "here grid" }
host = "127.0.0.1"
"""


def case(folder: Path, more: str = "", *, site: str = SITE, signer: str = "li.wei") -> Path:
    """The day with a learned building that is listed as signed for a site."""
    model = folder / "model.json"
    model.write_text(model_written(plain_model(400.0)))
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    signature = signed(model_listing(site, digest, signer, ""), KEY)
    listed = {
        "learned": "model.json",
        "learned_sha256": digest,
        "learned_signed_by": signer,
        "learned_signature": signature,
    }
    keys = ", ".join(f"{key} = {json.dumps(value)}" for key, value in listed.items())
    text = ONE_DAY.read_text().replace(
        "facility = { it_capacity_kw = 400 }", f"facility = {{ it_capacity_kw = 400, {keys} }}"
    )
    path = folder / "case.toml"
    path.write_text(f'{text}\n[approvers]\n"li.wei" = "{written(public_bytes(KEY))}"\n{more}')
    return path


def faults(path: Path) -> list[str]:
    """Subjects of what is wrong with a case."""
    with pytest.raises(BadInput) as fault:
        load_case(path)
    return [one.subject for one in fault.value.findings]


def test_a_building_that_an_approver_signed_is_used(tmp_path: Path) -> None:
    """Its site, its hash, their signature."""
    assert load_case(case(tmp_path)).fleet.sites[0].facility.learned is not None


def test_another_file_is_not_the_one_that_was_signed(tmp_path: Path) -> None:
    """A blank more, and its hash is another."""
    path = case(tmp_path)
    model = tmp_path / "model.json"
    model.write_text(model.read_text() + "\n")
    assert faults(path) == ["site[1].facility.learned_sha256"]


def test_a_signature_of_another_site_or_of_nobody_known_is_refused(tmp_path: Path) -> None:
    """Who signed one building did not sign another."""
    assert faults(case(tmp_path, site="south")) == ["site[1].facility.learned_signature"]
    assert faults(case(tmp_path, signer="wang")) == ["site[1].facility.learned_signed_by"]


def test_half_a_listing_is_none(tmp_path: Path) -> None:
    """Hash, signer and signature stand together."""
    path = case(tmp_path)
    path.write_text(path.read_text().replace('learned_signed_by = "li.wei", ', ""))
    assert faults(path) == ["site[1].facility.learned_signed_by"]


def test_real_devices_are_led_by_no_building_that_nobody_signed(tmp_path: Path) -> None:
    """Named by its site, with the command that signs it; a signed one is not."""
    path = case(tmp_path, DEVICE)
    assert read_case(path).device
    kept = path.read_text().partition(", learned_sha256")
    path.write_text(kept[0] + kept[2][kept[2].index(" }") :])
    with pytest.raises(BadInput) as fault:
        read_case(path)
    (one,) = fault.value.findings
    assert one.subject == "site[1].facility.learned_sha256"
    assert "gridtide audit model" in one.mend


def test_the_command_prints_what_a_case_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pasted into a case, it is used."""
    case(tmp_path)
    assert exit_code(["audit", "key", str(tmp_path / "key.pem")]) == 0
    capsys.readouterr()
    words = ["audit", "model", str(tmp_path / "model.json"), "--site", SITE, "--as", "li.wei"]
    assert exit_code([*words, "--key", str(tmp_path / "key.pem"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    keys = ", ".join(f"{key} = {json.dumps(value)}" for key, value in found["facility"].items())
    path = tmp_path / "signed.toml"
    text = ONE_DAY.read_text().replace(
        "facility = { it_capacity_kw = 400 }", f"facility = {{ it_capacity_kw = 400, {keys} }}"
    )
    path.write_text(f'{text}\n[approvers]\n"li.wei" = "{found["public"]}"\n')
    assert load_case(path).fleet.sites[0].facility.learned is not None
