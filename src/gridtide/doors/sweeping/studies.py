"""Which studies can be asked many times, and how one of them is asked with other values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gridtide.case.changed import changed
from gridtide.finding import Finding, InputError
from gridtide.simulate.sweep import Answer, Axis, Task

Content = Mapping[str, Any]
Ready = Callable[[], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One study to be asked many times. study: its command; content: of its file, as read; folder: where paths in it
    begin."""

    study: str
    content: Content
    folder: Path


def ready_to_run(content: Content, folder: Path) -> Ready:
    """`gridtide run`: the case is read; what is left makes the document. Raises BadInput, Infeasible."""
    from gridtide.case.build import study_of
    from gridtide.case.load import case_of

    study = study_of(case_of(content, folder), folder)
    return partial(_run_document, study)


STUDIES: dict[str, Callable[[Content, Path], Ready]] = {"run": ready_to_run}
"""Each reads content, and says how the document is made: the one that `--json` of its command prints."""


def answer(asked: Asked, task: Task) -> Answer:
    """What one task comes to; nothing is raised."""
    try:
        content = changed(asked.content, dict(task.changes))
        return Answer(document=STUDIES[asked.study](content, asked.folder)())
    except InputError as fault:
        return Answer(document=None, fault=str(fault))
    except Exception as fault:
        return Answer(document=None, fault=f"{type(fault).__name__}: {fault}", lasting=False)


def faults_of(asked: Asked, axes: tuple[Axis, ...]) -> list[Finding]:
    """What is at fault with the file as it stands, or else with any value of any axis alone, each said once."""
    found = _faults(asked, {})
    if found:
        return found
    each = [
        fault
        for axis in axes
        for value in axis.values
        for fault in _faults(asked, {axis.name: value})
    ]
    return list(dict.fromkeys(each))


def _faults(asked: Asked, changes: Mapping[str, Any]) -> list[Finding]:
    try:
        STUDIES[asked.study](changed(asked.content, changes), asked.folder)
    except InputError as fault:
        return list(fault.findings)
    return []


def _run_document(study: Any) -> dict[str, Any]:
    from gridtide.doors.results.document import document_of
    from gridtide.simulate.compare import Entrant, compare
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of
    from gridtide.stores.memory import MemoryStore

    truth_of(study)
    entrants = tuple(
        Entrant(policy=policy, forecaster=forecaster, study=known, store=MemoryStore())
        for policy, forecaster, known in (policy_named(name, study) for name in study.policies)
    )
    comparison = compare(study, entrants, announce=lambda policy: lambda done, whole: None)
    return document_of(comparison, "")
