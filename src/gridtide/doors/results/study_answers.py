"""What a TOML file asks of a grid, read; and the document that answers it: adequacy, headroom, an accident."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridtide.case.accident_file import AccidentQuestion
    from gridtide.case.adequacy_file import AdequacyQuestion

Document = dict[str, Any]


def question_in(path: Path, table: Document) -> Callable[[], Document]:
    """What makes the answer to the content of a file, all of it read and checked; the files that it names lie beside
    the path. Raises BadInput with every fault."""
    from gridtide.case.study_file import kind_in

    return READS[kind_in(table, path)](path, table)


def _adequacy(path: Path, table: Document) -> Callable[[], Document]:
    from gridtide.case.adequacy_file import adequacy_question

    return partial(_adequacy_answered, adequacy_question(path, table))


def _adequacy_answered(asked: "AdequacyQuestion") -> Document:
    import numpy as np

    from gridtide.doors.results.adequacy_document import adequacy_document
    from gridtide.grid.adequacy_study import assessed

    chance = np.random.default_rng(asked.seed)
    found = assessed(asked.system, asked.target_lole_h, asked.years, chance)
    return adequacy_document(asked, found)


def _headroom(path: Path, table: Document) -> Callable[[], Document]:
    from gridtide.case.headroom_file import headroom_question
    from gridtide.doors.results.headroom_document import headroom_document

    return partial(headroom_document, headroom_question(path, table))


def _accident(path: Path, table: Document) -> Callable[[], Document]:
    from gridtide.case.accident_file import accident_question
    from gridtide.doors.results.network_file import network_in

    return partial(_accident_answered, accident_question(path, table, network_in))


def _accident_answered(asked: "AccidentQuestion") -> Document:
    from gridtide.doors.results.accident_document import accident_document
    from gridtide.grid.accident import course_of
    from gridtide.grid.prevention import prevented

    course = course_of(asked.accident)
    return accident_document(asked.accident, course, prevented(asked.accident, asked.ways))


READS: Mapping[str, Callable[[Path, Document], Callable[[], Document]]] = {
    "adequacy": _adequacy,
    "headroom": _headroom,
    "accident": _accident,
}
