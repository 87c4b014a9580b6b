"""Faults: all at once, each with its mend."""

import pytest

from gridtide.finding import BadInput, Finding, refuse_if_any

ONE = Finding(subject="a.csv row 3", value="-5", limit="0 or more", mend="Correct the row.")
TWO = Finding(subject="a.csv row 9", value="nan", limit="a number", mend="Fill the row.")


def test_all_faults_are_raised_together() -> None:
    """Nobody mends one fault to meet the next."""
    with pytest.raises(BadInput) as caught:
        refuse_if_any([ONE, TWO])
    assert caught.value.findings == (ONE, TWO)
    assert str(caught.value).count("\n") == 1


def test_a_fault_reads_as_a_sentence() -> None:
    """Subject, value, limit, next step."""
    assert str(ONE) == "a.csv row 3: -5; 0 or more. Correct the row."


def test_no_fault_stops_nothing() -> None:
    """An empty list of faults is no fault."""
    assert refuse_if_any([]) is None  # type: ignore[func-returns-value]
