"""When a checkpoint counts: written after the signal, whole by the sign its owner declared, and no longer growing."""

from dataclasses import dataclass
from datetime import UTC, datetime

from gridtide.wire.slurm.hints import Whole

DONE = ".done"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What stands at a checkpoint's path: a file or a folder with everything in it.

    inode: of the path itself; newest_ns: when the last of it was written, in nanoseconds since 1970; bytes and files:
    all of it; done_ns: when the file of its name with `.done` was, None where there is none.
    """

    inode: int
    newest_ns: int
    bytes: int
    files: int
    done_ns: int | None = None


def written_at(seen: Seen) -> datetime:
    """When the last of it was written."""
    return datetime.fromtimestamp(seen.newest_ns / 1e9, UTC)


def lacking(
    before: Seen | None, last: Seen | None, seen: Seen | None, told_at: datetime, whole: Whole
) -> str | None:
    """What a checkpoint still lacks; None where it counts. before: at the signal; last: at the look before this one."""
    told_ns = int(told_at.timestamp() * 1e9)
    if seen is None or not seen.files or not seen.bytes:
        return "there is no checkpoint"
    if seen.newest_ns < told_ns or seen == before:
        return f"the checkpoint is of {written_at(seen)}, before the signal"
    if whole is Whole.RENAME and before is not None and seen.inode == before.inode:
        return "it was written over the old one, not renamed over it"
    if whole is Whole.DONE and (
        seen.done_ns is None or seen.done_ns < max(told_ns, seen.newest_ns)
    ):
        return f"no {DONE} was written after it: it may be half"
    if seen != last:
        return "it is still growing"
    return None
