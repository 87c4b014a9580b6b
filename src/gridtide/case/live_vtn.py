"""[[openadr]] url: a VTN that is asked while a room runs; what it tells goes into the recording that calls are read
from, so that a case run later hears what the room heard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gridtide.case.addresses import address_fault, given_away, on_this_machine, secret_text
from gridtide.case.openadr import agreement_of
from gridtide.case.schema import CaseFile, OpenAdrTable
from gridtide.case.work import resolved
from gridtide.finding import BadInput, Finding
from gridtide.loop.clock import WallClock
from gridtide.loop.world import Clock
from gridtide.sources.openadr.access import Access, Patience
from gridtide.sources.openadr.connection import Connection
from gridtide.sources.openadr.recorder import Recorder
from gridtide.sources.openadr.ven import Ven

PATIENCE = Patience(
    attempts=2, first_wait_s=0.5, longest_wait_s=1.0, answer_within_s=5.0, whole_within_s=20.0
)
"""Other sources are read by the same thread: who does not answer is asked again with the next poll."""


@dataclass(kw_only=True, eq=False)
class AskedVtn:
    """A VTN that is asked again and again, and what writes down where it says something new. path: the recording."""

    ven: Ven
    recorder: Recorder
    path: Path
    clock: Clock

    def fetch(self, check: Callable[[Path], object]) -> None:
        """Ask once. Raises BadInput where it does not answer, which is written down once: a default may hold then.
        check: of a file that is fetched; a recording is only appended to."""
        now = self.clock.now().replace(microsecond=0)
        poll = self.ven.poll()
        if not poll.unanswered or self.path.exists():
            self.recorder.change(poll, now)
        if poll.unanswered:
            raise BadInput(poll.unanswered)


def asked_vtn(case: CaseFile, folder: Path, number: int) -> AskedVtn:
    """The VTN of the table with a number, from 1 on. Raises BadInput where its secret cannot be had."""
    table, clock = case.openadr[number - 1], WallClock()
    assert table.url is not None and table.client_id is not None
    access = Access(
        url=table.url,
        client_id=table.client_id,
        client_secret=secret_text(
            table.secret_file, table.secret_env, folder, f"openadr[{number}]"
        ),
        token_url=table.token_url,
        plain_http=on_this_machine(table.url),
    )
    ven = Ven(
        connection=Connection(access, clock, PATIENCE),
        agreement=agreement_of(table, case),
        name=table.site,
        programs=table.programs,
        targets=table.targets,
    )
    path = resolved(table.path, folder)
    return AskedVtn(ven=ven, recorder=Recorder(path), path=path, clock=clock)


def vtn_faults(case: CaseFile) -> Iterator[Finding]:
    """Tables that cannot be asked as they say."""
    for number, table in enumerate(case.openadr, start=1):
        key = f"openadr[{number}]"
        if table.url is None:
            yield from _without_url(key, table)
            continue
        yield from given_away(f"{key}.url", table.url, secret=True)
        if table.token_url is not None:
            yield from given_away(f"{key}.token_url", table.token_url, secret=True)
        if table.client_id is None:
            limit = "the client that the operator named"
            yield address_fault(f"{key}.client_id", "is missing", limit, "Give client_id.")
        if (table.secret_file is None) == (table.secret_env is None):
            limit = "secret_file or secret_env"
            said = "is missing" if table.secret_file is None else "stands beside secret_env"
            yield address_fault(f"{key}.secret_file", said, limit, "Keep one of both.")


def _without_url(key: str, table: OpenAdrTable) -> Iterator[Finding]:
    said = {
        "client_id": table.client_id,
        "secret_file": table.secret_file,
        "secret_env": table.secret_env,
        "token_url": table.token_url,
        "targets": table.targets or None,
    }
    for name, value in said.items():
        if value is not None:
            limit = "a VTN to be asked"
            yield address_fault(f"{key}.{name}", "has no url", limit, "Give url, or leave it out.")
