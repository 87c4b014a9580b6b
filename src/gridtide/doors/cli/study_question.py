"""What `gridtide study` does with a file that asks something of a grid: adequacy, headroom or an accident."""

from pathlib import Path
from typing import Any

from gridtide.doors.cli.telling import tell


def answer(path: Path, page: Path | None, as_json: bool) -> int:
    """Answer the file; what the command ends with: 0, or 3 where a target is missed or a limit broken."""
    from gridtide.case.study_file import kind_of

    kind, table = kind_of(path)
    found = {"adequacy": _adequacy, "headroom": _headroom}[kind](path, table)
    from gridtide.doors.cli.study_question_words import SHOW

    tell(found, f"{kind}.js", page, as_json, SHOW[kind])
    return 0 if found["passes"] else 3


def _adequacy(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    from gridtide.case.adequacy_file import adequacy_question
    from gridtide.doors.results.adequacy_document import adequacy_document
    from gridtide.grid.adequacy_study import assessed

    asked = adequacy_question(path, table)
    chance = np.random.default_rng(asked.seed)
    found = assessed(asked.system, asked.target_lole_h, asked.years, chance)
    return adequacy_document(asked, found)


def _headroom(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    from gridtide.case.headroom_file import headroom_question
    from gridtide.doors.results.headroom_document import headroom_document

    return headroom_document(headroom_question(path, table))
