"""How is a refusal said? In one shape, whatever went wrong: subject, value, limit, next step, of every fault."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from starlette.responses import JSONResponse

from gridtide.finding import Finding
from gridtide.trust.said import value_of


class Fault(BaseModel):
    """What is wrong with a request: what is at fault, what stands there, what would be right, and what to do next.
    said: the value by its key and figures, where it has these."""

    subject: str
    value: str
    limit: str
    next_step: str
    said: Any = None


class Faults(BaseModel):
    """Every fault of a request."""

    errors: list[Fault]


class Refused(Exception):
    """A request that is answered with faults. headers: of the answer. who: as whom the audit knows who asked, where
    that is known although it was refused."""

    def __init__(
        self,
        status: int,
        findings: Iterable[Finding],
        headers: Mapping[str, str] | None = None,
        who: str = "",
    ) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(str(finding) for finding in self.findings))
        self.status, self.headers, self.who = status, dict(headers or {}), who


def refused(
    status: int, subject: str, value: str, limit: str, next_step: str, **headers: str
) -> Refused:
    """A refusal with one fault. headers: of the answer, `_` for `-` in their names."""
    finding = Finding(subject=subject, value=value, limit=limit, mend=next_step)
    return Refused(
        status, [finding], {name.replace("_", "-"): text for name, text in headers.items()}
    )


def answer_of(problem: Refused) -> JSONResponse:
    """What who asked is told."""
    said = [
        {
            "subject": finding.subject,
            "value": finding.value,
            "limit": finding.limit,
            "next_step": finding.mend,
            **({} if value_of(finding.value) is None else {"said": value_of(finding.value)}),
        }
        for finding in problem.findings
    ]
    return JSONResponse({"errors": said}, problem.status, problem.headers)
