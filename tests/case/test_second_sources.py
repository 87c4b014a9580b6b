"""A zone may have second sources, and nothing that they speak against is decided on."""

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.loop.sight import see
from gridtide.settle.promises import Cause
from gridtide.signals.signal import Kind
from gridtide.simulate.course import mandate_of, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.stores.memory import MemoryStore

SITE = Path(__file__).parents[1] / "fixtures" / "one_site.toml"
TABLES = """
[[signal]]
zone = "NORTH"
kinds = ["temperature_c", "relative_humidity", "carbon_average_g_per_kwh"]

[[signal]]
zone = "NORTH"
source = "table"
path = "prices.csv"
currency = "EUR"

[[signal]]
zone = "NORTH"
witness = "broker"
source = "table"
path = "broker.csv"
currency = "EUR"
"""
JOBS = """
[[class]]
name = "batch"
value_per_accelerator_h = 2

[[jobs]]
name = "sort"
class = "batch"
home = "here"
pool = "gpu"
count = 12
from_hour = 0
to_hour = 8
accelerators = [1, 2]
hours = 2
slack_h = 16
"""


def price(hour: int) -> float:
    """Dear by day and below zero in the small hours."""
    return 60.0 + 80.0 * math.cos(2.0 * math.pi * ((hour % 24) - 15) / 24.0)


def written(folder: Path, lie: float = 0.0, tables: str = TABLES) -> Path:
    """A case whose exchange says so much more than the truth from eight o'clock to noon of every day, and its broker
    what is true."""
    for name, more in (("prices.csv", lie), ("broker.csv", 0.0)):
        rows = ["time,price_per_mwh"]
        for hour in range(24 * 12):
            day = 20 + hour // 24
            date = f"2023-02-{day:02d}" if day <= 28 else f"2023-03-{day - 28:02d}"
            value = price(hour) + (more if 8 <= hour % 24 < 12 else 0.0)
            rows.append(f"{date}T{hour % 24:02d}:00Z,{value:.2f}")
        (folder / name).write_text("\n".join(rows) + "\n")
    path = folder / "case.toml"
    path.write_text(SITE.read_text() + tables + JOBS)
    return path


def seen(study: Study) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Published prices that the first decision sees, and what it doubts."""
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation, doubts = see(mandate_of(known, forecaster), twin, twin.now)
    (prices,) = [
        one for one in situation.signals if one.kind is Kind.PRICE and one.source.endswith(".csv")
    ]
    return prices.values, tuple(str(doubt) for doubt in doubts)


def test_what_two_sources_say_alike_is_decided_on_below_zero_too(tmp_path: Path) -> None:
    """A negative price is no outlier by itself."""
    values, doubts = seen(load_case(written(tmp_path)))
    assert np.nanmin(values) < 0.0 and not any("broker" in doubt for doubt in doubts)


def test_what_they_dispute_is_replaced_by_what_is_expected_and_said(tmp_path: Path) -> None:
    """Four hours of each day here."""
    values, doubts = seen(load_case(written(tmp_path, lie=-90.0)))
    assert any("differ from what" in doubt for doubt in doubts)
    honest, _ = seen(load_case(written(tmp_path)))
    assert (np.isnan(values) & ~np.isnan(honest)).any()


def cost(study: Study, honest: Study) -> float:
    """What the coordinated policy pays by honest prices where it decides by what `study` says."""
    policy, forecaster, known = policy_named("coordinated", study)
    truth = truth_of(honest)
    course = run_course(known, truth, policy, forecaster, MemoryStore(), lambda done, steps: None)
    settled = settle(honest, truth, course, 0.0)
    assert Cause.UNEXPLAINED not in settled.promises.missed
    return settled.total_cost


def test_second_sources_take_the_harm_out_of_a_price_that_lies(tmp_path: Path) -> None:
    """Four dear hours are said to be the cheapest of the day. Two sources leave open who is right, three do not. No
    promise is missed for it, whoever is believed."""
    alone = TABLES[: TABLES.rindex("[[signal]]")]
    third = TABLES[TABLES.rindex("[[signal]]") :].replace("broker", "registry", 1)
    believed = {"nobody": alone, "one": TABLES, "two": TABLES + third}
    costs = {}
    for name, tables in believed.items():
        (tmp_path / name).mkdir()
        (tmp_path / f"{name} honest").mkdir()
        honest = load_case(written(tmp_path / f"{name} honest", tables=tables))
        costs["truth"] = cost(honest, honest)
        costs[name] = cost(load_case(written(tmp_path / name, -200.0, tables)), honest)
    assert costs["nobody"] > 1.15 * costs["truth"]
    assert costs["truth"] < costs["one"] < costs["nobody"]
    assert costs["two"] == pytest.approx(costs["truth"], rel=0.01)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('source = "table"\npath = "broker.csv"\ncurrency = "EUR"', ""), "bears nothing out"),
        (('zone = "NORTH"\nwitness', 'zone = "SOUTH"\nwitness'), "signal[3].zone"),
        ((TABLES, TABLES + TABLES[TABLES.rindex("[[signal]]") :]), "a name of its own"),
    ],
)
def test_a_witness_that_cannot_be_one_is_refused(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    """What is made up, what nobody else speaks of, and one name twice."""
    assert change[0] in TABLES
    with pytest.raises(BadInput) as refused:
        load_case(written(tmp_path, tables=TABLES.replace(*change)))
    assert said in str(refused.value)
