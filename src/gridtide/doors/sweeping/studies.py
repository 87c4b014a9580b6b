"""Which studies can be asked many times, and how one of them is asked with other values."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gridtide.case.changed import changed
from gridtide.doors.sweeping.by_command import document_by_command, is_option, option_faults
from gridtide.finding import Finding, InputError
from gridtide.simulate.sweep import Answer, Axis, Task, Value

LOOKED_AT_MOST = 20
"""Values of an axis that are all tried before anything is asked."""
Content = Mapping[str, Any]
Ready = Callable[[], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One study to be asked many times. study: its command; content: of its file, as read, nothing where options alone
    change; file: where it lies, and the files that it names beside it, or a folder that the command reads."""

    study: str
    content: Content
    file: Path


def ready_to_run(content: Content, file: Path) -> Ready:
    """`gridtide run`."""
    from gridtide.case.build import study_of
    from gridtide.case.load import case_of

    return partial(_run_document, study_of(case_of(content, file.parent), file.parent))


def ready_to_size(content: Content, file: Path) -> Ready:
    """`gridtide size`."""
    from gridtide.case.campus_file import campus_of
    from gridtide.doors.results.size_document import Question, size_document

    return partial(size_document, campus_of(content, file), Question())


def ready_to_site(content: Content, file: Path) -> Ready:
    """`gridtide site`."""
    from gridtide.case.siting import siting_file, siting_of
    from gridtide.doors.results.site_whole import whole_document

    asked = siting_file(content)
    return partial(whole_document, asked, siting_of(asked, file.parent), lambda what: None)


def ready_to_study(content: Content, file: Path) -> Ready:
    """`gridtide study` of a file: adequacy, headroom or an accident."""
    from gridtide.doors.results.study_answers import question_in

    return partial(_without_picture, question_in(file, dict(content)))


def ready_for_pathway(content: Content, file: Path) -> Ready:
    """`gridtide pathway`, without the power system around it."""
    from gridtide.case.pathway import outlook_of, pathway_tables
    from gridtide.doors.results.pathway_document import pathway_document
    from gridtide.invest.pathway.reckoned import WORLD

    read = outlook_of(pathway_tables(dict(content), file.name))
    newest = max(read.editions)
    regions = (*read.editions[newest].regions, WORLD)
    return partial(pathway_document, read, newest, str(file), regions, DRAWS, 0)


DRAWS = 2000
"""Courses of the fan of a pathway, as its command has them."""
STUDIES: dict[str, Callable[[Content, Path], Ready]] = {
    "run": ready_to_run,
    "study": ready_to_study,
    "size": ready_to_size,
    "site": ready_to_site,
    "pathway": ready_for_pathway,
}
"""Each reads content, and says how the document is made: the one that `--json` of its command prints."""


def answer(asked: Asked, task: Task) -> Answer:
    """What one task comes to; nothing is raised."""
    changes = dict(task.changes)
    try:
        if any(is_option(name) for name in changes):
            document = document_by_command(asked.study, asked.file, changes)
        else:
            document = STUDIES[asked.study](changed(asked.content, changes), asked.file)()
        json.dumps(document, allow_nan=False)
        return Answer(document=document)
    except InputError as fault:
        return Answer(document=None, fault=str(fault))
    except Exception as fault:
        return Answer(document=None, fault=f"{type(fault).__name__}: {fault}", lasting=False)


def faults_of(asked: Asked, axes: tuple[Axis, ...]) -> list[Finding]:
    """What is at fault with the file as it stands, or else with any value of any axis alone, each said once. Of an axis
    of many values the ends are looked at: each look reads the whole file, and what lies between is a range."""
    options = tuple(axis for axis in axes if is_option(axis.name))
    if len(options) == len(axes):
        return option_faults(asked.study, asked.file, axes)
    if options:
        return [_not_both(axis.name) for axis in options]
    found = _faults(asked, {})
    if found:
        return found
    each = [
        fault
        for axis in axes
        for value in _looked_at(axis)
        for fault in _faults(asked, {axis.name: value})
    ]
    return list(dict.fromkeys(each))


def _not_both(name: str) -> Finding:
    return Finding(
        subject=f"--over {name}",
        value="is an option beside keys of the file",
        limit="options alone, or keys alone",
        mend="Write the key's values into files of their own, and sweep each.",
    )


def _looked_at(axis: Axis) -> tuple[Value, ...]:
    return axis.values if len(axis.values) <= LOOKED_AT_MOST else (axis.values[0], axis.values[-1])


def _faults(asked: Asked, changes: Mapping[str, Any]) -> list[Finding]:
    try:
        STUDIES[asked.study](changed(asked.content, changes), asked.file)
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


def _without_picture(make: Ready) -> dict[str, Any]:
    found = make()
    found.pop("picture", None)
    return found
