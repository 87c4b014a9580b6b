"""The table of a run in a terminal: every figure whole, whatever the width and the names."""

from dataclasses import replace

import pytest

from gridtide.doors.cli.run_table import show
from gridtide.doors.cli.running import announcer
from gridtide.simulate.compare import Comparison
from gridtide.testing.courses import compared
from gridtide.testing.studies import small_study

LONG = ("run-at-once", "coordinated", "wait-awhile-deadline-interruptible", "lowest-window", "vcc")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """One day of the reference."""
    return compared(replace(small_study(1, hours=24, jobs=10), policies=("run-at-once",)))


def many(comparison: Comparison) -> Comparison:
    """The same settlement under many names, in the millions."""
    first = comparison.settlements[0]
    parts = tuple((name, money * 1e5) for name, money in first.parts)
    return replace(
        comparison, settlements=tuple(replace(first, policy=name, parts=parts) for name in LONG)
    )


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_figure_is_cut_however_many_policies_there_are(
    width: int,
    comparison: Comparison,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What does not fit stands in a table beneath, the reference beside it."""
    monkeypatch.setenv("COLUMNS", str(width))
    crowd = many(comparison)
    show(crowd)
    out = capsys.readouterr().out
    assert "…" not in out
    whole = f"{crowd.settlements[0].total_cost:,.0f}"
    lines = [line for line in out.splitlines() if "total cost" in line]
    assert sum(line.count(whole) for line in lines) == len(LONG) - 1 + len(lines)
    assert all(name in out for name in LONG)


def test_a_case_named_like_a_mark_is_printed_as_it_is(
    comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    """No name or note of a case changes how the terminal shows it, and none stops it."""
    study = replace(
        comparison.study, name="fleet [/b] [red]north", notes=("jobs [bold] of [/x] are kept",)
    )
    show(replace(comparison, study=study))
    out = capsys.readouterr().out
    assert "fleet [/b] [red]north" in out
    assert "jobs [bold] of [/x] are kept" in out


def test_small_money_keeps_its_cents(
    comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day of a small hall is not rounded to nothing."""
    first = comparison.settlements[0]
    show(comparison)
    assert f"{first.energy_cost:,.2f}" in capsys.readouterr().out


def test_a_capture_ratio_that_cannot_be_said_says_why(
    comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    """Policies are missing, or foresight has next to nothing to save."""
    show(comparison)
    assert "n/a: it needs the policies coordinated and perfect-foresight" in capsys.readouterr().out
    first = comparison.settlements[0]
    names = ("run-at-once", "coordinated", "perfect-foresight")
    alike = tuple(replace(first, policy=name) for name in names)
    show(replace(comparison, settlements=alike))
    assert "n/a: perfect foresight and the reference cost nearly" in capsys.readouterr().out


def test_a_long_course_says_how_far_it_is_where_no_terminal_shows_a_bar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A line a policy, then one for each tenth; short courses say no more than their name."""
    for steps in (700, 3_000):
        progress = announcer()("coordinated")
        for done in range(0, steps + 1, 50):
            progress(done, steps)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == ["running coordinated", "running coordinated", "running coordinated: 10 %"]
    assert lines[-1] == "running coordinated: 90 %" and len(lines) == 11


def test_dust_of_sums_is_told_as_nothing(
    comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    """A site that makes nothing used 0 kWh of its own, not -0."""
    dust = replace(comparison.settlements[0], renewable_used_kwh=-1e-9)
    show(replace(comparison, settlements=(dust,)))
    (line,) = (one for one in capsys.readouterr().out.splitlines() if "own renewables" in one)
    assert line.split()[-1] == "0"
