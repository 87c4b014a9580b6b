"""Networks as text of tables: what is read, what is refused, and that nothing is run."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.grid.network import Network
from gridtide.wire.matpower import network_of, tables_in

NINE = (Path(__file__).parents[2] / "examples" / "nine_buses.m").read_text()


def read(text: str) -> Network:
    """The network of a text."""
    return network_of(tables_in(text, "case.m"))


def faults(text: str) -> list[str]:
    """What is said of a text that cannot be used."""
    with pytest.raises(BadInput) as caught:
        read(text)
    return [str(finding) for finding in caught.value.findings]


def test_nine_buses_are_read_in_kilowatts_and_per_unit() -> None:
    """Loads, shunts, machines, charging, ratings and names."""
    grid = read(NINE)
    assert grid.name == "nine_buses"
    assert grid.base_kva == 100_000.0
    assert grid.buses.load_kw.sum() == 315_000.0
    assert grid.buses.names[8] == "9"
    assert grid.machines.fed_kw.tolist() == [0.0, 163_000.0, 85_000.0]
    assert grid.circuits.charging_pu[2] == 0.358
    assert grid.circuits.ratio.tolist() == [1.0] * 9
    assert grid.branches.rating_kw[2] == 150_000.0
    assert grid.feeding_bus == 0


def test_ratings_of_nought_are_none_and_the_emergency_one_is_the_best_that_is_told() -> None:
    """Rate C, without it rate B, without it rate A."""
    first = "1\t4\t0\t0.0576\t0\t250\t250\t250\t0\t0\t1"
    for told, normal, emergency in (
        ("0\t0\t0", np.inf, np.inf),
        ("100\t0\t0", 100_000.0, 100_000.0),
        ("100\t120\t0", 100_000.0, 120_000.0),
        ("100\t120\t150", 100_000.0, 150_000.0),
    ):
        branches = read(NINE.replace(first, first.replace("250\t250\t250", told))).branches
        assert (branches.rating_kw[0], branches.emergency_kw[0]) == (normal, emergency)


def test_what_is_out_of_service_or_isolated_is_left_out() -> None:
    """A branch with status 0; a bus of type 4 with its branch and its machine."""
    off = read(NINE.replace("0.358\t150\t150\t150\t0\t0\t1", "0.358\t150\t150\t150\t0\t0\t0"))
    assert len(off.branches) == 8
    isolated = read(NINE.replace("3\t2\t0\t0\t0", "3\t4\t0\t0\t0"))
    assert len(isolated.buses) == 8
    assert "3" not in isolated.buses.names
    assert isolated.machines.bus.tolist() == [0, 1]


def test_a_machine_that_holds_no_voltage_is_a_load_below_nought() -> None:
    """At a bus of type 1."""
    grid = read(NINE.replace("3\t2\t0\t0\t0", "3\t1\t0\t0\t0"))
    assert grid.buses.load_kw[2] == -85_000.0
    assert len(grid.machines.bus) == 2


def test_commas_one_line_and_comments_read_alike() -> None:
    """Rows by commas, all on one line, a remark behind each."""
    other = NINE.replace("\t1\t4\t0", "\t1, 4, 0").replace(";\n", "; % so\n")
    assert np.array_equal(read(other).branches.reactance_pu, read(NINE).branches.reactance_pu)


def test_every_fault_of_the_rows_is_told_at_once_with_its_line() -> None:
    """Unknown bus, no reactance, both ends at one bus, a machine without voltage."""
    text = (
        NINE.replace("4\t5\t0.017\t0.092", "4\t55\t0.017\t0.092")
        .replace("5\t6\t0.039\t0.17", "5\t6\t0.039\t-0.17")
        .replace("3\t6\t0\t0.0586", "6\t6\t0\t0.0586")
    )
    said = faults(text)
    assert [line.split(":")[0] for line in said] == [
        "case.m line 30 (branch)",
        "case.m line 31 (branch)",
        "case.m line 32 (branch)",
    ]
    assert "bus 55" in said[0]
    assert "x = -0.17; a reactance above 0" in said[1]


def test_what_is_no_number_is_told_by_its_column_beside_faults_of_other_tables() -> None:
    """One round for a bus and two branches; 'a value that is no number' once hid the column, and the branches."""
    text = NINE.replace("\t5\t1\t90\t30", "\t5\t1\tInf\tNaN", 1)
    text = text.replace("\t0.017\t0.092", "\tNaN\t0.092", 1).replace("0.0586", "Inf", 1)
    said = faults(text)
    assert any("Pd = inf, Qd = nan; finite numbers" in line for line in said)
    assert any("r = nan, b = 0.158; finite r and b" in line for line in said)
    assert any("x = inf; a reactance above 0" in line for line in said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mpc.baseMVA = 100;", "", "no mpc.baseMVA"),
        ("mpc.version", "mpc.branch(:, 3) = 2;\nmpc.version", "nothing in a case is run"),
        ("mpc.version", "system('x')\nmpc.version", "nothing in a case is run"),
        ("0.0576", "2*pi", "a number"),
        ("\t2\t2\t0\t0\t0", "\t2\t3\t0\t0\t0", "2 buses of type 3"),
        ("\t2\t2\t0\t0\t0", "\t1\t2\t0\t0\t0", "bus 1 once more"),
        ("\t1\t250\t10;", "\t0\t250\t10;", "no machine in service"),
        ("\t1\t300\t10;\n\t3", "\t1\t300\t10 7;\n\t3", "as in the row before"),
        ("8\t2\t0\t0.0625\t0\t250\t250\t250\t0\t0\t1", "8\t2\t0\t0.0625\t0\t0\t0\t0\t0\t0\t0", "no way to bus 1"),
        ("mpc.version", "mpc.dcline = [1 2 3];\nmpc.version", "lines of direct current"),
        ("2\t163\t0\t300\t-300\t1", "2\t163\t0\t300\t-300\t0", "a voltage above 0"),
        ("3\t85\t0\t300\t-300\t1\t", "2\t85\t0\t300\t-300\t1.01\t", "1 as others at this bus"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(old: str, new: str, said: str) -> None:
    """With what would be right."""
    assert old in NINE
    assert any(said in line for line in faults(NINE.replace(old, new, 1)))


def test_a_file_cut_short_is_told() -> None:
    """A matrix without an end."""
    assert any("without an end" in line for line in faults(NINE[: NINE.index("9\t4\t0.01")]))
