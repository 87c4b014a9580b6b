"""Whatever a case file holds: a study, or faults said clearly; never anything else."""

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case, read_case
from gridtide.digest import digest
from gridtide.finding import BadInput, Infeasible

DEMO = Path(__file__).resolve().parents[2] / "src" / "gridtide" / "case" / "demo" / "case.toml"
LINES = DEMO.read_text().splitlines()
KEYS = [number for number, line in enumerate(LINES) if re.match(r"^\w+ = ", line)]
ABSURD = '-1 0 1e300 nan inf "" "x" true [] {} 1979-05-27T07:32:00 99999999999999999999'.split()
VALUES = st.sampled_from([*ABSURD, "[1, 2]"])


def answer(text: str, load: Callable[[Path], object] = read_case) -> str:
    """`study`, `bad` or `infeasible`; anything else is a fault of ours and comes through."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_bytes(text.encode("utf-8", errors="surrogateescape"))
        try:
            load(path)
        except BadInput as error:
            assert error.findings
            assert all(item.subject and item.limit and item.mend for item in error.findings)
            return "bad"
        except Infeasible:
            return "infeasible"
    return "study"


@settings(max_examples=150)
@given(changes=st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=4))
def test_any_value_under_any_key_is_answered(changes: list[tuple[int, str]]) -> None:
    """Absurd, missing and mistyped values."""
    lines = list(LINES)
    for number, value in changes:
        lines[number] = f"{lines[number].split(' = ')[0]} = {value}"
    assert answer("\n".join(lines)) in {"study", "bad", "infeasible"}


@settings(max_examples=40, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=1))
def test_any_value_that_passes_the_tables_makes_a_study(changes: list[tuple[int, str]]) -> None:
    """What is drawn from the tables is answered as well: jobs, weather, prices."""
    lines = list(LINES)
    for number, value in changes:
        lines[number] = f"{lines[number].split(' = ')[0]} = {value}"
    assert answer("\n".join(lines), load_case) in {"study", "bad", "infeasible"}


@settings(max_examples=80)
@given(gone=st.lists(st.sampled_from(range(len(LINES))), min_size=1, max_size=12))
def test_any_line_may_be_missing(gone: list[int]) -> None:
    """Tables without heads, heads without keys."""
    kept = [line for number, line in enumerate(LINES) if number not in gone]
    assert answer("\n".join(kept)) in {"study", "bad", "infeasible"}


@settings(max_examples=60)
@given(text=st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    """Most of it is no TOML, and said to be none."""
    assert answer(text) == "bad"


def test_the_demo_is_the_same_study_twice() -> None:
    """Seeds decide everything that is drawn."""
    assert digest(load_case(DEMO)) == digest(load_case(DEMO))
