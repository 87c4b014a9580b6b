"""A number as Slurm writes it: plain, nothing, or with a note whether it is set.

Until 22.05 numbers are plain and unset ones null, 0, or the C constants of `slurm.h`; from 23.02 on they are objects
`{"set": true, "infinite": false, "number": 7}`.
"""

from datetime import UTC, datetime

UNSET = frozenset({0xFFFE, 0xFFFFFFFE, 0xFFFFFFFFFFFFFFFE})
INFINITE = frozenset({0xFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF})
LATEST_S = 253_402_300_799


def number(raw: object) -> int | None:
    """A whole number, None where it is not set or has no bound. Raises ValueError for anything else."""
    if isinstance(raw, dict):
        if not raw.get("set", False) or raw.get("infinite", False):
            return None
        return number(raw.get("number"))
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError(f"{raw!r} is no number of Slurm")
    value = int(raw)
    return None if value in UNSET or value in INFINITE else value


def instant(raw: object) -> datetime | None:
    """An instant from seconds since 1970, None for 0 and what is not set. Raises ValueError for anything else."""
    value = number(raw)
    if not value:
        return None
    if not 0 < value <= LATEST_S:
        raise ValueError(f"{value} s since 1970 is no instant")
    return datetime.fromtimestamp(value, UTC)
