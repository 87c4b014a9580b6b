"""A table of several zones gives each signal of a case its own, and never another's."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.signals.history import truth
from gridtide.signals.signal import Kind

SITE = Path(__file__).parents[1] / "fixtures" / "one_site.toml"
CASE = f"""{SITE.read_text()}
[[signal]]
zone = "NORTH"
kinds = ["temperature_c", "carbon_average_g_per_kwh"]

[[signal]]
zone = "NORTH"
source = "table"
path = "prices.csv"
currency = "EUR"
"""


def written(folder: Path, case: str) -> Path:
    """A case beside a file whose zones NORTH and SOUTH cost 10 and 90 and take turns hour by hour."""
    rows = ["time,zone,price_per_mwh"]
    for hour in range(24 * 10):
        day, zone = 20 + hour // 24, ("NORTH", "SOUTH")[hour % 2]
        date = f"2023-02-{day:02d}" if day <= 28 else f"2023-03-{day - 28:02d}"
        rows += [f"{date}T{hour % 24:02d}:00Z,{zone},{10 if zone == 'NORTH' else 90}"]
        rows += [f"{date}T{hour % 24:02d}:30Z,{zone},{10 if zone == 'NORTH' else 90}"]
    (folder / "prices.csv").write_text("\n".join(rows) + "\n")
    path = folder / "case.toml"
    path.write_text(case)
    return path


@pytest.mark.parametrize(("own", "price"), [("NORTH", 10.0), ("SOUTH", 90.0)])
def test_a_signal_takes_its_own_zone_of_a_file_and_no_other(
    own: str, price: float, tmp_path: Path
) -> None:
    """Hours of which only the other zone has rows stay unknown; they are never filled from it."""
    case = CASE.replace('path = "prices.csv"\n', f'path = "prices.csv"\nfrom_zone = "{own}"\n')
    study = load_case(written(tmp_path, case))
    values = truth(study.history, Kind.PRICE, "NORTH", study.timeline).values
    assert set(values[values == values].tolist()) == {price}


def test_a_zone_that_the_file_does_not_name_is_refused_with_those_it_does(tmp_path: Path) -> None:
    """Nothing is taken from another zone instead."""
    with pytest.raises(BadInput, match="NORTH, SOUTH") as refused:
        load_case(written(tmp_path, CASE.replace('zone = "NORTH"', 'zone = "EAST"')))
    assert "signal[2].from_zone" in str(refused.value)
