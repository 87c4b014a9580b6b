"""A recording of what a VTN told: one JSON object a line, with the instant at which it was heard.

{"heard_at": "2026-11-22T12:00:00Z", "programs": [...], "events": [...]}     a whole answer
{"heard_at": "2026-11-22T12:01:00Z", "unanswered": "HTTP 503"}               a poll without one
{"heard_at": "2026-11-22T12:01:10Z", "notification": {...}}                  a change told by itself
{"heard_at": "2026-11-22T12:02:00Z", "grid_outage": true}                    the grid failed and came back
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, StrictStr

from gridtide.finding import Finding, Gathered
from gridtide.timeline import EPOCH
from gridtide.wire.openadr.notifications import Notification
from gridtide.wire.openadr.reading import read_json
from gridtide.wire.openadr.text import INSTANT, Truth, Unsaid, Wire
from gridtide.wire.openadr.times import instant_us, whole_s


def _heard_at(text: str) -> str:
    if not INSTANT.match(text) or (instant_us(text) or -1) < 0:
        raise ValueError("not an instant since 1970, as 2026-11-22T09:00:00Z")
    return text


class Line(Wire):
    """One thing heard, or not heard."""

    heard_at: Annotated[StrictStr, AfterValidator(_heard_at), Field(alias="heard_at")]
    programs: Unsaid[tuple[dict[str, object], ...]] = None
    events: Unsaid[tuple[dict[str, object], ...]] = None
    unanswered: Unsaid[StrictStr] = None
    notification: Unsaid[Notification] = None
    grid_outage: Annotated[Truth, Field(alias="grid_outage")] = False

    @property
    def heard_s(self) -> int:
        """When, whole seconds since 1970."""
        return whole_s(instant_us(self.heard_at) or 0)


def lines_of(texts: Iterable[tuple[str, str]]) -> tuple[Line, ...]:
    """Lines of a recording in the order of time. Raises BadInput with every fault.

    texts: what each line is called, and the line; empty ones are left out.
    """
    faults = Gathered()
    read = [
        (name, faults.of(lambda name=name, text=text: read_json(Line, text, name)))  # type: ignore[misc]
        for name, text in texts
        if text.strip()
    ]
    lines = [(name, line) for name, line in read if line is not None]
    for name, line in lines:
        faults.findings += _shape_faults(name, line)
    for (_, before), (name, line) in pairwise(lines):
        if line.heard_s < before.heard_s:
            faults.findings.append(
                Finding(
                    subject=f"{name} heard_at",
                    value=line.heard_at,
                    limit=f"not before the line above, {before.heard_at}",
                    mend="Keep the lines in the order in which they were heard.",
                )
            )
    faults.refuse_if_any()
    return tuple(line for _, line in lines)


def line_of_answer(heard_at: datetime, programs: Iterable[object], events: Iterable[object]) -> str:
    """The line that records a whole answer."""
    return _written(heard_at, programs=list(programs), events=list(events))


def line_of_silence(heard_at: datetime, why: str) -> str:
    """The line that records a poll without an answer."""
    return _written(heard_at, unanswered=why)


def _written(heard_at: datetime, **said: object) -> str:
    at = heard_at.astimezone(EPOCH.tzinfo).isoformat().replace("+00:00", "Z")
    return json.dumps({"heard_at": at, **said}, ensure_ascii=False, sort_keys=True)


def _shape_faults(name: str, line: Line) -> Iterator[Finding]:
    whole = line.programs is not None or line.events is not None
    said = [whole, line.unanswered is not None, line.notification is not None, line.grid_outage]
    if sum(said) != 1 or (whole and (line.programs is None or line.events is None)):
        yield Finding(
            subject=name,
            value="neither one nor the other",
            limit="programs and events, or unanswered, or notification, or grid_outage",
            mend="Write what was heard, one thing a line.",
        )
