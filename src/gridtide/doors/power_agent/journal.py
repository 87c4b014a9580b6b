"""What is lent, in a file that is whole at every instant."""

import json
from pathlib import Path

from gridtide.doors.power_agent.lent import Kept
from gridtide.doors.whole_file import write_whole
from gridtide.finding import BadInput, Finding
from gridtide.fleet.lease import Lease
from gridtide.wire.gate import gate_json, gate_of
from gridtide.wire.nouns import noun_of, plain


class FileJournal:
    """A file that is replaced as a whole, and on the disk before `write` returns where that is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Kept:
        """What the file says; empty where there is none. Raises OSError and BadInput."""
        try:
            written = self.path.read_bytes()
        except FileNotFoundError:
            return Kept()
        try:
            value = json.loads(written.decode())
            leases = [noun_of(Lease, one, "lease") for one in value["leases"]]
            return Kept(leases=tuple(leases), gate=gate_of(value["gate"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadInput([_unreadable(self.path)]) from None

    def write(self, kept: Kept, durable: bool = True) -> None:
        """Replace the file. Raises OSError, and then the file is as it was."""
        value = {"leases": [plain(one) for one in kept.leases], "gate": gate_json(kept.gate)}
        write_whole(self.path, json.dumps(value, ensure_ascii=False, allow_nan=False), durable)


def _unreadable(path: Path) -> Finding:
    return Finding(
        subject=str(path),
        value="is no journal of leases",
        limit="the file as the power agent wrote it",
        mend="Remove it: what is unknown goes back to rest.",
    )
