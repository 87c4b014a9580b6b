"""Marginal carbon comes only from a source that says so, and then decides and is settled by itself."""

import json
from pathlib import Path

from click.testing import CliRunner

from gridtide.doors.cli import gridtide

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
MARGINAL = """
[[signal]]
zone = "DE-LU"
source = "table"
path = "marginal.csv"
kinds = ["carbon_marginal_g_per_kwh"]
"""


def document(folder: Path, text: str) -> dict[str, object]:
    """What `run --json` says of a case."""
    path = folder / "case.toml"
    path.write_text(text)
    done = CliRunner().invoke(
        gridtide, ["run", str(path), "--runs", str(folder / "runs"), "--json"]
    )
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def with_marginal(folder: Path, weight: str) -> str:
    """The day with a marginal intensity of 900 g before noon and 100 g after it, local time."""
    hours = [
        f"2026-03-{day:02d}T{hour:02d}:00:00+01:00" for day in range(1, 4) for hour in range(24)
    ]
    rows = [f"{at},{900 if int(at[11:13]) < 12 else 100}" for at in hours]
    (folder / "marginal.csv").write_text(
        "time,carbon_marginal_g_per_kwh\n" + "\n".join(rows) + "\n"
    )
    objective = f'[objective]\ncarbon_price_per_t = 5000\ncarbon = "{weight}"\n\n[planning]'
    text = TEXT.replace("[planning]", objective)
    return text + MARGINAL


def test_without_a_source_it_is_not_available(tmp_path: Path) -> None:
    """null, and the sentence that says so; never the average by another name."""
    found = document(tmp_path, TEXT)
    assert "not available" in str(found["marginal"])
    runs = found["runs"]
    assert isinstance(runs, list)
    assert all(run["emissions_marginal_kg"] is None for run in runs)
    assert all(run["emissions_average_kg"] > 0 for run in runs)


def test_with_a_source_it_is_settled_and_can_decide(tmp_path: Path) -> None:
    """Deciding by the marginal intensity moves work past noon, where it is low, and lowers the marginal sum more
    than deciding by the average does."""
    by_kind = {}
    for weight in ("average", "marginal"):
        folder = tmp_path / weight
        folder.mkdir()
        found = document(folder, with_marginal(folder, weight))
        assert "case's own source" in str(found["marginal"])
        runs = found["runs"]
        assert isinstance(runs, list)
        by_kind[weight] = {run["policy"]: run["emissions_marginal_kg"] for run in runs}
    assert by_kind["marginal"]["coordinated"] < by_kind["average"]["coordinated"]
    assert by_kind["marginal"]["coordinated"] < by_kind["marginal"]["run-at-once"]
