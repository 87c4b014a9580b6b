"""Waveforms and sags from tables: evenly spaced, gaps refused, every fault told."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.grid.ride_through import Sag
from gridtide.grid.waveform import Waveform
from gridtide.sources.sag_table import SagTable
from gridtide.sources.waveform_table import WaveformTable
from gridtide.testing.sources import FilePromises

FIXTURES = Path(__file__).parents[1] / "fixtures"
VIRGINIA = Path(__file__).parents[1] / "cases" / "virginia_2024"


class TestWaveformTable(FilePromises):
    """What every reader promises."""

    source = WaveformTable(path=FIXTURES / "waveform.csv")

    def is_noun(self, found: object) -> bool:
        """A waveform."""
        return isinstance(found, Waveform)


class TestSagTable(FilePromises):
    """What every reader promises."""

    source = SagTable(path=VIRGINIA / "sags.csv")

    def is_noun(self, found: object) -> bool:
        """Sags."""
        return isinstance(found, tuple) and all(isinstance(one, Sag) for one in found)


def read(folder: Path, text: str) -> tuple[Waveform, tuple[str, ...]]:
    """A waveform from the text of a file, and what was done to it."""
    path = folder / "wave.csv"
    path.write_text(text)
    return WaveformTable(path=path).read_and_tell()


def test_rows_are_put_in_order_and_rounded_stamps_are_even(tmp_path: Path) -> None:
    """60 Hz stamps in thousandths of a second are 60 Hz."""
    rows = [f"{k / 60:.3f},{k}" for k in range(120)]
    found, notes = read(tmp_path, "t_s,power_kw\n" + "\n".join(rows[::-1]))
    assert found.step_s == pytest.approx(1 / 60, rel=1e-3) and notes == ()
    assert np.array_equal(found.power_kw, np.arange(120.0))


def test_uneven_stamps_are_put_on_their_median_step_and_said(tmp_path: Path) -> None:
    """By straight lines."""
    found, notes = read(tmp_path, "t_s,power_kw\n0,0\n1,10\n2,20\n5,50\n6,60\n")
    assert np.allclose(found.power_kw, 10.0 * np.arange(7)) and found.step_s == 1.0
    assert "uneven" in notes[0]


def test_instants_with_a_zone_are_read_to_the_thousandth(tmp_path: Path) -> None:
    """As seconds since 1970."""
    rows = [f"2026-01-01T00:00:00.{k:03d}+00:00,{k}" for k in range(0, 1000, 5)]
    found, _ = read(tmp_path, "time,power_kw\n" + "\n".join(rows))
    assert found.step_s == pytest.approx(0.005, rel=1e-4) and len(found.power_kw) == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t_s,power_kw\n0,1\n0,2\n1,3\n", "more than one row"),
        ("t_s,power_kw\n0,1\n1,2\n2,3\n3,3\n40,3\n", "a gap of 37 s after 3 s"),
        ("t_s,power_kw\n0,1\n", "two or more"),
        ("power_kw\n1\n2\n", "t_s or time"),
        ("t_s,power_kw\n0,inf\n1,x\n", "line 3 power_kw"),
    ],
)
def test_what_is_no_waveform_is_refused_with_its_mend(tmp_path: Path, text: str, said: str) -> None:
    """Each fault by name."""
    with pytest.raises(BadInput, match=said):
        read(tmp_path, text)


def test_columns_of_other_names_are_said(tmp_path: Path) -> None:
    """A logger's headings give the waveform that ours give; a wrong one is named with what is there."""
    path = tmp_path / "logger.csv"
    path.write_text("Elapsed,P_total\n0,100\n0.5,110\n1,120\n")
    found = WaveformTable(path=path, columns={"t_s": "Elapsed", "power_kw": "P_total"}).read()
    assert found.step_s == 0.5
    assert found.power_kw.tolist() == [100.0, 110.0, 120.0]
    with pytest.raises(BadInput, match="has no column P; one of Elapsed, P_total"):
        WaveformTable(path=path, columns={"t_s": "Elapsed", "power_kw": "P"}).read()


def test_every_column_that_lacks_is_said_at_once_with_what_to_rename(tmp_path: Path) -> None:
    """A stranger's file has neither of our names: one round, not two."""
    with pytest.raises(BadInput) as refused:
        read(tmp_path, "Timestamp,MW\n0,1\n1,2\n")
    said = str(refused.value)
    assert "has no column power_kw" in said and "has no column t_s or time" in said
    assert "--map power_kw=COLUMN; the file has: Timestamp, MW." in said
    with pytest.raises(BadInput, match="divided by another sign"):
        read(tmp_path, "t_s;power_kw\n0;1\n1;2\n")
