"""What all readers of tables share: files are opened, decoded and checked without a traceback."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput, Finding
from gridtide.sources import aware_s, numbers, open_table, steps_of, text_of

NAMES = {"t": "time", "v": "value"}
READERS = (
    "aemo",
    "azure_llm",
    "eia930",
    "finland_forecasts",
    "gb_curtailment",
    "grid_hourly",
    "mooncake",
    "openb",
    "pai",
    "philly",
    "sacct",
    "servegen",
    "swf",
)


def opened(tmp_path: Path, content: bytes) -> str:
    """What a person is told about a file."""
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput) as error:
        open_table(path, NAMES)
    return str(error.value)


def test_all_missing_columns_are_named_with_those_there_are(tmp_path: Path) -> None:
    """Two columns are missing, two findings say so."""
    said = opened(tmp_path, b"a,b\n1,2\n")
    assert "has no column t;" in said
    assert "has no column v;" in said
    assert "The file has: a, b." in said


def test_another_separator_is_suspected(tmp_path: Path) -> None:
    """A semicolon file is one column to a comma reader; the mend says why."""
    assert "divided by another sign" in opened(tmp_path, b"t;v\n1;2\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"t,v\n", "no rows"),
        ("t,v\n1,2\n".encode("utf-16"), "UTF-8"),
        (b"t,v\n1,\x00\n", "zero byte"),
        (b"t,v\n1,2,3\n", "equally many fields"),
        (b"t;v\n1;2,3\n", "with ',' between fields and '.' in numbers"),
        (b"\x1f\x8b\x08broken", "broken gzip"),
        (b"PAR1 is not enough", "Parquet"),
    ],
)
def test_a_file_that_cannot_be_decoded_says_why(tmp_path: Path, content: bytes, said: str) -> None:
    """Each way to be broken has its own words."""
    assert said in opened(tmp_path, content)


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    """Spreadsheets write one."""
    (tmp_path / "bom.csv").write_bytes(b"\xef\xbb\xbft,v\n1,2\n")
    assert open_table(tmp_path / "bom.csv", NAMES).frame.columns == ["time", "value"]
    assert text_of(tmp_path / "bom.csv").startswith("t,v")


def test_columns_of_lists_are_refused(tmp_path: Path) -> None:
    """A Parquet column of lists is no column of numbers."""
    pl.DataFrame({"t": [[1], [2]], "v": [1, 2]}).write_parquet(tmp_path / "nested.parquet")
    with pytest.raises(BadInput, match="List"):
        open_table(tmp_path / "nested.parquet", NAMES)


@given(share=st.floats(0, 0.999))
def test_a_parquet_file_cut_short_is_refused(
    share: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its foot is missing, wherever it was cut."""
    path = tmp_path_factory.mktemp("cut") / "cut.parquet"
    pl.DataFrame({"t": range(50), "v": range(50)}).write_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BadInput):
        open_table(path, NAMES)


@given(values=st.lists(st.one_of(st.none(), st.floats(), st.integers(-99, 99)), min_size=1))
def test_only_finite_numbers_within_limits_pass(
    values: list[float | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A column without faults is finite and within its limits; each other cell is counted."""
    path = tmp_path_factory.mktemp("numbers") / "n.parquet"
    pl.DataFrame(
        {"t": range(len(values)), "v": values},
        schema={"t": pl.Int64, "v": pl.Float64},
        strict=False,
    ).write_parquet(path)
    faults: list[Finding] = []
    column = numbers(open_table(path, NAMES), "value", faults, least=-10, most=10)
    good = [value is not None and -10 <= value <= 10 for value in values]
    assert (~np.isnan(column)).tolist() == good
    assert bool(faults) == (not all(good))


def test_naive_and_aware_texts_are_told_apart(tmp_path: Path) -> None:
    """An offset, Z and a blank for the T pass; a naive time is a fault of its line."""
    (tmp_path / "t.csv").write_text(
        "t,v\n2026-11-22T09:00:00+08:00,1\n2026-11-22 01:00:00Z,2\n2026-11-22T01:00:00,3\n"
    )
    faults: list[Finding] = []
    at_s = aware_s(open_table(tmp_path / "t.csv", NAMES), "time", faults)
    assert at_s[0] == at_s[1]
    assert [finding.subject.rsplit(" ", 2)[1:] for finding in faults] == [["4", "time"]]


@given(
    starts=st.lists(st.integers(0, 500), min_size=1, max_size=30),
    step_s=st.sampled_from([300, 900, 3_600]),
)
def test_steps_hold_every_row_once_and_leave_holes_unknown(
    starts: list[int], step_s: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Rows in any order, repeated or with holes: known steps are the distinct rows, the rest is NaN."""
    path = tmp_path_factory.mktemp("steps") / "s.parquet"
    pl.DataFrame({"t": starts, "v": starts}).write_parquet(path)
    table = open_table(path, NAMES)
    starts_s = np.asarray(starts, dtype=np.float64) * step_s
    values = np.asarray(starts, dtype=np.float64)
    steps = steps_of(table, starts_s, np.full(len(starts), float(step_s)), {"v": values})
    on = steps.values(values)
    assert sorted(on[~np.isnan(on)].tolist()) == sorted(set(values.tolist()))
    np.testing.assert_array_equal(
        steps.timeline.starts_s[~np.isnan(on)] / step_s, on[~np.isnan(on)]
    )
    assert steps.timeline.step_s == step_s


def test_the_shelf_loads_no_polars_before_it_reads() -> None:
    """Importing every reader costs no heavy import; reading does."""
    imports = "; ".join(f"import gridtide.sources.{name}" for name in READERS)
    code = f"import sys; {imports}; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
