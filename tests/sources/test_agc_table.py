"""Regulation signals from files: days, signs and gaps as they stand, and refused by the name of what is wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.signals.agc import AgcSignal
from gridtide.sources.agc_table import AgcTable
from gridtide.testing.sources import FilePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "agc.csv"
AGC = AgcTable(path=FIXTURE, day="2026-03-02")


class TestAgcTable(FilePromises):
    source = AGC

    def is_noun(self, found: object) -> bool:
        """A signal within −1 and 1, unknown as NaN."""
        assert isinstance(found, AgcSignal)
        known = found.less[~np.isnan(found.less)]
        return bool((np.abs(known) <= 1.0).all()) and found.every_s >= 1


def read(text: str, tmp_path: Path) -> AgcSignal:
    """A signal from a text."""
    path = tmp_path / "signal.csv"
    path.write_text(text)
    return AgcTable(path=path).read()


def test_a_day_is_read_in_shares_of_the_offer_and_the_sign_is_ours_to_say() -> None:
    """20 % to draw less, or to draw more where the sign says so."""
    assert AGC.read().less.tolist() == [0.2, -0.205, 1.0, -1.0, 0.005, 0.3]
    assert AGC.read().every_s == 4
    assert replace(AGC, positive_draws_less=False).read().less[0] == -0.2
    assert AGC.days() == ("2026-03-01", "2026-03-02")


def test_steps_without_a_row_or_value_are_signals_that_did_not_come(tmp_path: Path) -> None:
    """NaN, not 0 and not the last value."""
    found = read("t_s,signal_pu\n0,0.5\n4,\n8,0.25\n20,-1\n", tmp_path)
    assert np.isnan(found.less[[1, 3, 4]]).all()
    assert found.less[[0, 2, 5]].tolist() == [0.5, 0.25, -1.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t_s,signal_pu\n0,1.5\n4,0\n", "1.5"),
        ("t_s,signal_pct\n0,nan\n4,x\n", "x"),
        ("t_s,signal_pu,signal_pct\n0,1,100\n4,1,100\n", "one of both"),
        ("t_s,other\n0,1\n4,1\n", "signal_pct"),
        ("t_s,signal_pu\n0,1\n4,1\n4,1\n", "once"),
        ("t_s,signal_pu\n0,1\n4,1\n9,1\n", "multiples"),
        ("t_s,signal_pu\n0,1\n", "one row"),
        ("day,t_s,signal_pu\na,0,1\nb,4,1\n", "days"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str, tmp_path: Path) -> None:
    """Each with what would be right."""
    with pytest.raises(BadInput, match=said):
        read(text, tmp_path)


def test_a_day_that_is_not_there_is_refused() -> None:
    """With the days that are."""
    with pytest.raises(BadInput, match="2026-03-01 to 2026-03-02"):
        replace(AGC, day="2026-04-01").read()


def test_columns_of_other_names_and_instants_read_the_same(tmp_path: Path) -> None:
    """A stranger's headings, said with --map, give the signal that ours give."""
    ours = read("t_s,signal_pu\n0,0.5\n2,\n4,-1\n", tmp_path)
    path = tmp_path / "theirs.csv"
    path.write_text(
        "timestamp,RegD\n2026-03-01T23:59:58+00:00,0.5\n2026-03-02T08:00:00+08:00,\n2026-03-02T00:00:02Z,-1\n"
    )
    theirs = AgcTable(path=path, columns={"time": "timestamp", "signal_pu": "RegD"}).read()
    assert theirs.every_s == ours.every_s
    assert np.array_equal(theirs.less, ours.less, equal_nan=True)


def test_every_wrong_name_of_a_column_is_said_at_once(tmp_path: Path) -> None:
    """A column that is not there, and a name that is none of ours."""
    path = tmp_path / "theirs.csv"
    path.write_text("t_s,RegD\n0,0.5\n2,-1\n")
    with pytest.raises(BadInput) as refused:
        AgcTable(path=path, columns={"signal_pu": "RegA", "value": "RegD"}).read()
    said = str(refused.value)
    assert "has no column RegA" in said
    assert "value is no column of ours" in said


def test_without_a_column_of_times_the_table_is_refused(tmp_path: Path) -> None:
    """And the way out is said."""
    with pytest.raises(BadInput, match="--map t_s=COLUMN"):
        read("when,signal_pu\n0,0.5\n2,-1\n", tmp_path)


def test_a_moment_that_stands_twice_is_told_with_its_row_beside_other_faults(
    tmp_path: Path,
) -> None:
    """'Steps of 0 to 4 s' named no row of thousands, and waited until every number was mended."""
    with pytest.raises(BadInput) as refused:
        read("t_s,signal_pu\n0,0.5\n2,7\n4,0.1\n4,0.2\n6,0\n", tmp_path)
    said = str(refused.value)
    assert "line 3 signal_pu: 7" in said
    assert "line 5 t_s: 4 s stands in more than one row; each moment once." in said
