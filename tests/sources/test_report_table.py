"""The table of what a site reports: power by kind and resource, states in the words of OpenADR, faults all at once."""

from pathlib import Path

import pytest

from gridtide.finding import BadInput
from gridtide.sources.report_table import ReportTable
from gridtide.wire.openadr.reporting import Figures, States


def read(folder: Path, text: str) -> list[Figures | States]:
    """What a table says."""
    path = folder / "site.csv"
    path.write_text(text)
    return list(ReportTable(path=path, resource="north").read())


def test_columns_are_figures_by_resource_and_a_hole_is_unknown(tmp_path: Path) -> None:
    """Rows that name no resource are the site's own."""
    found = read(
        tmp_path,
        "start,end,resource,power_kw,up_kw,state\n"
        "2026-11-22T09:00:00Z,2026-11-22T10:00:00Z,,60,,IDLE_NORMAL\n"
        "2026-11-22T11:00:00Z,2026-11-22T12:00:00Z,,80,,\n"
        "2026-11-22T09:00:00Z,2026-11-22T10:00:00Z,hall,10,5,\n",
    )
    powers = [one for one in found if isinstance(one, Figures)]
    said = {(one.resource, one.payload_type): one.signal.values.tolist() for one in powers}
    assert said.keys() == {
        ("north", "USAGE"),
        ("north", "DEMAND"),
        ("hall", "USAGE"),
        ("hall", "DEMAND"),
        ("hall", "UP_REGULATION_AVAILABLE"),
    }
    assert str(said["north", "USAGE"]) == "[60.0, nan, 80.0]"
    assert said["hall", "UP_REGULATION_AVAILABLE"] == [5.0]
    (states,) = (one for one in found if isinstance(one, States))
    assert states.resource == "north" and [state for *_, state in states.spans] == ["IDLE_NORMAL"]


def test_every_fault_of_the_table_is_said_at_once(tmp_path: Path) -> None:
    """A word that is no state, a number that is none, an end before its start."""
    with pytest.raises(BadInput) as refused:
        read(
            tmp_path,
            "start,end,power_kw,state\n"
            "2026-11-22T09:00:00Z,2026-11-22T10:00:00Z,many,IDLE_NORMAL\n"
            "2026-11-22T11:00:00Z,2026-11-22T10:00:00Z,5,ASLEEP\n",
        )
    subjects = [one.subject.rsplit(" ", 3)[-3:] for one in refused.value.findings]
    assert subjects == [["line", "2", "power_kw"], ["line", "3", "state"], ["line", "3", "end"]]
