"""A plant on a river in a case: its inflow is a signal, the river keeps its own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.fleet.site import SupplyKind
from gridtide.signals.history import truth as truth_signal
from gridtide.signals.signal import Kind
from gridtide.simulate.truth import truth_of

DEMO = Path(__file__).resolve().parents[2] / "src/gridtide/case/demo/case.toml"
RIVER = 'kind = "river"\nriver = { head_m = 10, kept_m3_per_s = 20, least_m3_per_s = 5 }\n'


def written(folder: Path, supply: str, flow: str = "flow.csv") -> Path:
    """The demo with its wind replaced, and a table of inflow beside it."""
    text = DEMO.read_text()
    text = text.replace('kind = "wind"\n', supply, 1)
    site = text.index('kind = "river"') if 'kind = "river"' in text else 0
    zone = text[:site].rsplit('zone = "', 1)[1].split('"')[0] if site else "?"
    table = f'[[signal]]\nzone = "{zone}"\nsource = "table"\npath = "{flow}"\nkinds = ["river_flow_m3_per_s"]\n\n'
    first = text.index("[[signal]]")
    (folder / "case.toml").write_text(text[:first] + table + text[first:])
    return folder / "case.toml"


def inflow(folder: Path, values: np.ndarray) -> None:
    """A fortnight by the hour around the demo's week."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    rows = [
        f"{(start + timedelta(hours=hour)).isoformat()},{values[hour % len(values)]}"
        for hour in range(24 * 900)
    ]
    (folder / "flow.csv").write_text("time_utc,river_flow_m3_per_s\n" + "\n".join(rows) + "\n")


def test_a_plant_makes_what_the_river_gives_beyond_what_it_keeps(tmp_path: Path) -> None:
    """2 m3/s to spare are too little for turbines, 10 make their power, a flood no more than the capacity."""
    inflow(tmp_path, np.asarray([22.0, 30.0, 5000.0]))
    study = load_case(written(tmp_path, RIVER))
    site, supply = next(
        (site, supply)
        for site in study.fleet.sites
        for supply in site.supplies
        if supply.kind is SupplyKind.RIVER
    )
    share = truth_signal(study.history, Kind.HYDRO, site.name, study.timeline).values
    of_ten = 9.80665 * 10.0 * 10.0 * 0.9
    found = np.unique(np.round(share * supply.capacity_kw, 6))
    assert found.tolist() == pytest.approx([0.0, of_ten, supply.capacity_kw], rel=1e-6)
    there = truth_of(study).supply_kw[study.fleet.sites.index(site)]
    assert (there >= share * supply.capacity_kw - 1e-9).all()


def test_a_plant_without_its_river_and_a_river_without_a_plant_are_named(tmp_path: Path) -> None:
    """Each with its site."""
    inflow(tmp_path, np.asarray([30.0]))
    with pytest.raises(BadInput, match="a plant on a river without `river`"):
        load_case(written(tmp_path, 'kind = "river"\n'))
    with pytest.raises(BadInput, match="`river` for wind"):
        load_case(written(tmp_path, 'kind = "wind"\nriver = { head_m = 10 }\n'))
