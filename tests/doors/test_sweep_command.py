"""`gridtide sweep`: what strangers count on, on a case of one day."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.sweeping.document import sweep_document
from gridtide.doors.sweeping.studies import STUDIES, Asked, answer
from gridtide.simulate.sweep import Axis, Tally, Task

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
KEYS = {
    "study", "file", "over", "spread", "tasks", "answered", "at_fault", "faults", "rows", "columns", "table",
}  # fmt: skip


def over(*axes: str) -> list[str]:
    """The words that go over some axes of the case."""
    return ["sweep", "run", str(CASE), *(word for axis in axes for word in ("--over", axis))]


def swept(*words: str) -> list[str]:
    return [*over("seed=1..2", "policy=run-at-once,lowest-window"), *words]


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_all_settings_are_answered_and_stand_in_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = swept("--to", str(tmp_path / "s"), "--page", str(tmp_path / "s.html"), "--json")
    assert exit_code(words) == 0
    found = document(capsys)
    assert set(found) == KEYS
    assert (found["tasks"], found["answered"], found["at_fault"]) == (4, 4, 0)
    assert found["rows"][1] == {"seed": 1, "policy": "lowest-window"}
    assert found["spread"] == ["seed"]
    assert {"name", "values", "lowest", "highest", "lowest_at"} == set(found["columns"][0])
    table = pl.read_parquet(tmp_path / "s" / "answers.parquet")
    assert table.columns[:2] == ["seed", "policy"] and table.columns[-1] == "fault"
    assert table["runs[policy].total_cost"].null_count() == 0
    assert pl.read_csv(tmp_path / "s" / "answers.csv").height == 4
    assert "s.html" in str(tmp_path / "s.html") and (tmp_path / "s.html").stat().st_size > 100_000


def test_what_a_task_says_is_what_its_study_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same numbers as the command itself prints for a file with these values."""
    case = tmp_path / "case.toml"
    case.write_text(CASE.read_text().replace("seed = 3", "seed = 2"))
    assert (
        exit_code(
            ["run", str(case), "--runs", str(tmp_path / "r"), "--json", "--policy", "lowest-window"]
        )
        == 0
    )
    told = document(capsys)
    assert exit_code(swept("--to", str(tmp_path / "s"), "--json")) == 0
    lines = [
        json.loads(line) for line in (tmp_path / "s" / "answers.jsonl").read_text().splitlines()
    ]
    (own,) = [
        one["document"] for one in lines if one["changes"] == {"seed": 2, "policy": "lowest-window"}
    ]
    assert own["runs"] == told["runs"]


@pytest.mark.parametrize(
    ("study", "name", "over"),
    [
        ("study", "accident_unit.toml", "grid.inertia_s=3.5"),
        ("size", "campus.toml", "campus.carbon_price_per_t=80"),
        ("site", "east_west.toml", "siting.interest=0.06"),
    ],
)
def test_every_study_says_what_its_own_command_says(
    study: str, name: str, over: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked with a value that the file has already."""
    file = EXAMPLES / name
    folder = tmp_path / "s"
    assert exit_code(["sweep", study, str(file), "--over", over, "--to", str(folder)]) == 0
    (line,) = (folder / "answers.jsonl").read_text().splitlines()
    capsys.readouterr()
    exit_code([study, str(file), "--json"])
    assert document(capsys) == json.loads(line)["document"]


def test_a_sweep_goes_on_where_it_was_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two answers were kept and a third was torn by a crash: two are asked, and the table is the same to the byte."""
    assert exit_code(swept("--to", str(tmp_path / "whole"))) == 0
    folder = tmp_path / "cut"
    assert exit_code(swept("--to", str(folder))) == 0
    kept = (folder / "answers.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "answers.jsonl").write_bytes(b"".join(kept[:2]) + kept[2][:40])
    (folder / "answers.csv").unlink()
    capsys.readouterr()
    assert exit_code(swept("--to", str(folder))) == 0
    assert "2 kept before" in capsys.readouterr().err
    assert (folder / "answers.csv").read_bytes() == (
        tmp_path / "whole" / "answers.csv"
    ).read_bytes()
    numbers = [
        json.loads(line)["number"]
        for line in (folder / "answers.jsonl").read_text().splitlines()
        if line.endswith("}")
    ]
    assert sorted(numbers) == [0, 1, 2, 3]


def test_two_processes_answer_to_the_byte_what_one_does(tmp_path: Path) -> None:
    for count in ("1", "2"):
        assert exit_code(swept("--to", str(tmp_path / count), "--workers", count)) == 0
    assert (tmp_path / "1" / "answers.csv").read_bytes() == (
        tmp_path / "2" / "answers.csv"
    ).read_bytes()


def test_another_sweep_is_not_mixed_into_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(swept("--to", str(tmp_path / "s"))) == 0
    other = [*over("seed=1..3"), "--to", str(tmp_path / "s")]
    assert exit_code(other) == 2
    assert "holds another sweep: its over differ" in capsys.readouterr().err


def test_a_task_without_an_answer_is_named_and_the_others_are_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each value is right alone; together they are not."""
    words = over("case.step_min=30,60", "year=2023,2024")
    code = exit_code([*words, "--json", "--to", str(tmp_path / "s")])
    found = document(capsys)
    assert code == (3 if found["at_fault"] else 0)
    assert found["answered"] + found["at_fault"] == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--over", "case.sed=1"], ["sed", "Did you mean seed?"]),
        (["--over", "site[9].zone=a,b"], ["site[9] is not there", "a number from 1 to"]),
        (["--over", "case.seed=x,y"], ["case.seed", "integer"]),
        (["--over", "seed"], ["KEY=VALUE"]),
        (["--over", "seed=3..1"], ["KEY=FIRST..LAST"]),
        (["--over", "seed=1,1"], ["names a value twice"]),
        (["--over", "seed=1", "--over", "seed=2"], ["stands twice"]),
        (["--over", "seed=1..1001", "--over", "year=1..1001"], ["1,002,001 tasks", "1,000,000"]),
        ([], ["--over", "is missing"]),
        (["--over", "seed=1", "--workers", "0"], ["--workers", "at least 1"]),
        (["--over", "seed=1", "--dask", "tcp://127.0.0.1:1"], ["--dask", "tcp://"]),
    ],
)  # fmt: skip
def test_bad_input_is_said_before_anything_is_asked(
    words: list[str], said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["sweep", "run", str(CASE), *words, "--to", str(tmp_path / "s")]) == 2
    error = capsys.readouterr().err
    for one in said:
        assert one in error
    assert not (tmp_path / "s").exists()


def test_all_faults_are_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "weather", str(tmp_path / "none.toml"), "--over", "seed", "--workers", "0"]
    assert exit_code(words) == 2
    error = capsys.readouterr().err
    for one in ("weather cannot be asked", "none.toml", "KEY=VALUE", "at least 1"):
        assert one in error


def test_an_unknown_column_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(swept("--to", str(tmp_path / "s"), "--show", "cost")) == 2
    assert "cost is no column" in capsys.readouterr().err


def test_of_a_long_range_the_ends_are_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every look reads the whole file; the end of this range is no length of a step."""
    assert exit_code([*over("case.step_min=-20..60"), "--to", str(tmp_path / "s")]) == 2
    assert capsys.readouterr().err.count("case.step_min: -20") == 1


def test_a_number_that_is_none_is_a_fault_of_its_task_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = Asked(study="odd", content={"a": 1}, file=tmp_path)
    ready = lambda content, file: lambda: {"found": float("nan") if content["a"] == 2 else 1.0}  # noqa: E731
    monkeypatch.setitem(STUDIES, "odd", ready)
    fine, odd = (answer(asked, Task(number=n, changes=(("a", n),))) for n in (1, 2))
    assert fine.document == {"found": 1.0}
    assert odd.document is None and "not JSON compliant" in odd.fault


def test_options_of_a_command_are_gone_over_and_say_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A market has options alone; one value of an option is the same for all."""
    island = str(EXAMPLES / "island_system.toml")
    words = ["--over", "--shares=5,40", "--over", "--rules=price", "--over", "--no-search=true"]
    assert (
        exit_code(["sweep", "market", island, *words, "--to", str(tmp_path / "s"), "--json"]) == 0
    )
    found = document(capsys)
    assert (found["tasks"], found["answered"]) == (2, 2)
    assert found["rows"][1] == {"--shares": 40, "--rules": "price", "--no-search": True}
    lines = (tmp_path / "s" / "answers.jsonl").read_text().splitlines()
    kept = {json.loads(line)["number"]: json.loads(line)["document"] for line in lines}
    alone = ["market", island, "--shares", "40", "--rules", "price", "--no-search", "--json"]
    assert exit_code(alone) == 0
    assert kept[1] == document(capsys)


def test_a_network_is_asked_by_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """FILE is whatever the command reads."""
    nine = str(EXAMPLES / "nine_buses.m")
    words = ["sweep", "study", nine, "--over", "--bus=5,7", "--to", str(tmp_path / "s"), "--json"]
    assert exit_code(words) == 0
    assert document(capsys)["answered"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("market", "--over", "--flexibel=3"), "--flexibel: market has no such option that can change; one of --fl"),
        (("market", "--over", "--page=a.html"), "--page: market has no such option"),
        (("market", "--over", "--flexible=20,many"), "'many'"),
        (("market", "--over", "seed=1..2"), "a key of the file of market; options of `gridtide market`"),
        (("size", "--over", "--alone=true", "--over", "seed=1..2"), "is an option beside keys of the file"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_gone_over_are_named(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = "island_system.toml" if words[0] == "market" else "campus.toml"
    asked = ["sweep", words[0], str(EXAMPLES / file), *words[1:], "--to", str(tmp_path / "s")]
    assert exit_code(asked) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_a_file_that_changed_makes_another_sweep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers stand for what a named file held when they were made."""
    for name in ("headroom_rts79.toml", "adequacy_rts79.toml", "fleet_curve.json"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    words = ["sweep", "study", str(tmp_path / "headroom_rts79.toml"), "--over", "wanted_kw=1e5,2e5"]
    words += ["--to", str(tmp_path / "s")]
    assert exit_code(words) in (0, 3)
    assert exit_code(words) in (0, 3)
    curve = tmp_path / "adequacy_rts79.toml"
    curve.write_text(curve.read_text().replace("2_850_000", "2_840_000"))
    capsys.readouterr()
    assert exit_code(words) == 2
    assert "holds another sweep: its files differ" in capsys.readouterr().err


def test_options_of_a_file_that_is_not_there_are_asked_of_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", "size", str(tmp_path / "none.toml"), "--over", "--alone=true,false"]
    assert exit_code([*words, "--to", str(tmp_path / "s")]) == 2
    assert "none.toml: is not there" in capsys.readouterr().err


def test_threads_of_one_process_do_not_mix_what_their_commands_print() -> None:
    """As on a worker with several: each gets the document of its own options."""
    nine = EXAMPLES / "nine_buses.m"
    asked = Asked(study="study", content={}, file=nine)
    tasks = [Task(number=k, changes=(("--bus", bus),)) for k, bus in enumerate((5, 7, 9) * 2)]
    with ThreadPoolExecutor(3) as hands:
        found = list(hands.map(partial(answer, asked), tasks))
    assert [one.fault for one in found] == [""] * 6
    assert found[0] == found[3] and found[1] == found[4] != found[0]


def test_a_column_that_is_the_same_wherever_it_is_given_is_not_shown_by_itself() -> None:
    """Nothing of it is to be seen; who names it is shown it."""
    axes = (Axis(name="seed", values=(1, 2)),)
    table = pl.DataFrame({"seed": [1, 2], "same": [3.0, None], "cost": [4.0, 5.0], "fault": None})
    tally = Tally(tasks=2, before=0, answered=2, at_fault=0)
    found = sweep_document("run", "case.toml", axes, tally, table, (), "sweeps/case")
    assert [column["name"] for column in found["columns"]] == ["cost"]
    named = sweep_document("run", "case.toml", axes, tally, table, ("same",), "sweeps/case")
    assert [column["name"] for column in named["columns"]] == ["same"]
