"""What stands in an input is shown to people without being obeyed by their terminal."""

import pytest

from gridtide.finding import BadInput, Finding, plain


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\x1b[2J\x1b[31mall is well", "\\x1b[2J\\x1b[31mall is well"),
        ("a\u202eb", "a\\u202eb"),
        ("bell\a", "bell\\x07"),
        ("Hohhot 呼和浩特, 25 °C, 1\u202f000 €", "Hohhot 呼和浩特, 25 °C, 1\u202f000 €"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_fault_shows_what_cannot_be_seen_as_an_escape(given: str, shown: str) -> None:
    """A cell of a table or a name in a file commands no terminal; letters of all languages stay."""
    fault = Finding(subject="jobs.csv row 2", value=given, limit="a name", mend="Mend it.")
    assert str(BadInput([fault])) == f"jobs.csv row 2: {shown}; a name. Mend it."


def test_a_line_of_a_log_stays_one_line() -> None:
    """Where nothing is kept, a new line is an escape too."""
    assert plain("a\nb", keep="") == "a\\nb"
