"""Cases at the edge, by the command: answered, or refused with the reason, never an error of ours."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

CASE = (Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml").read_text()
PRICES = CASE[CASE.index("price_mean_per_mwh") :]
SITES = CASE[CASE.index("[[site]]") : CASE.index("[[class]]")]
POOL = CASE[CASE.index("[[site.pool]]") : CASE.index("[[class]]")]
ODD = CASE[CASE.index('[[jobs]]\nname = "odd"') : CASE.index("[[signal]]")]


def at(tmp_path: Path, text: str) -> str:
    """The case as a file."""
    path = tmp_path / "case.toml"
    path.write_text(text)
    return str(path)


REFUSED = {
    "zero-length horizon": (CASE.replace("2026-03-03T", "2026-03-02T"), "after case.start"),
    "a time without a zone": (
        CASE.replace("start = 2026-03-02T00:00:00+01:00", "start = 2026-03-02T00:00:00"),
        "case.start: 2026-03-02 00:00:00; a time with its zone",
    ),
    "money in small letters": (
        CASE.replace('currency = "EUR"', 'currency = "eur"'),
        "three capital letters, such as EUR",
    ),
    "no sites": (CASE.replace(SITES, ""), "site"),
    "a site without machines": (CASE.replace(POOL, ""), "pool"),
    "a pool of nothing": (CASE.replace("accelerators = 200", "accelerators = 0"), "accelerators"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_case_without_time_or_machines_is_refused_with_the_reason(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and the key that is at fault in words of a person, before anything runs."""
    text, said = REFUSED[name]
    assert exit_code(["check", at(tmp_path, text)]) == 2
    assert said in capsys.readouterr().err


def test_a_case_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """Editors put one before the text; it is no fault."""
    path = tmp_path / "case.toml"
    path.write_text(CASE, encoding="utf-8-sig")
    assert exit_code(["check", str(path)]) == 0


def priced(lines: str) -> str:
    """The case at other prices, without the jobs that are there for the tests of protection."""
    return CASE.replace(PRICES, lines).replace('protect = ["odd"]\n', "")


FLAT = "price_mean_per_mwh = {mean}\nprice_swing_per_mwh = 0.0\nprice_dip_per_mwh = 0.0\n"
IDLE = CASE[: CASE.index("[[jobs]]")] + CASE[CASE.index("[[signal]]") :]
ANSWERED = {
    "no work over ten days": IDLE.replace("2026-03-03T", "2026-03-12T").replace(
        'protect = ["odd"]\n', ""
    ),
    "all prices equal": priced(FLAT.format(mean=80.0)),
    "all prices negative": priced(FLAT.format(mean=-40.0)),
    "one job": priced(PRICES).replace(ODD, "").replace("count = 12", "count = 1"),
    "work dear as can be": priced(FLAT.format(mean=1400.0)).replace(
        "value_per_accelerator_h = 2.0", "value_per_accelerator_h = 1e5"
    ),
    "money a millionth": priced(FLAT.format(mean=1e-4)).replace(
        "value_per_accelerator_h = 2.0", "value_per_accelerator_h = 2.0e-6"
    ),
    "a connection far too wide": CASE.replace("import_max_kw = 700", "import_max_kw = 1e8"),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_a_case_at_the_edge_is_run_and_its_plans_certified(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every promise kept, and no course below the bound."""
    case = at(tmp_path, ANSWERED[name])
    assert exit_code(["check", case, "--together"]) == 0
    assert exit_code(["run", case, "--runs", str(tmp_path / "runs"), "--json"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out[out.index("{") :])
    for run in found["runs"]:
        assert run["missed_deadlines"] == 0
        assert run["promised"] == run["jobs_done"] == run["jobs"]
        cost = run["total_cost"]
        assert found["bound_total_cost"] <= cost + 1e-6 * (1.0 + abs(cost))
        assert run["certificate"]["gap"] == max(cost - found["bound_total_cost"], 0.0)


def test_conflicting_limits_are_named_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No plan at all: exit code 3, by check as by run."""
    sun = '\n\n[[site.supply]]\nkind = "solar"\ncapacity_kw = 900'
    contract = "contract = { import_max_kw = 700, demand_charge_per_kw_month = 5 }"
    case = at(tmp_path, CASE.replace(contract, contract.replace("700", "1e-6") + sun))
    for words in (["check", case, "--together"], ["run", case]):
        assert exit_code(words) == 3
        said = capsys.readouterr().err
        assert "import limit of here" in said
        assert "Cheapest way out" in said
