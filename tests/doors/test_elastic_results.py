"""Elastic jobs where results are read: how many accelerators ran."""

from dataclasses import replace

import numpy as np
import polars as pl

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
