"""What is wrong with something that came from outside, said so that a person can mend it."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Value = TypeVar("Value")
HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Categories of characters that are not seen and that a terminal or an editor acts on."""


def plain(said: str, keep: str = "\n") -> str:
    """Words of others that no terminal obeys: control characters and marks of direction stand as escapes."""
    if said.isprintable():
        return said
    return "".join(
        one.encode("unicode_escape").decode()
        if unicodedata.category(one) in HIDDEN and one not in keep
        else one
        for one in said
    )


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault of an input.

    subject: what is at fault, as its owner would name it (`jobs.csv row 12`, `site.pool.accelerators`).
    value: what stands there, as text.
    limit: what would be right.
    mend: the next step for the person who reads this.
    """

    subject: str
    value: str
    limit: str
    mend: str

    def __str__(self) -> str:
        return plain(f"{self.subject}: {self.value}; {self.limit}. {self.mend}")


class InputError(Exception):
    """Something from outside stops the work; carries every fault found, not only the first, each once."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(dict.fromkeys(findings))
        super().__init__("\n".join(str(finding) for finding in self.findings))


class BadInput(InputError):
    """Input that cannot be used: exit code 2 at the door."""


class Infeasible(InputError):
    """Well-formed input whose promises and limits cannot hold together: exit code 3 at the door."""


class Stale(InputError):
    """A source has nothing fresh enough to decide on: exit code 4 at the door."""


def refuse_if_any(findings: Iterable[Finding]) -> None:
    """Raise BadInput with all findings when there are any."""
    found = tuple(findings)
    if found:
        raise BadInput(found)


class Gathered:
    """Faults of several inputs, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def of(self, read: Callable[[], Value]) -> Value | None:
        """What `read` gives; None, its faults kept, when it raises BadInput."""
        try:
            return read()
        except BadInput as error:
            self.findings += error.findings
            return None

    def refuse_if_any(self) -> None:
        """Raise BadInput with everything gathered."""
        refuse_if_any(self.findings)
