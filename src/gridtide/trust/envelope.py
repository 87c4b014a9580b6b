"""What may be told without asking a person first: how much power, how many jobs, for how long, in which hours."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise

from gridtide.finding import Finding, Gathered, refuse_if_any

DAY_H = 24.0
QUARTERS_PER_H = 4
SITE = "moved_max_kw."
"""Begins the name of a bound that holds at one site, where an envelope is spelled as plain numbers."""
JOBS_MOST = 1_000_000
HOLD_MOST_H = 31 * DAY_H


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Bounds that two people signed; nothing at all where nobody did. Raises BadInput with all faults.

    share_max: of the power that the fleet's machines draw at most, how much may be moved at any one time, in [0, 1].
    moved_max_kw: IT power that may be moved at each site at any one time, by name; a site that is not named is left
    alone. jobs_max_per_day: different jobs that may be touched on one day of their site's clock. hold_max_h: how long
    from now on anything may be held back. from_h, until_h: hours of the day on the site's clock in which it may act,
    in quarters of an hour; past midnight where from_h is the later one, never where both are equal. mandatory: whether
    what a mandatory limit of the grid requires is told at its time in every mode in which anything is, whatever the
    other bounds say.
    """

    share_max: float = 0.0
    moved_max_kw: tuple[tuple[str, float], ...] = ()
    jobs_max_per_day: int = 0
    hold_max_h: float = 0.0
    from_h: float = 0.0
    until_h: float = DAY_H
    mandatory: bool = False

    def __post_init__(self) -> None:
        refuse_if_any(_faults(self))
        object.__setattr__(self, "moved_max_kw", tuple(sorted(self.moved_max_kw)))

    def at(self, site: str) -> float:
        """IT power that may be moved at a site, kW."""
        return dict(self.moved_max_kw).get(site, 0.0)

    @property
    def open_h(self) -> float:
        """For how many hours of a day it may act."""
        apart = self.until_h - self.from_h
        return apart if apart >= 0 else apart + DAY_H

    def open_at(self, hour: float) -> bool:
        """Whether it may act at an hour of the day, in [0, 24)."""
        return (hour - self.from_h) % DAY_H < self.open_h


def within(inner: Envelope, outer: Envelope) -> bool:
    """Whether no bound of one is wider than that of the other."""
    return (
        inner.share_max <= outer.share_max
        and inner.jobs_max_per_day <= outer.jobs_max_per_day
        and inner.hold_max_h <= outer.hold_max_h
        and inner.mandatory <= outer.mandatory
        and all(most_kw <= outer.at(site) for site, most_kw in inner.moved_max_kw)
        and _hours_within(inner, outer)
    )


def _hours_within(inner: Envelope, outer: Envelope) -> bool:
    if inner.open_h == 0.0 or outer.open_h == DAY_H:
        return True
    return (inner.from_h - outer.from_h) % DAY_H + inner.open_h <= outer.open_h


def spelled(envelope: Envelope) -> dict[str, float]:
    """An envelope as plain numbers by name, as doors and records hold it."""
    values = asdict(envelope)
    by_site = values.pop("moved_max_kw")
    values["mandatory"] = float(envelope.mandatory)
    return {**values, **{f"{SITE}{site}": most_kw for site, most_kw in by_site}}


def changed(
    envelope: Envelope, values: Mapping[str, float], sites: Iterable[str] | None = None
) -> Envelope:
    """An envelope with some bounds changed. Raises BadInput with all faults of names and values.

    values: by the names of `spelled`. sites: that there are; None to take any.
    """
    known, there = spelled(envelope), None if sites is None else sorted(sites)
    gathered, told = Gathered(), dict(known)
    for name, value in values.items():
        fault = _unfit(name, value, known, there)
        if fault is None:
            told[name] = value
        else:
            gathered.findings.append(fault)
    found = gathered.of(lambda: _read(told))
    gathered.refuse_if_any()
    assert found is not None
    return found


def _read(told: Mapping[str, float]) -> Envelope:
    return Envelope(
        share_max=float(told["share_max"]),
        moved_max_kw=tuple(
            (name.removeprefix(SITE), float(told[name])) for name in sorted(told) if _of_site(name)
        ),
        jobs_max_per_day=int(told["jobs_max_per_day"]),
        hold_max_h=float(told["hold_max_h"]),
        from_h=float(told["from_h"]),
        until_h=float(told["until_h"]),
        mandatory=bool(told["mandatory"]),
    )


def _unfit(
    name: str, value: object, known: Mapping[str, float], sites: list[str] | None
) -> Finding | None:
    """Why a name or the kind of its value cannot be taken."""
    if not _is_bound(name, known, sites):
        return _unknown(name, sites)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _fault(name, value, "a number")
    if name == "jobs_max_per_day" and not float(value).is_integer():
        return _fault(name, value, "a whole number")
    if name == "mandatory" and value not in (0, 1):
        return _fault(
            name, value, "1 to keep a mandatory limit at its time, 0 to ask a person first"
        )
    return None


def in_words(envelope: Envelope) -> str:
    """The envelope in a sentence that a person can sign."""
    sites = ", ".join(f"{most_kw:,.4g} kW at {site}" for site, most_kw in envelope.moved_max_kw)
    return (
        f"at most {envelope.share_max:.4g} of the fleet's power, {sites or 'nothing at any site'},"
        f" {envelope.jobs_max_per_day} jobs a day, held for {envelope.hold_max_h:.4g} h,"
        f" between {_clock(envelope.from_h)} and {_clock(envelope.until_h)};"
        f" mandatory limits of the grid {'at their time' if envelope.mandatory else 'wait for a person'}"
    )


def _clock(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def _of_site(name: str) -> bool:
    return name.startswith(SITE) and name != SITE


def _is_bound(name: str, known: Mapping[str, float], sites: list[str] | None) -> bool:
    if _of_site(name):
        return sites is None or name.removeprefix(SITE) in sites
    return name in known


def _unknown(name: str, sites: list[str] | None) -> Finding:
    named = list(spelled(Envelope())) + [f"{SITE}{site}" for site in sites or ["SITE"]]
    return Finding(
        subject=f"envelope {name}",
        value="is no bound that is known",
        limit="one of " + ", ".join(named),
        mend="Name one of these.",
    )


def _faults(envelope: Envelope) -> list[Finding]:
    """Every bound outside what it may be."""
    ranges = [
        ("share_max", envelope.share_max, 0.0, 1.0),
        ("jobs_max_per_day", envelope.jobs_max_per_day, 0, JOBS_MOST),
        ("hold_max_h", envelope.hold_max_h, 0.0, HOLD_MOST_H),
        ("from_h", envelope.from_h, 0.0, DAY_H - 1 / QUARTERS_PER_H),
        ("until_h", envelope.until_h, 0.0, DAY_H),
        *((f"{SITE}{site}", most_kw, 0.0, 1e9) for site, most_kw in envelope.moved_max_kw),
    ]
    faults = [
        _fault(name, value, f"between {least:g} and {most:,g}")
        for name, value, least, most in ranges
        if not (math.isfinite(value) and least <= value <= most)
    ]
    for name, hour in (("from_h", envelope.from_h), ("until_h", envelope.until_h)):
        if math.isfinite(hour) and not (hour * QUARTERS_PER_H).is_integer():
            faults.append(_fault(name, hour, "a quarter of an hour"))
    names = sorted(site for site, _ in envelope.moved_max_kw)
    twice = sorted({one for one, following in pairwise(names) if one == following})
    return faults + [_fault(f"{SITE}{site}", "named twice", "one bound a site") for site in twice]


def _fault(name: str, value: object, limit: str) -> Finding:
    return Finding(
        subject=f"envelope {name}",
        value=str(value),
        limit=limit,
        mend="Change it and ask again; nothing was changed.",
    )
