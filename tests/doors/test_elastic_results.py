"""Elastic jobs where results are read: how many accelerators ran."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.doors.cli import exit_code
from gridtide.doors.results.names import accelerators_told
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.testing.studies import POINT, small_study

HALF = OperatingPoint(name="0.5 of the gang", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)


def test_the_column_of_accelerators_is_there_where_a_menu_has_sizes() -> None:
    """Rounded up; a case of whole gangs has the columns it always had."""
    study = small_study(0, hours=24, jobs=2, points=(POINT, HALF))
    study = replace(study, jobs=replace(study.jobs, accelerators=np.asarray([5, 8])))
    told = accelerators_told(study, np.asarray([0, 1, 1]), np.zeros(3, int), np.asarray([1, 1, 0]))
    assert pl.DataFrame(told)["accelerators"].to_list() == [3, 4, 8]
    plain = small_study(0, hours=24, jobs=2)
    assert accelerators_told(plain, *np.zeros((3, 1), int)) == {}


def test_alternatives_of_an_elastic_job_say_on_how_many_accelerators(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Windows of its whole gang and of the parts it may run on, cheapest first, in the document and in words."""
    text = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
    text = text.replace("[[class]]\n", "[[class]]\nspeed_up = [[0.5, 0.6], [1, 1]]\n")
    (tmp_path / "case.toml").write_text(text.replace("[[jobs]]\n", "[[jobs]]\nelastic = true\n"))
    runs = ["--runs", str(tmp_path / "runs")]
    assert exit_code(["run", str(tmp_path / "case.toml"), "--policy", "coordinated", *runs]) == 0
    capsys.readouterr()
    words = ["explain", "last", "batch-001", "--alternatives", "8", *runs]
    assert exit_code([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["ranked"]
    every = [found["chosen"], *found["alternatives"]]
    sizes = {one["accelerators"] for one in every}
    assert len(sizes) == 2 and max(sizes) == 2 * min(sizes)
    more = [one["difference"] for one in found["alternatives"]]
    assert more == sorted(more)
    assert exit_code(words) == 0
    assert f" on {min(sizes)} accelerators from " in capsys.readouterr().out
