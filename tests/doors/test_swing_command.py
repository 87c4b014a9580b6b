"""The command `gridtide swing`: verdicts, what would pass, the picture, and every fault with its mend."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.doors.cli import exit_code

RATE_HZ = 100
DEMO = Path(__file__).parents[2] / "src" / "gridtide" / "case" / "demo" / "case.toml"


def written(path: Path, power_kw: NDArray[np.float64], step_s: float) -> str:
    """A file with a waveform, by its name."""
    rows = [f"{k * step_s:g},{kw:.3f}" for k, kw in enumerate(power_kw)]
    path.write_text("t_s,power_kw\n" + "\n".join(rows) + "\n")
    return str(path)


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A minute and a half of iterations of 2 s, 50 MW deep."""
    at = np.arange(90 * RATE_HZ) / RATE_HZ
    path = tmp_path_factory.mktemp("swing") / "training.csv"
    return written(path, np.asarray(150_000.0 + 50_000.0 * (at % 2.0 < 1.4)), 1 / RATE_HZ)


def test_the_least_store_of_any_control_is_told_beside_those_that_were_tried(
    training: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; smaller than every store that was tried; a rule that needs finer samples is left out."""
    words = ["swing", training, "--rule", "ieso-15s", "--rule", "lipa-high", "--least-store"]
    assert exit_code([*words, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    least = found["least_store"]
    assert set(least) == {
        "period_s", "alike", "energy_kwh", "bound_kwh", "power_kw", "lost_kwh", "rules", "left_out", "why",
    }  # fmt: skip
    assert (least["rules"], least["left_out"], least["why"]) == (["ieso-15s"], ["lipa-high"], "")
    assert 0.0 < least["bound_kwh"] <= least["energy_kwh"]
    tried = [one["figures"]["energy_kwh"] for one in found["mends"] if "store" in one["kind"]]
    assert tried and least["bound_kwh"] <= min(tried)
    assert exit_code(words) == 3
    assert "the least store of any control, by a period of 2 s" in capsys.readouterr().out


def test_the_document_of_a_load_that_fails(
    training: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; every change it names was judged again."""
    page = tmp_path / "swing.html"
    words = [
        "swing",
        training,
        "--rule",
        "ieso-15s",
        "--rule",
        "lipa-low",
        "--page",
        str(page),
        "--json",
    ]
    assert exit_code(words) == 3
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "of", "passes", "samples", "start_s", "step_s", "lasts_s", "peak_kw", "mean_kw", "nominal_kw", "rules", "modes",
        "mends", "mends_that_fail", "notes",
    }  # fmt: skip
    assert set(found["rules"][0]) == {
        "rule", "authority", "text", "quantity", "unit", "window_s", "band_hz", "direction", "applies_above_kw",
        "exempt", "status", "status_date", "source", "primary", "citation", "mark", "assumed", "outcome", "applies",
        "value", "limit", "margin", "at_least", "from_s", "to_s", "how", "why",
    }  # fmt: skip
    assert {one["rule"]: one["outcome"] for one in found["rules"]} == {
        "ieso-15s": "fail",
        "lipa-low": "fail",
    }
    by_kind = {one["kind"]: one for one in found["mends"]}
    assert {"store", "smoothing", "floor"} <= set(by_kind)
    store, smoothing, floor = (by_kind[kind] for kind in ("store", "smoothing", "floor"))
    assert smoothing["figures"]["burnt_kwh"] > 0.0
    assert store["figures"]["foresight_energy_kwh"] <= store["figures"]["energy_kwh"]
    assert floor["figures"]["floor_kw"] == pytest.approx(195_000.0, rel=1e-3)
    text = page.read_text()
    assert "envelopes" in text and "does it hurt the grid" in text


def test_a_load_that_keeps_its_rules_leaves_with_nothing_to_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0."""
    calm = written(tmp_path / "calm.csv", np.asarray(150_000.0 + np.arange(900.0)), 1.0)
    assert exit_code(["swing", calm, "--rule", "CAISO", "--rule", "ieso-15s"]) == 0
    said = capsys.readouterr().out
    assert said.count("pass") == 2 and "what would pass" not in said


def test_a_record_that_is_too_slow_is_no_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sample a minute says nothing of a second; exit code 3 and the reason."""
    slow = written(tmp_path / "slow.csv", np.full(60, 150_000.0), 60.0)
    assert exit_code(["swing", slow, "--rule", "ercot-band", "--rule", "ieso-15s"]) == 3
    said = capsys.readouterr().out
    assert said.count("cannot be judged") == 2 and "each 60 s" in said


def test_modes_of_the_grid_and_its_connection_are_judged_when_declared(
    training: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The iteration sits on the mode at 0.5 Hz."""
    own = tmp_path / "grid.toml"
    own.write_text(
        '[[mode]]\nname = "north-south"\nmode_hz = 0.5\ndamping = 0.05\nlimit_hz = 0.001\ninertia_s = 4.0\n'
        "system_kva = 3e7\n[connection]\nshort_circuit_kva = 1e6\nx_over_r = 10\n"
    )
    words = ["swing", training, "--rules", str(own), "--rule", "dominion-voltage", "--json"]
    assert exit_code(words) == 3
    found = json.loads(capsys.readouterr().out)
    (mode,) = found["modes"]
    assert mode["outcome"] == "fail" and mode["main_hz"] == pytest.approx(0.5, abs=0.013)
    (rule,) = found["rules"]
    assert rule["outcome"] == "pass" and 0.0 < rule["value"] < 0.03


def test_each_site_of_a_case_is_judged_and_its_iterations_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys are a contract; a mode that all jobs sit on names them and what moves them off."""
    case, own, page = tmp_path / "day.toml", tmp_path / "own.toml", tmp_path / "case.html"
    case.write_text(DEMO.read_text().replace("end = 2026-03-09T", "end = 2026-03-03T"))
    own.write_text(
        '[[mode]]\nname = "local"\nmode_hz = 0.5\ndamping = 0.05\nlimit_hz = 0.000002\ninertia_s = 4.0\n'
        'system_kva = 3e7\n[[wave]]\nwork_class = "training"\nperiod_s = [2.0, 2.0]\ndepth = 0.5\n'
    )
    words = [
        "swing",
        str(case),
        "--policy",
        "run-at-once",
        "--rules",
        str(own),
        "--rule",
        "ieso-15s",
    ]
    more = ["--lasts", "3min", "--rate", "20", "--page", str(page), "--json"]
    assert exit_code([*words, *more]) == 3
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "of",
        "policy",
        "passes",
        "from",
        "lasts_s",
        "step_s",
        "iterations",
        "sites",
        "notes",
    }
    classes = {one["class"]: one for one in found["iterations"]}
    assert {one["origin"] for one in classes.values()} <= {"declared", "assumed"}
    for one in classes.values():
        assert set(one) == {
            "class", "kind", "origin", "period_s", "depth", "duty", "ramp_s", "source"
        }  # fmt: skip
        assert any(note.startswith(one["class"]) for note in found["notes"])
    sites = {one["of"]: one for one in found["sites"]}
    assert set(sites) == {"Nantong", "Zhangbei"} and "picture" not in sites["Nantong"]
    sitting = [one for site in sites.values() for one in site["sitting"]]
    assert sitting and set(sitting[0]) == {
        "job", "period_s", "swing_kw", "mode", "mode_hz", "harmonic", "oscillation_hz", "limit_hz", "remedies"
    }  # fmt: skip
    assert 2.0 in {one["period_s"] for one in sitting}
    assert all(one["remedies"] and one["oscillation_hz"] > one["limit_hz"] for one in sitting)
    assert "envelopes" in page.read_text()
    assert (
        exit_code([*words, "--lasts", "3min", "--rate", "20", "--at", "2020-01-01T00:00:00+00:00"])
        == 2
    )
    said = capsys.readouterr().err
    assert (
        "2020-01-01T00:00:00+00:00 for 180 s; within the course, 2026-03-01T16:00:00+00:00 to"
        in said
    )
    assert "inside the period" in said and "running" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.csv"], "does not exist"),
        (["TRAINING", "--rule", "nobody"], "nobody"),
        (["TRAINING", "--rules", "nowhere.toml"], "nowhere.toml"),
        (["TRAINING", "--nominal", "-3"], "--nominal"),
        (["TRAINING", "--efficiency", "2"], "--efficiency"),
    ],
)
def test_faults_leave_with_two(
    training: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each named."""
    assert exit_code(["swing", *(training if word == "TRAINING" else word for word in words)]) == 2
    assert said in capsys.readouterr().err


def test_a_record_in_which_nothing_is_ever_drawn_is_refused_unless_its_size_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A meter that counts a draw below 0 once made every rule one that does not apply, which was a pass."""
    at = np.arange(60 * RATE_HZ) / RATE_HZ
    turned = written(tmp_path / "turned.csv", np.asarray(-1e5 - 5e4 * (at % 2 < 1)), 1 / RATE_HZ)
    assert exit_code(["swing", turned]) == 2
    assert "power_kw: -100,000 kW at most; a load draws more than 0" in capsys.readouterr().err
    assert exit_code(["swing", turned, "--rule", "ieso-15s", "--nominal", "150000"]) == 3


def test_a_table_of_sags_alone_says_what_is_lacking_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its columns are not those of a waveform; the loads are what it is judged with."""
    sags = tmp_path / "sags.csv"
    sags.write_text("t_s,v_pu,duration_s\n0,0.6,0.1\n")
    assert exit_code(["swing", str(sags)]) == 2
    assert "--loads: is not given" in capsys.readouterr().err
