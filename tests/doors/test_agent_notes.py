"""What agents write down is one line each, whatever others said."""

from datetime import UTC, datetime

import pytest

from gridtide.doors.agent_notes import Notes


def test_words_of_others_forge_no_line_and_command_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A new line and an escape in a reason stand as they are written in code; letters of all languages stay."""
    notes = Notes(None, lambda: datetime(2026, 11, 30, tzinfo=UTC))
    notes.note("frozen", "root", "烟 smoke\x1b[31m\n2026-11-30T00:00:00+00:00 thawed ada \u202e")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "frozen root 烟 smoke\\x1b[31m\\n2026-11-30T00:00:00+00:00 thawed ada \\u202e"
    )
