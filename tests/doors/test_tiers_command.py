"""The command `gridtide tiers`: one document, a picture, and every fault with its mend."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.results.tiers_document import tiers_document
from gridtide.simulate.showback import Share
from gridtide.simulate.tiers import Terms
from gridtide.testing.studies import small_study

DAY = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
TIER = {"tier", "marginal_cost", "first", "again", "by_price", "undone_share", "price", "today_share",
        "accepted_share", "by_hour"}  # fmt: skip


def test_the_document_and_the_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its keys are a contract; a tier that does not end inside the case is not on the menu."""
    page = tmp_path / "tiers.html"
    assert exit_code(["tiers", str(DAY), "--page", str(page), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (menu,) = found["menus"]
    assert [tier["tier"] for tier in menu["tiers"]] == ["now", "within 1 h", "within 8 h"]
    assert set(menu["tiers"][0]) == TIER
    assert len(menu["tiers"][0]["by_hour"]) == 24
    assert menu["revenue"] == pytest.approx(menu["revenue_today"], rel=1e-6)
    assert [row["name"] for row in found["showback"]] == ["batch", "odd", "nobody"]
    assert found["sums"]["cost"] == pytest.approx(sum(row["cost"] for row in found["showback"]))
    assert found["rule"]["sensitivity_mark"] == "assumed"
    assert "what waiting is worth" in page.read_text()


def test_teams_of_a_table_are_shown_instead_of_groups(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By whatever its columns are called; jobs it does not name stay with their group."""
    teams = tmp_path / "teams.csv"
    teams.write_text("id,account\nbatch-001,blue\nbatch-002,red\n")
    words = ["tiers", str(DAY), "--teams", str(teams), "--map", "job=id,team=account"]
    assert exit_code([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    names = [row["name"] for row in found["showback"]]
    assert names == ["batch", "blue", "odd", "red", "nobody"]


def test_a_person_reads_a_menu(capsys: pytest.CaptureFixture[str]) -> None:
    """A table of tiers, and for whom the course was."""
    assert exit_code(["tiers", str(DAY), "--class", "batch", "--share", "1"]) == 0
    said = capsys.readouterr().out
    assert "within 8 h" in said
    assert "all, as settled" in said


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--class", "none-such"], "none-such"),
        (["--share", "2"], "--share"),
        (["--teams", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_faults_are_named(words: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert exit_code(["tiers", str(DAY), *words]) == 2
    assert named in capsys.readouterr().err


def test_a_table_of_other_jobs_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody's team would be shown as somebody's."""
    teams = tmp_path / "teams.csv"
    teams.write_text("job,team\nother-1,blue\n")
    assert exit_code(["tiers", str(DAY), "--teams", str(teams)]) == 2
    assert "names no job" in capsys.readouterr().err
    assert exit_code(["tiers", str(DAY), "--teams", str(teams), "--map", "who=job"]) == 2
    assert "--map who" in capsys.readouterr().err


def test_a_job_of_two_teams_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose it is would depend on the order of rows; the same row twice says nothing new."""
    teams = tmp_path / "teams.csv"
    teams.write_text("job,team\nbatch-001,blue\nbatch-001,red\n")
    assert exit_code(["tiers", str(DAY), "--teams", str(teams)]) == 2
    assert "1 jobs with two teams: batch-001" in capsys.readouterr().err


def test_what_a_table_of_teams_does_not_name_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its jobs that are none of the case, and those of the case that it leaves out."""
    teams = tmp_path / "teams.csv"
    teams.write_text("job,team\nbatch-001,blue\nbatch-001,blue\nother-1,red\n")
    assert exit_code(["tiers", str(DAY), "--teams", str(teams), "--json"]) == 0
    said = capsys.readouterr().err
    assert "1 jobs are none of the case, and left out" in said
    assert "14 jobs are not named, and stay with their group" in said


def test_teams_of_a_case_and_of_its_log_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log's column goes first, then what the case says of the group, then the name of the group."""
    log = tmp_path / "log.csv"
    rows = [
        f"2026-03-02T0{6 + number}:00:00+01:00,3600,8,{who}"
        for number, who in enumerate(["blue", "", "blue"])
    ]
    log.write_text("submit,duration_s,units,team\n" + "\n".join(rows) + "\n")
    case = tmp_path / "case.toml"
    text = DAY.read_text().replace(
        'name = "batch"\nclass', 'name = "batch"\nteam = "research"\nclass'
    )
    text += """
[[jobs]]
name = "logged"
class = "batch"
home = "here"
pool = "gpus"
source = "table"
path = "log.csv"
"""
    case.write_text(text)
    assert exit_code(["tiers", str(case), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    names = [row["name"] for row in found["showback"]]
    assert names == ["blue", "logged", "odd", "research", "nobody"]


def test_unknown_carbon_is_null_and_never_nothing() -> None:
    """Of each, and of all together."""
    one = Share(
        name="blue", kind="team", kwh=2.0, carbon_kg=float("nan"), parts=(("energy", 3.0),),
        accelerator_h=1.0, mean_wait_h=None, late=0,
    )  # fmt: skip
    terms = Terms(passed_on=0.5, sensitivity=5.0)
    found = tiers_document(small_study(1, hours=24), terms, (), (one, one))
    assert found["showback"][0]["carbon_kg"] is None
    assert found["sums"] == {"kwh": 4.0, "carbon_kg": None, "cost": 6.0, "accelerator_h": 2.0}
