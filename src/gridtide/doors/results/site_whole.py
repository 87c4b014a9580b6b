"""All that a siting file asks: its candidates, the work divided over them, one large site against small ones."""

from collections.abc import Callable
from typing import Any

from gridtide.case.siting import edge_terms_of
from gridtide.case.siting_schema import SitingFile
from gridtide.doors.results.site_beside import edge_document, split_document
from gridtide.doors.results.site_document import site_document
from gridtide.invest.siting.question import Siting


def whole_document(file: SitingFile, siting: Siting, told: Callable[[str], None]) -> dict[str, Any]:
    """The document of a siting, with `split` and `edge` where the file asks for them. told: hears what is being
    looked at, for a person who waits."""
    found = site_document(siting, told)
    if file.split is not None:
        told("the work divided over places")
        found["split"] = split_document(siting, file.split.home, file.split.latency_ms)
    terms = edge_terms_of(file)
    if terms is not None:
        told("one large site against small ones")
        found["edge"] = edge_document(siting, terms)
    return found
