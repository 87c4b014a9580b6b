"""Notes are told once, assumptions first."""

from gridtide.doors.results.notes import told_once


def test_what_is_said_of_several_things_is_said_once() -> None:
    """All of them in front; a leading count stays with each where they differ."""
    notes = [
        "first: 937 rows repeat another row; they are kept",
        "5 jobs are left out",
        "second: 12 rows repeat another row; they are kept",
        "first: one unit counts as one accelerator, as the case assumes",
        "second: one unit counts as one accelerator, as the case assumes",
    ]
    assert told_once(notes) == [
        "first, second: one unit counts as one accelerator, as the case assumes",
        "first 937 · second 12: rows repeat another row; they are kept",
        "5 jobs are left out",
    ]
