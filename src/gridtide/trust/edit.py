"""What a person changes of a decision before approving it: a value with names, instants and powers, nothing more."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from math import isfinite
from typing import Any

from gridtide.finding import Finding, refuse_if_any
from gridtide.trust.said import listed, say

Powers = tuple[tuple[str, float], ...]
MOST_KW = 1e9


@dataclass(frozen=True, kw_only=True)
class Edit:
    """At least one change, each thing named once. Raises BadInput with all faults.

    leave_jobs: jobs that stay as they are told now. begin: jobs that begin at an instant, at the first step edge from
    then on, and run through. leave_sites: sites at which everything stays as it is told now. store_most_kw: store power
    that is passed in no step. store_least_kw: store power that is reached in every step in which the store charges or
    gives at all. moved_most_kw: power by which a site may differ at any one time from what is told now. Powers by site.
    """

    leave_jobs: tuple[str, ...] = ()
    leave_sites: tuple[str, ...] = ()
    begin: tuple[tuple[str, datetime], ...] = ()
    store_most_kw: Powers = field(default=(), metadata={"power": True})
    store_least_kw: Powers = field(default=(), metadata={"power": True})
    moved_most_kw: Powers = field(default=(), metadata={"power": True})

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, tuple(sorted(getattr(self, one.name))))
        refuse_if_any(_faults(self))

    @property
    def sites(self) -> tuple[str, ...]:
        """Every site that it names, in order."""
        limited = (self.store_most_kw, self.store_least_kw, self.moved_most_kw)
        named = {site for powers in limited for site, _ in powers}
        return tuple(sorted(named | set(self.leave_sites)))

    @property
    def jobs(self) -> tuple[str, ...]:
        """Every job that it names, in order."""
        return tuple(sorted({*self.leave_jobs, *(job for job, _ in self.begin)}))


def edit_values(edit: Edit) -> dict[str, Any]:
    """An edit as plain values for the record and for doors, without what it does not change."""
    said: dict[str, Any] = {
        one.name: dict(value) if one.metadata else list(value)
        for one in fields(edit)
        if (value := getattr(edit, one.name))
    }
    if edit.begin:
        said["begin"] = {job: at.isoformat() for job, at in edit.begin}
    return said


def edit_of(values: Mapping[str, Any]) -> Edit:
    """What `edit_values` gave. Raises BadInput with every fault of what it says, and for instants without an offset."""
    begin = [(str(job), str(at)) for job, at in dict(values.get("begin", {})).items()]
    refuse_if_any(_not_an_instant(job, at) for job, at in begin if _instant(at) is None)
    powers = [one.name for one in fields(Edit) if one.metadata]
    return Edit(
        leave_jobs=tuple(str(job) for job in values.get("leave_jobs", ())),
        leave_sites=tuple(str(site) for site in values.get("leave_sites", ())),
        begin=tuple((job, at) for job, text in begin if (at := _instant(text)) is not None),
        **{
            name: tuple((str(site), float(kw)) for site, kw in dict(values.get(name, {})).items())
            for name in powers
        },
    )


def edit_words(edit: Edit) -> str:
    """An edit in a sentence."""
    parts = [say("edit_left", job=job) for job in edit.leave_jobs]
    parts += [say("edit_left_alone", site=site) for site in edit.leave_sites]
    parts += [say("edit_begins", job=job, at=f"{at:%Y-%m-%d %H:%M %Z}") for job, at in edit.begin]
    for powers, key in (
        (edit.store_most_kw, "edit_store_most"),
        (edit.store_least_kw, "edit_store_least"),
        (edit.moved_most_kw, "edit_moved_most"),
    ):
        parts += [say(key, site=site, kw=f"{kw:,.4g}") for site, kw in powers]
    return listed(parts)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.utcoffset() is None else found


def _not_an_instant(job: str, text: str) -> Finding:
    mend = "Write it as 2026-11-23T02:00:00+08:00."
    limit = "an instant with its offset from UTC"
    return Finding(subject=f"begin {job}", value=text[:80], limit=limit, mend=mend)


def _faults(edit: Edit) -> Iterator[Finding]:
    if not any(getattr(edit, one.name) for one in fields(edit)):
        mend = "Name a job, a site or a power; approve or reject it as it is otherwise."
        yield Finding(
            subject="edit", value="changes nothing", limit="at least one change", mend=mend
        )
    yield from _twice("a job", [*edit.leave_jobs, *(job for job, _ in edit.begin)])
    for one in fields(edit):
        if not one.metadata:
            continue
        powers: Powers = getattr(edit, one.name)
        yield from _twice(one.name, [site for site, _ in powers])
        for site, kw in powers:
            if site in edit.leave_sites:
                yield _beside(f"{one.name} {site}", f"{kw:g} kW of a site that is left alone")
            if not (isfinite(kw) and 0.0 <= kw <= MOST_KW):
                yield Finding(
                    subject=f"{one.name} {site}",
                    value=f"{kw:g}",
                    limit=f"0 to {MOST_KW:,.0f} kW",
                    mend="Say a power; both ways count alike.",
                )
    most_kw = dict(edit.store_most_kw)
    for site, kw in edit.store_least_kw:
        if kw > most_kw.get(site, MOST_KW):
            said = f"{kw:g} kW, more than the {most_kw[site]:g} kW it may have at most"
            yield _beside(f"store_least_kw {site}", said)


def _twice(what: str, names: Iterable[str]) -> Iterator[Finding]:
    known = list(names)
    for name in sorted({one for one in known if known.count(one) > 1}):
        yield _beside(f"{what} {name}", "named twice")


def _beside(subject: str, value: str) -> Finding:
    return Finding(
        subject=subject, value=value, limit="one change of each thing", mend="Keep one of them."
    )
