"""The content of a file with other values: at places spelt as faults spell them, everywhere, or in another year."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.changed import changed
from gridtide.finding import BadInput

CONTENT = tomllib.loads(
    """
[case]
start = 2024-02-28T00:00:00+01:00
end = 2024-03-02T00:00:00+01:00
seed = 1
policies = ["run-at-once", "coordinated", "perfect-foresight"]

[[site]]
name = "North"
[site.storage]
capacity_kwh = 10.0

[[site]]
name = "South"

[[jobs]]
seed = 2
"""
)


def test_a_place_is_named_by_number_from_one_or_by_name() -> None:
    for place in ("site[1].storage.capacity_kwh", "site[North].storage.capacity_kwh"):
        found = changed(CONTENT, {place: 20.0})
        assert found["site"][0]["storage"]["capacity_kwh"] == 20.0
        assert CONTENT["site"][0]["storage"]["capacity_kwh"] == 10.0


def test_a_key_may_be_new_where_its_table_is_there() -> None:
    assert changed(CONTENT, {"site[2].it_kw": 5})["site"][1]["it_kw"] == 5


def test_a_seed_is_changed_wherever_one_stands() -> None:
    found = changed(CONTENT, {"seed": 7})
    assert (found["case"]["seed"], found["jobs"][0]["seed"]) == (7, 7)


def test_a_year_moves_start_and_end_together() -> None:
    found = changed(CONTENT, {"year": 2022})
    assert found["case"]["start"].isoformat() == "2022-02-28T00:00:00+01:00"
    assert found["case"]["end"].isoformat() == "2022-03-02T00:00:00+01:00"


def test_a_day_that_a_year_lacks_is_named() -> None:
    leap = changed(CONTENT, {})
    leap["case"]["start"] = leap["case"]["start"].replace(day=29)
    with pytest.raises(BadInput, match="2023"):
        changed(leap, {"year": 2023})


def test_a_policy_runs_beside_the_reference() -> None:
    assert changed(CONTENT, {"policy": "coordinated"})["case"]["policies"] == [
        "run-at-once",
        "coordinated",
    ]
    assert changed(CONTENT, {"policy": "run-at-once"})["case"]["policies"] == ["run-at-once"]


def test_all_names_that_fit_nothing_are_said_at_once_with_what_would_fit() -> None:
    wrong = {
        "site[3].it_kw": 1,
        "site[East].it_kw": 1,
        "cse.seed": 1,
        "case.start.day": 1,
        "site.name": "x",
    }
    with pytest.raises(BadInput) as caught:
        changed(CONTENT, wrong)
    said = [f"{one.subject} {one.value} {one.limit}" for one in caught.value.findings]
    assert len(said) == 5
    assert "1 to 2" in said[0] and "North, South" in said[1] and "perhaps case" in said[2]


@given(st.floats(allow_nan=False), st.integers(), st.text(max_size=5))
def test_nothing_else_changes(first: float, second: int, third: str) -> None:
    found = changed(
        CONTENT, {"site[1].storage.capacity_kwh": first, "case.a": second, "case.b": third}
    )
    back = changed(found, {"site[1].storage.capacity_kwh": 10.0})
    del back["case"]["a"], back["case"]["b"]
    assert back == CONTENT


@pytest.mark.parametrize("policies", [[], "run-at-once", 3])
def test_a_policy_beside_no_reference_is_refused(policies: object) -> None:
    """A list that is empty, or none, names nothing that the policy could stand beside."""
    bare = changed(CONTENT, {})
    bare["case"]["policies"] = policies
    with pytest.raises(BadInput, match=r"case\.policies"):
        changed(bare, {"policy": "coordinated"})
