"""How slurmrestd is spoken to: its version found in what it says of itself, never written down here.

Every release of Slurm brings another version of the paths and drops an old one; the newest that the server names is
used. Its schema says how a start time is told: as an object with `set` from v0.0.39 on; before that as text, though
the schema says a number.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridtide.wire.slurm.allowed import is_job_id

OPENAPI = ("/openapi/v3", "/openapi.json", "/openapi")
_JOBS = re.compile(r"/slurm/(v\d+\.\d+\.\d+)/jobs/?")


@dataclass(frozen=True, kw_only=True)
class Api:
    """What a slurmrestd can be asked. version: of its paths; begin_is_object: how a start time is told; field: the
    comment that a job can be given by it."""

    version: str
    begin_is_object: bool
    field: str

    @property
    def jobs(self) -> str:
        """Path of all jobs."""
        return f"/slurm/{self.version}/jobs"

    def job(self, job: str) -> str:
        """Path of one job. Raises ValueError for what is no id."""
        if not is_job_id(job):
            raise ValueError(f"{job!r} is no id of a job of Slurm")
        return f"/slurm/{self.version}/job/{job}"

    def told(self, begin_at: datetime, comment: str | None, now: datetime) -> dict[str, object]:
        """The body that gives a job a start time, and a comment where one is given."""
        body: dict[str, object] = {"begin_time": self._begin(begin_at, now)}
        return body if comment is None else {**body, self.field: comment}

    def _begin(self, begin_at: datetime, now: datetime) -> object:
        if self.begin_is_object:
            seconds = math.ceil(begin_at.timestamp())
            return {"set": True, "infinite": False, "number": seconds}
        ahead_s = math.ceil((begin_at - now).total_seconds())
        return f"now+{ahead_s + 1}" if ahead_s > 0 else "now"


def api_of(document: object) -> Api:
    """What a slurmrestd says of itself in its OpenAPI document. Raises ValueError where it names no jobs."""
    paths = document.get("paths") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(paths, Mapping):
        raise ValueError("it has no paths")
    versions = [found[1] for found in map(_JOBS.fullmatch, paths) if found is not None]
    if not versions:
        raise ValueError("it names no path of jobs; slurmrestd needs its plugin for slurmctld")
    version = max(versions, key=lambda one: [int(part) for part in one[1:].split(".")])
    told = _schema(document, paths.get(f"/slurm/{version}/job/{{job_id}}"))
    begin = _resolved(document, told.get("begin_time"))
    if not begin:
        raise ValueError(f"{version} does not say how a job is told its begin_time")
    return Api(
        version=version,
        begin_is_object=begin.get("type") == "object" or "properties" in begin,
        field="admin_comment" if "admin_comment" in told else "comment",
    )


def _schema(document: Mapping[str, object], path: object) -> Mapping[str, object]:
    """Properties of the body by which a job is changed."""
    at: object = path
    for key in ("post", "requestBody", "content", "application/json", "schema"):
        at = at.get(key) if isinstance(at, Mapping) else None
    properties = _resolved(document, at).get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _resolved(document: Mapping[str, object], schema: object) -> Mapping[str, object]:
    """A schema, looked up where it is a reference."""
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    at: object = document
    for key in reference.removeprefix("#/").split("/"):
        at = at.get(key) if isinstance(at, Mapping) else None
    return at if isinstance(at, Mapping) else {}


def errors_in(document: object) -> str | None:
    """What an answer complains about; None where it does not. It may do so with status 200."""
    found = document.get("errors") if isinstance(document, Mapping) else None
    if not isinstance(found, list) or not found:
        return None
    said = [
        str(one.get("error") or one.get("description") or one)
        if isinstance(one, Mapping)
        else str(one)
        for one in found
    ]
    return "; ".join(said)
