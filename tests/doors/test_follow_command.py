"""The command `gridtide follow`: its document, its page, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.decide.regulators.merit_order import MeritOrder
from gridtide.doors.cli import exit_code
from gridtide.doors.cli.flex import standing
from gridtide.doors.results.follow_document import follow_document
from gridtide.simulate.following import follow, site_in
from gridtide.simulate.hour_ahead import Offer
from gridtide.simulate.regulated_hour import starts_s
from gridtide.sources.agc_table import AgcTable

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE, SIGNAL = str(EXAMPLES / "regulating.toml"), str(EXAMPLES / "regulation_signal.csv")
KEYS = ["score", "accuracy", "delay", "precision", "mileage", "availability", "missed_deadlines",
        "energy_exhausted_s"]  # fmt: skip


def without_offer(text: str) -> str:
    """A case that never spoke of regulation."""
    first, last = text.index("[[site.offer]]"), text.index("[[class]]")
    return text[:first] + text[last:]


def test_the_document_begins_with_its_eight_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keys are a contract; the page is whole."""
    page = tmp_path / "follow.html"
    asked = [
        "--offer-kw",
        "1500",
        "--page",
        str(page),
        "--json",
    ]
    assert exit_code(["follow", CASE, "--signal", SIGNAL, *asked]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found)[:8] == KEYS
    assert 0.9 <= found["score"] <= 1.0
    assert found["availability"] == 1.0
    assert found["missed_deadlines"] == 0
    assert found["score"] == pytest.approx(
        (found["accuracy"] + found["delay"] + found["precision"]) / 3, abs=1e-9
    )
    assert "follows the grid" in page.read_text()


def test_the_offer_of_the_plan_is_taken_where_none_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The case's product, as the plan offers it."""
    assert exit_code(["follow", CASE, "--signal", SIGNAL]) == 0
    said = capsys.readouterr().out
    assert "its ceiling" in said and "deadlines missed" in said


def test_a_case_without_an_offer_offers_all_that_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing to name: the command works on a case that never spoke of regulation."""
    case = tmp_path / "case.toml"
    case.write_text(without_offer(Path(CASE).read_text()))
    assert exit_code(["follow", str(case), "--signal", SIGNAL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["offer_ahead"] == {"most_held_kw": found["offer_up_kw"]}
    assert found["offer_down_kw"] == found["offer_up_kw"] > 2000.0
    assert found["availability"] > 0.9


def test_a_price_decides_what_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    """The most that jobs and store hold, with what it earns; nothing for nothing, and not beside a named offer."""
    asked = ["follow", CASE, "--signal", SIGNAL, "--price-per-mw-h"]
    assert exit_code([*asked, "20", "--noise-of", "reading", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    ahead = found["offer_ahead"]
    assert found["offer_up_kw"] == ahead["most_held_kw"] > 2000.0
    assert ahead["earned"] > ahead["cost"] and ahead["currency"] == "EUR"
    assert found["noisy_ceiling"] < found["ceiling"]
    assert all(0.0 <= hour["cut_up_kw"] < found["offer_up_kw"] for hour in found["by_hour"])
    assert exit_code([*asked, "0"]) == 2
    assert "nothing is worth offering" in capsys.readouterr().err
    assert exit_code([*asked, "20", "--offer-kw", "3"]) == 2
    assert "both are named" in capsys.readouterr().err


def test_faults_are_said_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, each with its mend."""
    asked = ["--signal", "no.csv", "--site", "moon", "--at", "noon", "--regulator", "luck"]
    assert exit_code(["follow", CASE, *asked]) == 2
    said = capsys.readouterr().err
    for word in ("no.csv", "--site moon", "--at: 'noon'", "--regulator luck"):
        assert word in said


def test_a_site_that_can_hold_nothing_says_so_and_what_to_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No store, and machines with one point only: exit code 2."""
    case = tmp_path / "case.toml"
    text = without_offer((EXAMPLES / "regulating.toml").read_text())
    first, last = text.index("[[site.pool.point]]"), text.index("[[class]]")
    case.write_text(text[:first] + text[last:])
    assert exit_code(["follow", str(case), "--signal", SIGNAL]) == 2
    said = capsys.readouterr().err
    assert "nothing holds in each of the hours ahead (2)" in said and "--offer-kw" in said


def test_a_signal_that_cannot_be_scored_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Too short for one block, or without any value: exit code 2 with the reason."""
    for rows, said in (
        ([f"{4 * k},0.5" for k in range(149)], "lasts 596 s"),
        ([f"{4 * k}," for k in range(200)], "no value of it came"),
    ):
        path = tmp_path / "signal.csv"
        path.write_text("\n".join(["t_s,signal_pu", *rows]) + "\n")
        assert exit_code(["follow", CASE, "--signal", str(path), "--offer-kw", "1500"]) == 2
        told = capsys.readouterr().err
        assert f"signal.csv: {said}" in told and "running" not in told


def test_an_offer_beyond_the_connection_is_refused_before_anything_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It was once followed with a note; half of what the connection carries is the most that can go both ways."""
    asked = ["follow", CASE, "--signal", SIGNAL, "--offer-kw"]
    assert exit_code([*asked, "8001"]) == 2
    told = capsys.readouterr().err
    assert "--offer-kw 8,001" in told and "at most 8,000 kW" in told and "import_max_kw" in told
    assert "running" not in told


def test_an_offer_of_which_nothing_stands_scores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A flat answer to no award once scored 0.6666; where the signal stayed away is told in seconds, not in kW."""
    path = tmp_path / "signal.csv"
    rows = [f"{4 * k},{'' if 100 <= k < 160 else 0.5}" for k in range(250)]
    path.write_text("\n".join(["t_s,signal_pu", *rows]) + "\n")
    study = load_case(Path(CASE))
    signal = AgcTable(path=path).read()
    window = site_in(standing(study, None, "coordinated"), signal)
    followed = follow(window, 0, signal, Offer(up_kw=1e12, down_kw=1e12), MeritOrder())
    found = follow_document(study, 0, starts_s(window), "merit-order", followed)
    assert found["score"] == found["precision"] == found["ceiling"] == 0.0
    assert found["availability"] < 1e-6 and not found["qualifies"]
    assert any(note.startswith("nothing of the offer stood") for note in found["notes"])
    assert "set-points stay away, at 412 s" in found["notes"]
    assert not any("kW is kept" in note for note in found["notes"])
