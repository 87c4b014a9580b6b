"""`gridtide explain --what-if`: a decision of a run taken again with one thing changed."""

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.cli.explain_again import _say_per_unit

CASE = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with case.toml and runs/ of one run."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "case.toml").write_text(CASE)
    words = ["run", str(folder / "case.toml"), "--policy", "coordinated"]
    assert exit_code([*words, "--runs", str(folder / "runs"), "--json"]) == 0
    return folder


def asked(
    done: Path, capsys: pytest.CaptureFixture[str], *words: str, job: str = "batch-001"
) -> dict[str, Any]:
    """The document of an explanation."""
    capsys.readouterr()
    runs = ["--runs", str(done / "runs"), "--json"]
    assert exit_code(["explain", "last", job, *words, *runs]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_each_what_if_is_solved_again_beside_the_price_of_what_it_changes(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order asked; costs within what is proved; the price between the differences of its sides."""
    texts = ["deadline +2h", "price here +10%", "import here -100kW", "work +10%", "site here out"]
    texts += ["demand here -10%", "machines here/gpus +8"]
    found = asked(done, capsys, *(word for text in texts for word in ("--what-if", text)))
    assert [one["what_if"] for one in found["what_ifs"]] == texts
    assert found["plan"]["lower_bound"] <= found["plan"]["cost"]
    for one in found["what_ifs"]:
        assert one["least"] <= one["cost"] <= one["most"]
        assert one["holds"] and (one["opposite"] is None or one["opposite"]["holds"])
    dearer, more, out = (found["what_ifs"][number] for number in (1, 3, 4))
    per = dearer["per_unit"]
    assert per["less"] + per["tolerance"] >= per["price_more"] >= per["more"] - per["tolerance"]
    per = more["per_unit"]
    assert per["less"] - per["tolerance"] <= per["price_more"] <= per["more"] + per["tolerance"]
    assert out["per_unit"] is None and out["lost_share"] == pytest.approx(1.0)


def test_what_ifs_read_well(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plan, cost, proof, where the work goes, the three numbers."""
    capsys.readouterr()
    runs = ["--runs", str(done / "runs")]
    words = ["explain", "last", "batch-001", "--what-if", "work +10%"]
    assert exit_code([*words, *runs]) == 0
    out = capsys.readouterr().out
    assert (
        "what if: the plan of " in out
        and "as it is, its work in the plan: 100% at here/gpus" in out
    )
    assert "  work +10%: its work " in out and "accelerator-hours more\n    costs " in out
    assert "the other way, its work" in out
    assert re.search(r"one accelerator-hour more changes the cost by, in EUR: .* side of less", out)


def test_alternatives_come_cheapest_first_at_the_prices_of_the_choice(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was chosen costs what the table says; causes add up; limits name what stood in the way."""
    found = asked(done, capsys, "--alternatives", "4")
    told, others = found["ranked"]["chosen"], found["ranked"]["alternatives"]
    assert told["cost"] == pytest.approx(found["decisions"][-1]["cost"])
    assert (told["place"], told["start"]) == tuple(
        found["decisions"][-1][key] for key in ("place", "start")
    )
    assert 1 <= len(others) <= 4
    assert [one["cost"] for one in others] == sorted(one["cost"] for one in others)
    for one in others:
        assert sum(one["causes"].values()) == pytest.approx(one["difference"])
        assert one["cost"] - told["cost"] == pytest.approx(one["difference"])
        assert one["end"] <= found["about"]["deadline"]
    limits = found["ranked"]["limits"]
    assert all(limit["saving"] > 0 for limit in limits)
    assert [limit["decides"] for limit in limits] == sorted(
        (limit["decides"] for limit in limits), reverse=True
    )


def test_the_fleet_of_the_run_is_the_one_alternatives_are_held_against(done: Path) -> None:
    """With everything as told its cost is that of the plan which held from then on."""
    from gridtide.decide.told import work_cost
    from gridtide.doors.results.again import decision_again, study_again
    from gridtide.doors.results.alternatives import choice_of, fleet_of

    folder = done / "runs" / "0001"
    known = study_again(folder, "coordinated", None)
    begin = known[0].timeline.start
    planned = 0
    for hours in (7, 12):
        again = decision_again(folder, known, begin + timedelta(hours=hours), lambda *_: None)
        jobs = again.turn.situation.jobs.name.tolist()
        if not (again.retaken.planned and jobs):
            continue
        choice = choice_of(again, jobs[0])
        fleet, plan = fleet_of(choice, choice.held), again.turn.memory.plan
        assert fleet is not None and plan is not None
        assert fleet[1] == pytest.approx(plan.certificate.cost + work_cost(choice.held))
        planned += 1
    assert planned


def test_what_decided_has_its_price_by_the_unit(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit without which it would run at other slots, solved again each way where it has units."""
    found = asked(done, capsys, "--alternatives", "1", job="batch-010")["ranked"]
    deciding = [limit for limit in found["limits"] if limit["decides"]]
    assert deciding and found["price"]["holds"]
    assert found["price"]["per_unit"]["price_more"] is not None
    capsys.readouterr()
    words = ["explain", "last", "batch-010", "--alternatives", "3", "--runs", str(done / "runs")]
    assert exit_code(words) == 0
    out = capsys.readouterr().out
    assert re.search(r"  chosen: here/gpus from .* EUR \(energy ", out)
    assert re.search(r"  1\. here/gpus from .* EUR (more|less) \(", out)
    assert "  what decided: " in out and "  the price of what decided, " in out


def test_a_decision_can_be_named_by_its_time(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last one at or before it."""
    first = asked(done, capsys)["decisions"][0]["as_of"]
    found = asked(done, capsys, "--what-if", "work out", "--at", first)
    assert found["plan"]["as_of"] == first
    assert found["what_ifs"][0]["cost"] < 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["colour +1%", "deadline 2h", "price there +5%"], ["'colour'", "deadline +2h", "here"]),
        (["import here -1GW", "work +5kW"], ["import SITE -500kW", "work +10%"]),
        (["import here -900kW", "machines here/gpus -500"], ["cannot be", "fewer than"]),
        (["deadline -40h", "carbon +10%"], ["ends before that", "counts nothing"]),
        (["work -120%", "price here +0%"], ["less than no work", "a change of nothing"]),
    ],
)
def test_every_fault_of_what_is_asked_is_said_at_once(
    words: list[str], said: list[str], done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Form and names before anything is solved, ranges before any answer; exit code 2."""
    options = [word for text in words for word in ("--what-if", text)]
    runs = ["--runs", str(done / "runs")]
    assert exit_code(["explain", "last", "batch-001", *options, *runs]) == 2
    err = capsys.readouterr().err
    assert all(part in err for part in said), err
    assert sum(line.startswith("--what-if") for line in err.splitlines()) == len(words)


def test_a_protected_job_leaves_the_plan_no_choice(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What concerns the job is refused, what concerns the site is not."""
    at = ["--at", asked(done, capsys)["decisions"][0]["as_of"]]
    runs = ["--runs", str(done / "runs"), *at]
    assert exit_code(["explain", "last", "odd-001", "--what-if", "work out", *runs]) == 2
    assert "had no choice about this job" in capsys.readouterr().err
    assert exit_code(["explain", "last", "odd-001", "--what-if", "price here -5%", *runs]) == 0


def test_what_is_smaller_than_the_tolerance_reads_as_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Rounding is no price."""
    per = {"less": 0.0, "price_less": -5.6e-17, "price_more": -0.4315, "more": -0.0}
    _say_per_unit({"unit": "h", "per_unit": {**per, "tolerance": 3.3e-06}}, "EUR")
    said = capsys.readouterr().out
    assert (
        "0 on the side of less, 0 and -0.4315 by the plan's prices, 0 on the side of more" in said
    )
    assert "e-17" not in said


def test_a_job_never_decided_about_is_offered_a_time_of_its_own_run(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The time to name is one of this case, not of another year."""
    runs = ["--runs", str(done / "runs")]
    told = asked(done, capsys, job="odd-001")["about"]["release"]
    assert exit_code(["explain", "last", "odd-001", "--what-if", "price here -5%", *runs]) == 2
    assert f"--at {told}" in capsys.readouterr().err


def copied(done: Path, to: Path) -> Path:
    """The run alone, elsewhere."""
    shutil.copytree(done / "runs" / "0001", to / "0001")
    (to / "last").write_text("0001\n")
    return to / "0001"


def refusal(runs: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """What a what-if about a run is refused with."""
    words = ["explain", "last", "batch-001", "--what-if", "work out", "--runs", str(runs)]
    assert exit_code([*words, *more]) == 2
    return capsys.readouterr().err


def test_a_run_whose_case_is_gone_or_another_says_so(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And takes the place it stands at now."""
    folder = copied(done, tmp_path)
    (folder / "case-folder.txt").write_text(f"{tmp_path}\nnone.toml\n")
    assert "not there any more" in refusal(tmp_path, capsys)
    other = tmp_path / "other.toml"
    other.write_text(CASE.replace("seed = 3", "seed = 4"))
    assert "another case" in refusal(tmp_path, capsys, "--case", str(other))
    other.write_text("no toml at all")
    assert "another case" in refusal(tmp_path, capsys, "--case", str(other))
    (folder / "case-folder.txt").write_text("")
    assert "neither its case" in refusal(tmp_path, capsys)
    words = ["explain", "last", "batch-001", "--what-if", "work out", "--runs", str(tmp_path)]
    assert exit_code([*words, "--case", str(done / "case.toml")]) == 0


def test_a_run_that_comes_out_otherwise_is_not_explained_by_another(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other data, another version: the first decision that differs is named; so is a broken chain."""
    from gridtide.stores.json_lines import JsonLinesStore
    from gridtide.trust.audit import contents, linked

    folder = copied(done, tmp_path)
    path = folder / "audit-coordinated.jsonl"
    kept = contents(JsonLinesStore(path).entries())
    path.unlink()
    store = JsonLinesStore(path)
    for content in kept:
        store.append(linked(store.last(), content | {"situation": "0" * 64}))
    err = refusal(tmp_path, capsys)
    assert "what was seen is not what the audit chain" in err and "Run the case again" in err
    text = path.read_text().splitlines()
    path.write_text("\n".join([text[1], text[0], *text[2:]]) + "\n")
    assert "does not follow" in refusal(tmp_path, capsys)


def test_a_policy_without_a_plan_has_none_to_solve_again(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and the way out."""
    assert "decides by no plan" in refusal(done / "runs", capsys, "--policy", "run-at-once")
