"""Which keys do requests and answers hold? What is asked is strict; what rooms say passes as it is."""

from typing import Annotated, Any, Literal

from fastapi import Depends
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from gridtide.doors.api.problems import Faults

ODD = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
"""Signs that end a line, or turn text around it."""
Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=rf"^[^{ODD}]*[^\s{ODD}][^{ODD}]*$",
        description="Why, in words, as the audit keeps it.",
    ),
]
DECISION = r"^[0-9A-Za-z_.:-]{1,128}$"
Table = dict[str, Any]
BEARER = Depends(HTTPBearer(auto_error=False, description="A token of `gridtide serve`."))
"""Says in /openapi.json that a token is needed; the guard sees to it."""


class Asked(BaseModel):
    """What somebody asks, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Reason


class Answered(Asked):
    """An answer to a proposal. digest: of what is meant, as /api/proposals shows it; nothing else is approved."""

    digest: Annotated[str, Field(pattern=DECISION)]


Named = Annotated[str, Field(min_length=1, max_length=300)]
Names = Annotated[list[Named], Field(max_length=500)]
Powers = dict[Named, Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]]
Some: Any = Field(default={}, max_length=100)


class Changes(BaseModel):
    """What an edit changes of a decision; what is not named stays as it is. leave_jobs, leave_sites: stay as they are
    told now. begin: of jobs, instants with offset. store_most_kw, store_least_kw, moved_most_kw: by site."""

    model_config = ConfigDict(extra="forbid", strict=True)

    leave_jobs: Names = []
    leave_sites: Names = []
    begin: Annotated[dict[Named, Annotated[str, Field(max_length=40)]], Some]
    store_most_kw: Annotated[Powers, Some]
    store_least_kw: Annotated[Powers, Some]
    moved_most_kw: Annotated[Powers, Some]


class AskedEdit(Changes, Answered):
    """An edit of a decision that waits."""


class AskedAdvice(Answered):
    """Advice on a proposal. approve: whether to approve it, or to reject it. edit: how to edit it before it is
    approved."""

    approve: bool
    edit: Changes | None = None


class AskedMode(Asked):
    """Another mode."""

    mode: Literal["observe", "advise", "act", "emergency"]


class AskedEnvelope(Asked):
    """Another envelope: bounds by name, as /api/state shows them."""

    envelope: Annotated[
        dict[str, Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]],
        Field(min_length=1, max_length=100),
    ]


class Said(BaseModel):
    """What came of what somebody asked. held: whether it holds now; said: in English, value: by its key and figures, as
    /api/names has it in Chinese; needs: how many more people it takes."""

    held: bool
    said: str
    value: Any = None
    needs: int


class FrameSaid(BaseModel):
    """The newest frame."""

    number: int
    at: str
    values: Table


class SitesSaid(BaseModel):
    """Every site whole, as of the newest frame. number: of that frame."""

    number: int
    at: str
    items: list[Table]


class Listed(BaseModel):
    """A list, in the order the path says."""

    items: list[Table]


class Alive(BaseModel):
    """That the process answers. room: opening, open, failed or closed."""

    alive: bool
    room: str
    version: str


class Ready(BaseModel):
    """Whether the room may be relied on, and what keeps it from it."""

    ready: bool
    because: list[str]


FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": Faults, "description": said}
    for status, said in (
        (400, "The request cannot be read."),
        (401, "Nobody who is known."),
        (403, "Known, but not allowed; or sent by a foreign page."),
        (421, "Asked by a name that is not of this machine."),
        (422, "Something that was asked does not fit."),
        (429, "Too often; Retry-After says when again."),
        (503, "The control room is not open yet, or closed."),
    )
}
ACT_FAULTS: dict[int | str, dict[str, Any]] = {
    **FAULTS,
    202: {"model": Said, "description": "Asked; it takes more people."},
    404: {"model": Faults, "description": "There is none of this id."},
    408: {"model": Faults, "description": "The body did not come in time."},
    409: {"model": Faults, "description": "It does not hold, and why."},
    413: {"model": Faults, "description": "The body is too long."},
    415: {"model": Faults, "description": "The body is no JSON."},
}
