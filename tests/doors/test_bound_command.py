"""`gridtide bound`: keys and words."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

CASE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"
WORTH = {"what", "worth", "least", "most", "kind", "subject", "step", "unit", "per_unit"}
PROMISE = {
    "job",
    "class",
    "accelerator_h",
    "price_per_accelerator_h",
    "by_price",
    "at_most",
    "without",
    "again",
    "hour",
}


def test_bound_prints_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys are a contract; worths are sorted, dearest first, each between its least and most."""
    assert exit_code(["bound", str(CASE), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    keys = {"case", "currency", "hours", "lower_bound", "best_course", "worths", "promises"}
    assert set(found) == keys
    best = {"lower_bound", "cost", "method", "undone_accelerator_h"}
    assert set(found["best_course"]) == best
    assert found["best_course"]["lower_bound"] <= found["best_course"]["cost"]
    known = [row["worth"] for row in found["worths"] if row["worth"] is not None]
    assert known == sorted(known, reverse=True)
    for row in found["worths"]:
        assert set(row) == WORTH


def test_the_dearest_promises_stand_in_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """As many as asked for, dearest first; what no other costs more than is said."""
    assert exit_code(["bound", str(CASE), "--json", "--top", "2"]) == 0
    promises = json.loads(capsys.readouterr().out)["promises"]
    assert set(promises) == {"of", "others_at_most", "dearest"}
    assert len(promises["dearest"]) == 2
    for row in promises["dearest"]:
        assert set(row) == PROMISE
    saved = [row["without"]["most"] for row in promises["dearest"]]
    assert saved == sorted(saved, reverse=True)
    assert promises["others_at_most"] is not None


def test_nobody_need_ask_for_single_promises(capsys: pytest.CaptureFixture[str]) -> None:
    """--top 0 lists none; fewer than none is a usage fault."""
    assert exit_code(["bound", str(CASE), "--top", "0"]) == 0
    assert "the dearest of" not in capsys.readouterr().out
    assert exit_code(["bound", str(CASE), "--top", "-1"]) == 2


def test_bound_says_it_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody can fall below, and what each thing is worth, on stdout; progress on stderr."""
    assert exit_code(["bound", str(CASE)]) == 0
    told = capsys.readouterr()
    assert "no policy can cost less than" in told.out
    assert " is worth " in told.out
    assert "what promises cost" in told.out
    assert "the dearest of 15 promises" in told.out
    assert "import at here" in told.out
    assert "solving:" in told.err


def test_a_case_that_is_not_there_is_a_usage_fault(tmp_path: Path) -> None:
    """Exit code 2."""
    assert exit_code(["bound", str(tmp_path / "none.toml")]) == 2


def at_price(price_per_mwh: float, folder: Path) -> Path:
    """The case with one price for every hour."""
    odd = CASE.read_text()
    for usual, other in (
        ("price_mean_per_mwh = 80.0", f"price_mean_per_mwh = {price_per_mwh}"),
        ("price_swing_per_mwh = 30.0", "price_swing_per_mwh = 0.0\nprice_noise_per_mwh = 0.0"),
        ("price_dip_per_mwh = 90.0", "price_floor_per_mwh = -1e6\nprice_cap_per_mwh = 1e9"),
        ("price_dips = [[11.0, 15.0]]", ""),
    ):
        assert usual in odd
        odd = odd.replace(usual, other)
    path = folder / "odd.toml"
    path.write_text(odd)
    return path


@pytest.mark.parametrize("price_per_mwh", [80.0, 0.0, -80.0, 8e-5, 8e7])
def test_any_one_price_for_every_hour_is_answered(
    price_per_mwh: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Equal, nothing, negative, a millionth and a million times: power that is dear is not power that is lacking."""
    case = at_price(price_per_mwh, tmp_path)
    assert exit_code(["bound", str(case), "--json", "--top", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lower_bound"] is not None
    best = found["best_course"]
    assert found["lower_bound"] <= best["lower_bound"] + 1e-6 * abs(best["lower_bound"])
    assert best["lower_bound"] <= best["cost"]
    (row,) = found["promises"]["dearest"]
    assert row["without"]["most"] <= row["by_price"] + 1e-6 * abs(best["cost"])


def without(text: str, first: str, last: str) -> str:
    """A case without the tables from one header up to another."""
    begin, end = text.index(first), text.index(last)
    return text[:begin] + text[end:]


@pytest.mark.parametrize("command", ["check", "bound"])
@pytest.mark.parametrize(
    ("first", "last", "told"),
    [("[[site]]", "[[class]]", "site: is missing"), ("[[site.pool]]", "[[class]]", "site[1].pool")],
)
def test_an_empty_fleet_is_refused(
    command: str,
    first: str,
    last: str,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, and what is missing."""
    case = tmp_path / "case.toml"
    case.write_text(without(CASE.read_text(), first, last))
    assert exit_code([command, str(case)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "bound"])
@pytest.mark.parametrize("end", ["2026-03-02", "2026-03-01"])
def test_a_horizon_of_nothing_is_refused(
    command: str, end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and both times."""
    case = tmp_path / "case.toml"
    case.write_text(CASE.read_text().replace("end = 2026-03-03", f"end = {end}"))
    assert exit_code([command, str(case)]) == 2
    assert "after case.start" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", [0, 1])
def test_no_job_and_one_job_are_answered(
    jobs: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each promise there is stands in the list, and no other is spoken of."""
    text = CASE.read_text().replace('protect = ["odd"]', "")
    start = text.index("[[jobs]]", text.index("[[jobs]]") + 1) if jobs else text.index("[[jobs]]")
    case = tmp_path / "case.toml"
    kept = text[:start] + text[text.index("[[signal]]") :]
    case.write_text(kept.replace("count = 12", "count = 1"))
    assert exit_code(["check", str(case)]) == 0
    capsys.readouterr()
    assert exit_code(["bound", str(case), "--json"]) == 0
    promises = json.loads(capsys.readouterr().out)["promises"]
    assert promises["of"] == len(promises["dearest"]) == jobs
    assert promises["others_at_most"] is None
