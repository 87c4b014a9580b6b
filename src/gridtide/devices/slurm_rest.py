"""Jobs of a Slurm cluster, by slurmrestd: the queue, start times and their release.

Pauses need signals, a requeue and a look at the checkpoint, which slurmrestd does not offer: `slurm_cli.py` has them.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.fleet.device import QueuedJob, Restraint, UnreachableError
from gridtide.fleet.ticket import Gate, Outcome, Ticket
from gridtide.loop.clock import WallClock
from gridtide.loop.world import Clock
from gridtide.wire.slurm.allowed import Allowed, allowed_by, timeout_faults
from gridtide.wire.slurm.begins import Begins, TurnedDownError
from gridtide.wire.slurm.jobs import Decoded, SlurmJob, decode_jobs
from gridtide.wire.slurm.mark import unmarked
from gridtide.wire.slurm.rest import OPENAPI, Api, api_of, errors_in

if TYPE_CHECKING:
    import httpx2

SAID_MOST = 300
NO_ENTRY = (401, 403)


@dataclass(frozen=True, kw_only=True)
class Access:
    """Where slurmrestd is and as whom it is asked: by a socket on this machine, or a URL.

    user, token_file: sent as X-SLURM-USER-NAME and X-SLURM-USER-TOKEN; the file is read again for each request, so
    that a token may be renewed there. Raises BadInput where neither or both places are named, or a token would travel
    in plain text to another machine.
    """

    url: str | None = None
    socket: Path | None = None
    user: str | None = None
    token_file: Path | None = None
    timeout_s: float = 20.0

    def __post_init__(self) -> None:
        refuse_if_any(timeout_faults(self.timeout_s))
        if (self.url is None) is (self.socket is None):
            raise BadInput(
                [_misplaced(f"{self.url} and {self.socket}", "either a URL or a socket")]
            )
        if self.url is not None and self.token_file is not None and not _private(self.url):
            raise BadInput(
                [_misplaced(self.url, "https, where a token is sent to another machine")]
            )


@dataclass(kw_only=True)
class _Rest:
    """One cluster by slurmrestd; satisfies Controller."""

    access: Access
    clock: Clock
    accelerators: tuple[str, ...]
    transport: "httpx2.BaseTransport | None"
    _api: Api | None = field(default=None)

    def jobs(self) -> Decoded:
        api = self.api()
        try:
            decoded = decode_jobs(self._asked("GET", api.jobs), self.accelerators)
        except ValueError as error:
            raise UnreachableError(f"{api.jobs} of {self._where} gave no jobs: {error}") from error
        if api.field == "admin_comment":
            return decoded
        return replace(decoded, jobs=tuple(_marked_in_its_comment(job) for job in decoded.jobs))

    def tell(self, job: SlurmJob, begin_at: datetime, admin_comment: str) -> None:
        api = self.api()
        changed = None if admin_comment == job.admin_comment else admin_comment
        answer = self._asked("POST", api.job(job.id), api.told(begin_at, changed, self.clock.now()))
        said = errors_in(answer)
        if said is not None:
            raise TurnedDownError(f"{api.version} of {self._where}: {said[:SAID_MOST]}")

    def api(self) -> Api:
        """What this server can be asked, found once."""
        if self._api is None:
            self._api = self._discovered()
        return self._api

    def _discovered(self) -> Api:
        wrong = "it says nothing of itself"
        for path in OPENAPI:
            document = self._asked("GET", path)
            if document is None:
                continue
            try:
                return api_of(document)
            except ValueError as error:
                wrong = str(error)
        raise UnreachableError(f"{OPENAPI[0]} of {self._where}: {wrong}; see slurmrestd -s list")

    def _asked(self, method: str, path: str, body: object = None) -> object:
        """The document of an answer, None where there is none at that path."""
        import httpx2

        try:
            with self._client() as client:
                answer = client.request(method, path, json=body, headers=self._headers())
        except (httpx2.HTTPError, OSError) as error:
            said = f"{type(error).__name__} {error}"
            raise UnreachableError(
                f"{self._where} does not answer: {said}; see whether slurmrestd runs"
            ) from error
        if answer.status_code in NO_ENTRY:
            raise UnreachableError(
                f"{self._where} lets nobody in with this token; renew it: scontrol token"
            )
        try:
            document: object = json.loads(answer.content)
        except ValueError:
            document = None
        if method == "GET" and answer.status_code >= 400:
            said = errors_in(document) or ""
            if path in OPENAPI:
                return None
            self._api = None
            raise UnreachableError(
                f"{path} of {self._where}: {answer.status_code} {said[:SAID_MOST]}"
            )
        if answer.status_code >= 400 and errors_in(document) is None:
            raise TurnedDownError(f"{path} of {self._where}: {answer.status_code}")
        return document

    def _client(self) -> "httpx2.Client":
        import httpx2

        own = (
            None
            if self.access.socket is None
            else httpx2.HTTPTransport(uds=str(self.access.socket))
        )
        return httpx2.Client(
            base_url=self.access.url or "http://localhost",
            transport=self.transport or own,
            timeout=self.access.timeout_s,
            trust_env=False,
        )

    def _headers(self) -> dict[str, str]:
        named = {} if self.access.user is None else {"X-SLURM-USER-NAME": self.access.user}
        if self.access.token_file is None:
            return named
        return {**named, "X-SLURM-USER-TOKEN": self.access.token_file.read_text().strip()}

    @property
    def _where(self) -> str:
        return f"slurmrestd at {self.access.url or self.access.socket}"


def slurm_rest(
    *,
    partitions: str,
    users: str | None = None,
    accounts: str | None = None,
    longest_h: float = 24.0,
    accelerators: str = "gpu",
    url: str | None = None,
    socket: Path | None = None,
    user: str | None = None,
    token_file: Path | None = None,
    timeout_s: float = 20.0,
) -> "SlurmRest":
    """The device from the values of a table. partitions, users, accounts, accelerators: names with blanks between.
    The others are as Access has them. Raises BadInput."""
    gathered = Gathered()
    allowed = gathered.of(lambda: allowed_by(partitions, users, accounts, longest_h))
    access = gathered.of(
        lambda: Access(
            url=url, socket=socket, user=user, token_file=token_file, timeout_s=timeout_s
        )
    )
    gathered.refuse_if_any()
    assert allowed is not None and access is not None
    return SlurmRest(
        clock=WallClock(), allowed=allowed, access=access, accelerators=tuple(accelerators.split())
    )


class SlurmRest:
    """A cluster of Slurm by slurmrestd; satisfies QueuesJobs and Restrains.

    accelerators: names of the generic resources that count. findings: what of the newest reading nobody could use.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        allowed: Allowed,
        access: Access,
        accelerators: tuple[str, ...] = ("gpu",),
        gate: Gate | None = None,
        transport: "httpx2.BaseTransport | None" = None,
    ) -> None:
        self._rest = _Rest(
            access=access, clock=clock, accelerators=accelerators, transport=transport
        )
        self._begins = Begins(
            controller=self._rest, clock=clock, allowed=allowed, gate=gate or Gate()
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What of the newest reading of the queue nobody could use."""
        return self._begins.findings

    def version(self) -> str:
        """The version of the paths that the server names itself. Raises UnreachableError."""
        return self._rest.api().version

    def queue(self) -> tuple[QueuedJob, ...]:
        """Jobs that wait, run or ended lately, by id. Raises UnreachableError."""
        return self._begins.queue()

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on, not before its owner's own begin time."""
        return self._begins.begin_at(ticket, job, at)

    def restraints(self) -> tuple[Restraint, ...]:
        """Start times that hold now, as the queue says. Raises UnreachableError."""
        return self._begins.restraints()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let a job begin when its owner asked for, or at once."""
        return self._begins.release(ticket, subject)


def _marked_in_its_comment(job: SlurmJob) -> SlurmJob:
    """A job of a server that cannot write admin comments: the mark stands in the comment itself."""
    return replace(job, admin_comment=job.comment, comment=unmarked(job.comment))


def _private(url: str) -> bool:
    """Whether what is sent there is encrypted or stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")


def _misplaced(value: str, limit: str) -> Finding:
    return Finding(
        subject="slurmrestd",
        value=value,
        limit=limit,
        mend="name its place in the device's settings",
    )
