"""Whatever a file holds that asks something of a grid: a question, or faults said clearly; never anything else."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.accident_file import accident_question
from gridtide.case.adequacy_file import adequacy_question
from gridtide.case.headroom_file import headroom_question
from gridtide.case.study_file import kind_of
from gridtide.finding import BadInput
from gridtide.grid.network import Network
from gridtide.sources.matpower_case import MatpowerCase

EXAMPLES = Path(__file__).parents[2] / "examples"
ABSURD = '-1 0 1e300 nan inf "" "x" true [] {} [1,2] 1979-05-27T07:32:00 99999999999999999999'
BESIDE = ("adequacy_rts79.toml", "fleet_curve.json", "nine_buses.m", "virginia_sags.csv")


def network_in(path: Path) -> Network:
    """A MATPOWER case."""
    return MatpowerCase(path=path).read()


def answer(text: str) -> str:
    """`question` or `bad`; anything else is a fault of ours and comes through."""
    with TemporaryDirectory() as folder:
        for name in BESIDE:
            shutil.copy(EXAMPLES / name, Path(folder) / name)
        path = Path(folder) / "asked.toml"
        path.write_text(text)
        try:
            kind, table = kind_of(path)
            if kind == "adequacy":
                adequacy_question(path, table)
            elif kind == "headroom":
                headroom_question(path, table)
            else:
                accident_question(path, table, network_in)
        except BadInput as error:
            assert error.findings
            assert all(item.subject and item.limit and item.mend for item in error.findings)
            return "bad"
    return "question"


@pytest.mark.parametrize(
    "name",
    [
        "adequacy_flexible.toml",
        "headroom_rts79.toml",
        "accident_job.toml",
        "accident_virginia.toml",
    ],
)
@settings(max_examples=60)
@given(data=st.data())
def test_any_value_under_any_key_is_answered(name: str, data: st.DataObject) -> None:
    """Absurd and mistyped values, and lines that are missing."""
    lines = (EXAMPLES / name).read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"^\w+ = ", line)]
    assert answer("\n".join(lines)) == "question"
    changed = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3))
    for number in changed:
        value = data.draw(st.sampled_from(ABSURD.split()))
        lines[number] = f"{lines[number].split(' = ')[0]} = {value}"
    gone = data.draw(st.lists(st.sampled_from(range(len(lines))), max_size=2))
    kept = [line for number, line in enumerate(lines) if number not in gone]
    assert answer("\n".join(kept)) in {"question", "bad"}
