"""Calls of the grid of each kind: what a case may and must say of them, and what limits they leave."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.decide.event import OPEN_END, Event, EventKind
from gridtide.decide.limits import export_max_kw, import_max_kw, in_conflict
from gridtide.finding import BadInput
from gridtide.simulate.study import Study

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
CALL = """
[[event]]
site = "here"
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T14:00:00+01:00
"""


def case_with(tmp_path: Path, text: str) -> Study:
    """The one-day case with a call."""
    path = tmp_path / "case.toml"
    path.write_text(TEXT + CALL + text)
    return load_case(path)


def faults(tmp_path: Path, text: str) -> set[str]:
    """Keys at fault."""
    with pytest.raises(BadInput) as refused:
        case_with(tmp_path, text)
    return {finding.subject for finding in refused.value.findings}


@pytest.fixture
def day(tmp_path: Path) -> Study:
    """The one-day case with a capacity limit of 300 kW."""
    return case_with(tmp_path, "import_max_kw = 300\n")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", {"event[1].import_max_kw"}),
        ("import_max_kw = 200\ntake_kw = 30\nrank = 2\n", {"event[1].take_kw", "event[1].rank"}),
        ('kind = "absorb"\n', {"event[1].take_kw"}),
        (
            'kind = "absorb"\nimport_min_kw = 900\nmandatory = true\n',
            {"event[1].mandatory", "event[1].import_min_kw"},
        ),
        ('kind = "orderly-use"\nreduce_kw = 100\n', {"event[1].baseline_kw"}),
        (
            'kind = "orderly-use"\nreduce_kw = 100\nbaseline_kw = 110\nmandatory = false\n',
            {"event[1].mandatory"},
        ),
        (
            'kind = "orderly-use"\nreduce_kw = 105\nbaseline_kw = 110\n',
            {"event[1].reduce_kw"},
        ),
        ('kind = "demand-response"\nreduce_kw = 9\nimport_max_kw = 200\n', {"event[1].reduce_kw"}),
        ('kind = "alert"\nreduce_kw = 9\n', {"event[1].reduce_kw"}),
        (
            "import_max_kw = 200\nanswer_by = 2026-03-02T13:00:00+01:00\n",
            {"event[1].answer_by"},
        ),
    ],
)
def test_a_call_that_asks_for_what_its_kind_does_not_is_refused(
    tmp_path: Path, text: str, keys: set[str]
) -> None:
    """All its faults at once, each with its key."""
    assert faults(tmp_path, text) == keys


def test_kinds_that_cannot_be_ordered_are_not_mandatory_unless_the_case_says_so(
    tmp_path: Path,
) -> None:
    """Limits are; demand response may be; nobody can be made to draw."""
    free = case_with(tmp_path, 'kind = "demand-response"\nreduce_kw = 50\n').events[0]
    assert free.may_be_declined and not np.isfinite(free.limit_kw)
    bound = 'kind = "demand-response"\nreduce_kw = 50\nbaseline_kw = 260\nmandatory = true\n'
    assert case_with(tmp_path, bound).events[0].limit_kw == 210.0
    absorb = case_with(tmp_path, 'kind = "absorb"\ntake_kw = 50\n').events[0]
    assert absorb.may_be_declined and not np.isfinite(absorb.limit_kw)
    assert not case_with(tmp_path, 'kind = "alert"\n').events[0].may_be_declined


def test_a_call_without_an_end_holds_until_the_period_does(tmp_path: Path) -> None:
    """An open end is a limit for good."""
    text = CALL.replace("end = 2026-03-02T14:00:00+01:00\n", "")
    path = tmp_path / "case.toml"
    path.write_text(TEXT + text + "import_max_kw = 300\n")
    study = load_case(path)
    assert study.events[0].end == OPEN_END
    most = import_max_kw(study.fleet, study.events, study.timeline)[0]
    begun = study.timeline.starts_s >= study.events[0].start.timestamp()
    assert (most[begun] == 300.0).all() and (most[~begun] == 700.0).all()


def test_adr_2_of_two_limits_the_one_with_the_lower_number_of_priority_holds(day: Study) -> None:
    """80,000 kW of priority 1 and 60,000 kW of priority 0 leave 60,000 kW; the other way round 80,000 kW."""
    call = replace(day.events[0], import_max_kw=80_000.0, priority=1)
    other = replace(call, import_max_kw=60_000.0, priority=0)
    site = replace(
        day.fleet.sites[0], contract=replace(day.fleet.sites[0].contract, import_max_kw=1e5)
    )
    fleet = replace(day.fleet, sites=(site,))
    for pair in ((call, other), (other, call)):
        assert import_max_kw(fleet, pair, day.timeline).min() == 60_000.0
    turned = (replace(call, priority=0), replace(other, priority=1))
    assert import_max_kw(fleet, turned, day.timeline).min() == 80_000.0
    assert in_conflict((call, other)) == ()
    assert "60,000" in in_conflict((replace(call, priority=0), other))[0]


@given(
    limits=st.lists(st.floats(100.0, 690.0), min_size=1, max_size=4),
    shifts_h=st.lists(st.integers(-3, 3), min_size=4, max_size=4),
)
def test_a_further_call_of_equal_priority_never_leaves_a_site_more(
    limits: list[float], shifts_h: list[int]
) -> None:
    """Limits only come down."""
    study = _study()
    calls = _calls(study, limits, shifts_h, [0] * len(limits))
    most = [
        import_max_kw(study.fleet, calls[:count], study.timeline) for count in range(len(calls) + 1)
    ]
    assert all((later <= before).all() for before, later in pairwise(most))


@given(
    limits=st.lists(st.floats(100.0, 690.0), min_size=2, max_size=4),
    priorities=st.lists(st.integers(0, 2), min_size=4, max_size=4),
)
def test_calls_of_other_kinds_never_loosen_a_limit(
    limits: list[float], priorities: list[int]
) -> None:
    """Priority counts between calls of one kind only, and none outside any call."""
    study = _study()
    calls = _calls(study, limits, [0, 1, 2, 3], priorities)
    orders = tuple(replace(call, kind=EventKind.ORDERLY_USE, priority=9) for call in calls)
    alone = import_max_kw(study.fleet, orders, study.timeline)
    both = import_max_kw(study.fleet, calls + orders, study.timeline)
    assert (both <= alone).all()


def test_before_a_call_with_a_ramp_a_site_comes_down_no_faster_than_it(day: Study) -> None:
    """From 700 kW to 300 kW at 5 kW a minute takes 80 minutes, which lie before the call."""
    call = replace(day.events[0], ramp_max_kw_per_min=5.0)
    most = import_max_kw(day.fleet, (call,), day.timeline)[0]
    begins = day.timeline.step_holding(call.start)
    assert most[begins] == 300.0
    minutes = 60.0 * day.timeline.hours[0]
    down = most[begins - 1 :: -1]
    expected = np.minimum(300.0 + 5.0 * minutes * (1 + np.arange(len(down))), 700.0)
    assert np.allclose(down, expected)
    late = replace(call, issued_at=call.start - timedelta(minutes=30))
    held = import_max_kw(day.fleet, (late,), day.timeline)[0]
    unknown = day.timeline.starts_s < late.issued_at.timestamp()
    assert (held[unknown] == 700.0).all()


def _study() -> Study:
    return load_case(Path(__file__).parents[1] / "fixtures" / "one_day.toml")


def _calls(
    study: Study, limits: list[float], shifts_h: list[int], priorities: list[int]
) -> tuple[Event, ...]:
    noon = study.timeline.start + timedelta(hours=12)
    return tuple(
        Event(
            site="here",
            start=noon + timedelta(hours=shift),
            end=noon + timedelta(hours=shift + 2),
            issued_at=study.timeline.start,
            import_max_kw=kw,
            priority=priority,
        )
        for kw, shift, priority in zip(limits, shifts_h, priorities, strict=False)
    )


def test_a_limit_of_export_holds_at_once_and_is_neither_paid_nor_declined(tmp_path: Path) -> None:
    """It needs its power and bears no other; between two of one priority the narrower holds, and it is said."""
    study = case_with(tmp_path, 'kind = "export-limit"\nexport_max_kw = 30\n')
    (call,) = study.events
    assert (call.mandatory, call.export_max_kw, call.limit_kw) == (True, 30, float("inf"))
    selling = replace(
        study.fleet,
        sites=tuple(
            replace(site, contract=replace(site.contract, export_max_kw=100.0))
            for site in study.fleet.sites
        ),
    )
    other = replace(call, export_max_kw=10.0, end=call.end - timedelta(hours=1))
    before = replace(other, export_max_kw=50.0, priority=0)
    later = replace(call, priority=1)
    most = export_max_kw(selling, (call, other), study.timeline)[0]
    assert sorted(set(most.tolist())) == [10.0, 30.0, 100.0]
    assert (most == 10.0).sum() == (most == 30.0).sum() == 4
    most = export_max_kw(selling, (before, later), study.timeline)[0]
    assert (most == 50.0).sum() == (most == 30.0).sum() == 4
    assert "10 kW at once" in in_conflict((call, other))[0]
    assert faults(
        tmp_path,
        'kind = "export-limit"\nimport_max_kw = 30\npayment_per_mwh = 5\nmandatory = false\n',
    ) == {
        f"event[1].{key}"
        for key in ("import_max_kw", "export_max_kw", "payment_per_mwh", "mandatory")
    }


def test_a_set_point_says_one_power_and_bears_neither_money_nor_recovery(tmp_path: Path) -> None:
    """At the meter, or beside a baseline that may be agreed; it limits nothing and cannot be declined."""
    for said, expected in (
        ("setpoint_kw = 30\n", (30.0, 0.0, 0.0)),
        ("setpoint_kw = 0\n", (0.0, 0.0, 0.0)),
        ("reduce_kw = 5\n", (None, 5.0, 0.0)),
        ("take_kw = 5\nbaseline_kw = 60\n", (None, 0.0, 5.0)),
    ):
        (call,) = case_with(tmp_path, f'kind = "set-point"\n{said}').events
        assert (call.setpoint_kw, call.reduce_kw, call.take_kw) == expected
        assert call.mandatory and call.limit_kw == float("inf")
    assert faults(tmp_path, 'kind = "set-point"\n') == {"event[1].setpoint_kw"}
    assert faults(
        tmp_path,
        'kind = "set-point"\nsetpoint_kw = 30\nbaseline_kw = 60\nimport_max_kw = 5\nmandatory = false\n'
        "payment_per_mwh = 5\npenalty_per_mwh = 5\nrecover_h = 1\nramp_max_kw_per_min = 5\n",
    ) == {
        f"event[1].{key}"
        for key in (
            "baseline_kw",
            "import_max_kw",
            "mandatory",
            "payment_per_mwh",
            "penalty_per_mwh",
            "recover_h",
            "ramp_max_kw_per_min",
        )
    }


@pytest.mark.parametrize("said", ["nan", "inf", "-1", "1e9", '"much"'])
def test_a_set_point_that_is_no_power_is_refused(tmp_path: Path, said: str) -> None:
    """Not a number, endless, below nothing, absurd, a word."""
    assert faults(tmp_path, f'kind = "set-point"\nsetpoint_kw = {said}\n') == {
        "event[1].setpoint_kw"
    }
