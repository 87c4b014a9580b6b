"""What-ifs as a person writes them: `deadline +2h`, `price Nantong -10%`, `import Nantong +500kW`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gridtide.finding import Finding

OUT = "out"
UNITS: dict[str, dict[str, float]] = {
    "price": {"%": 0.01},
    "carbon": {"%": 0.01},
    "demand": {"%": 0.01},
    "import": {"kW": 1.0, "MW": 1000.0},
    "machines": {"": 1.0},
    "requests": {"%": 0.01},
    "deadline": {"h": 3600.0, "min": 60.0},
    "work": {"%": 0.01},
    "site": {},
}
"""What can be changed -> the units it is written in, and what one of each is in shares, kW, pieces or seconds."""

NAMES = {
    "price": "SITE",
    "demand": "SITE",
    "import": "SITE",
    "machines": "PLACE",
    "requests": "SERVICE",
    "site": "SITE",
}
WHOLE = ("work", "site")
OF_A_JOB = ("deadline", "work")
FORMS = (
    "price SITE +10%",
    "carbon +10%",
    "demand SITE +10%",
    "import SITE -500kW",
    "machines PLACE +8",
    "requests SERVICE +10%",
    "deadline +2h",
    "work +10%",
    "work out",
    "site SITE out",
)
AMOUNT = re.compile(r"([+-]\d+(?:\.\d+)?)\s*(%|kW|MW|h|min)?$")
WRITE = "Write --what-if 'deadline +2h', or another of its forms."


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One what-if. kind: what is changed; name: of the site or place, empty where there is one only.

    amount: shares, kW, pieces or seconds; None where the thing is taken out whole.
    """

    text: str
    kind: str
    name: str
    amount: float | None


def asked_of(
    texts: Iterable[str], names: Mapping[str, Sequence[str]], of_a_job: bool
) -> tuple[list[Asked], list[Finding]]:
    """What-ifs as written, and every fault of them.

    names: what there is by SITE, PLACE and SERVICE. of_a_job: whether it is a job that is asked about.
    """
    asked: list[Asked] = []
    faults: list[Finding] = []
    for text in texts:
        found = _read(text, names, of_a_job)
        if isinstance(found, Finding):
            faults.append(found)
        else:
            asked.append(found)
    return asked, faults


def _read(text: str, names: Mapping[str, Sequence[str]], of_a_job: bool) -> Asked | Finding:
    kind, _, rest = text.strip().partition(" ")
    if kind not in UNITS:
        return refused(text, f"{kind!r} cannot be changed", "one of " + ", ".join(UNITS))
    if kind in OF_A_JOB and not of_a_job:
        return refused(text, "is about a job", "a job as ID, for a service has neither")
    name, amount = _name_and_amount(rest.strip(), kind)
    if amount is None:
        return refused(text, "is not written so", "written as " + _forms_of(kind))
    known = names.get(NAMES.get(kind, ""), [""])
    if name not in known:
        return _no_such(text, name, NAMES.get(kind, ""), known)
    return Asked(text=text, kind=kind, name=name, amount=None if amount == OUT else float(amount))


def _name_and_amount(rest: str, kind: str) -> tuple[str, float | str | None]:
    """What stands before the amount, and the amount in the kind's own measure; None where it is none."""
    name, _, last = rest.rpartition(" ")
    if last == OUT and kind in WHOLE:
        return name.strip(), OUT
    match = AMOUNT.search(rest)
    unit = (match[2] or "") if match else ""
    if (
        match is None
        or unit not in UNITS[kind]
        or (match.start() and rest[match.start() - 1] != " ")
    ):
        return "", None
    return rest[: match.start()].strip(), float(match[1]) * UNITS[kind][unit]


def _forms_of(kind: str) -> str:
    return " or ".join(form for form in FORMS if form.split()[0] == kind)


def _no_such(text: str, name: str, what: str, known: Sequence[str]) -> Finding:
    if not what:
        return refused(text, f"names {name!r}", "no name, for there is one only")
    near = get_close_matches(name, known, n=3, cutoff=0.3) or list(known)[:5]
    return refused(text, f"there is no {what.lower()} {name!r}", "such as " + ", ".join(near))


def refused(text: str, value: str, limit: str) -> Finding:
    """A what-if that cannot be answered."""
    return Finding(subject=f"--what-if {text!r}", value=value, limit=limit, mend=WRITE)
