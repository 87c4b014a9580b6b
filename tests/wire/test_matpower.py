"""Networks as text of tables: what is read, what is refused, and that nothing is run."""

import re
from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.grid.network import Network, bus_number, injected_kw
from gridtide.wire.matpower import network_of
from gridtide.wire.matpower_tables import tables_in

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
        ("9900\t9999\t99999", np.inf, np.inf),
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
        .replace("5\t6\t0.039\t0.17", "5\t6\t0.039\t0")
        .replace("3\t6\t0\t0.0586", "6\t6\t0\t0.0586")
    )
    said = faults(text)
    assert [line.split(":")[0] for line in said] == [
        "case.m line 30 (branch)",
        "case.m line 31 (branch)",
        "case.m line 32 (branch)",
    ]
    assert "bus 55" in said[0]
    assert "x = 0; a reactance other than 0" in said[1]


def test_what_is_no_number_is_told_by_its_column_beside_faults_of_other_tables() -> None:
    """One round for a bus and two branches; 'a value that is no number' once hid the column, and the branches."""
    text = NINE.replace("\t5\t1\t90\t30", "\t5\t1\tInf\tNaN", 1)
    text = text.replace("\t0.017\t0.092", "\tNaN\t0.092", 1).replace("0.0586", "Inf", 1)
    said = faults(text)
    assert any("Pd = inf, Qd = nan; finite numbers" in line for line in said)
    assert any("r = nan, b = 0.158; finite r and b" in line for line in said)
    assert any("x = inf; a reactance other than 0" in line for line in said)


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
        ("0.0576\t0\t250\t250\t250\t0\t0\t1", "0.0576\t0\t250\t250\t250\t0\t0\t0", "no branch in service leads to it"),
        ("4\t5\t0.017\t0.092\t0.158\t250", "4\t5\t0.017\t0.092\t0.158\t-250", "a rating of -250; 0 for none"),
        ("mpc.version", "mpc.dcline = [1 2 3];\nmpc.version", "mpc.dcline with 3 columns; 17"),
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


def test_parts_without_a_way_to_the_one_that_feeds_are_grids_of_their_own_or_named_with_their_load() -> (
    None
):
    """Bus 2 alone with its machine; lines 7-8 and 8-9 out: nothing of bus 8's reaches bus 1."""
    off = NINE.replace(
        "8\t2\t0\t0.0625\t0\t250\t250\t250\t0\t0\t1", "8\t2\t0\t0.0625\t0\t250\t250\t250\t0\t0\t0"
    )
    grid = read(off)
    assert len(grid.buses) == 8
    (alone,) = grid.origin.unfed
    assert (alone.names, alone.load_kw) == (("2",), 0.0)
    assert "no branch" in alone.why
    cut = NINE.replace(
        "7\t8\t0.0085\t0.072\t0.149\t250\t250\t250\t0\t0\t1",
        "7\t8\t0.0085\t0.072\t0.149\t250\t250\t250\t0\t0\t0",
    )
    cut = cut.replace(
        "8\t9\t0.032\t0.161\t0.306\t250\t250\t250\t0\t0\t1",
        "8\t9\t0.032\t0.161\t0.306\t250\t250\t250\t0\t0\t0",
    )
    (part,) = read(cut).origin.parts
    assert part.buses.names == ("2", "8")
    assert part.buses.names[part.feeding_bus] == "2"
    dark = read(
        cut.replace("\t2\t163\t0", "\t8\t163\t0").replace("\t8\t1\t0\t0", "\t8\t1\t7\t0", 1)
    )
    (unfed,) = dark.origin.unfed
    assert (unfed.names, unfed.load_kw) == (("2", "8"), 7_000.0)
    assert "no machine" in unfed.why


def test_buses_of_seven_digits_keep_their_own_names() -> None:
    """As in large grids: two that share six digits are two, and found by the number a person writes."""
    first = re.sub(r"(?m)^\t([5-9])\t", r"\t123456\1\t", NINE)
    grid = read(re.sub(r"(?m)^(\t\d+\t)([5-9])\t", r"\g<1>123456\2\t", first))
    assert grid.buses.names[4:] == tuple(f"123456{last}" for last in range(5, 10))
    assert bus_number(grid, "1234567") == 6


def test_buses_tied_without_impedance_are_one_under_either_name() -> None:
    """A tenth bus tied to bus 5 carries a load and a line of its own; the grid is that of nine buses with both."""
    tied = NINE.replace(
        "];\n\n%% bus Pg", "\t10\t1\t20\t5\t0\t3\t1\t1\t0\t345\t1\t1.05\t0.95;\n];\n\n%% bus Pg"
    )
    tied = tied.replace(
        "\t5\t6\t0.039", "\t10\t5\t0\t0\t0.02\t0\t0\t0\t0\t0\t1\t-360\t360;\n\t10\t6\t0.039"
    )
    grid, nine = read(tied), read(NINE)
    assert grid.origin.fused == (("5", "10"),)
    assert bus_number(grid, "10") == bus_number(grid, "5") == 4
    assert len(grid.branches) == len(nine.branches)
    assert grid.buses.load_kw[4] == 110_000.0
    assert grid.buses.shunt_kvar[4] == pytest.approx(3_000.0 + 2_000.0)
    assert (grid.buses.lowest_pu[4], grid.buses.highest_pu[4]) == (0.95, 1.05)
    beside = tied.replace(
        "\t10\t5\t0\t0\t0.02",
        "\t5\t10\t0.01\t0.1\t0\t0\t0\t0\t0\t0\t1\t-360\t360;\n\t10\t5\t0\t0\t0.02",
    )
    told = read(beside)
    assert len(told.branches) == len(nine.branches)
    assert any("5-10 lies beside a tie" in note for note in told.origin.notes)
    levels = tied.replace("0\t345\t1\t1.05\t0.95", "0\t110\t1\t1.05\t0.95")
    assert any("no impedance between 110 kV and 345 kV" in line for line in faults(levels))


def test_a_capacitor_in_series_is_solved_and_named() -> None:
    """A reactance below 0."""
    grid = read(NINE.replace("5\t6\t0.039\t0.17", "5\t6\t0.039\t-0.17"))
    assert grid.branches.reactance_pu[2] == -0.17
    (note,) = grid.origin.notes
    assert "5-6 has a reactance of -0.17 pu" in note


def test_a_line_of_direct_current_takes_what_it_brings_and_loses_and_holds_its_ends() -> None:
    """10 MW from bus 5 to bus 7 with 1 MW and 2 % lost: 8.8 MW arrive; the ends are held at 1.01 and 1.02 pu."""
    line = "5\t7\t1\t10\t0\t0\t0\t1.01\t1.02\t0\t10\t-9\t9\t-9\t9\t1\t0.02"
    grid = read(NINE.replace("mpc.version", f"mpc.dcline = [{line}];\nmpc.version"))
    assert grid.direct.names == ("5-7",)
    assert grid.direct.drawn_kw.tolist() == [10_000.0]
    assert grid.direct.fed_kw == pytest.approx([8_800.0])
    assert grid.machines.bus.tolist() == [0, 1, 2, 4, 6]
    assert grid.machines.held_pu[3:].tolist() == [1.01, 1.02]
    less = injected_kw(grid) - injected_kw(read(NINE))
    assert less == pytest.approx([0, 0, 0, 0, -10_000.0, 0, 8_800.0, 0, 0])
    off = read(
        NINE.replace(
            "mpc.version",
            f"mpc.dcline = [{line.replace('7	1	10', '7	0	10')}];\nmpc.version",
        )
    )
    assert len(off.direct) == 0
