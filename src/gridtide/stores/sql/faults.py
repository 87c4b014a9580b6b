"""What a database's refusals mean for the house, whichever database said them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from gridtide.finding import BadInput, Finding
from gridtide.trust.record import StoreFullError, StoreLostError

FULL_STATES = ("53100",)
LOST_STATES = ("08", "57P", "53300", "25P03", "55P03")
DAMAGED_STATES = ("XX001", "XX002")
EDITED_BY_HAND = ("no such table", "no such column", "Could not decode to UTF-8")
MEND_DAMAGE = (
    "Stop gridtide, keep the file, and restore a copy (docs/stores.md); `sqlite3 FILE .recover`"
    " saves what can be read."
)


@contextmanager
def told_plainly(name: str) -> Iterator[None]:
    """Raise what a database refuses as StoreFullError, StoreLostError or BadInput. name: of the store."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as fault:
        raise _plain(name, fault) from fault
    except (DisconnectionError, NoConnectionLeft) as fault:
        raise _lost(name, str(fault)) from fault


def _plain(name: str, fault: DBAPIError | sqlite3.Error) -> Exception:
    original = fault.orig if isinstance(fault, DBAPIError) else fault
    said = str(original).strip().splitlines()[0] if str(original).strip() else str(fault)
    if said.startswith(EDITED_BY_HAND) and isinstance(original, sqlite3.Error):
        return damaged(name, said)
    code = getattr(original, "sqlite_errorcode", None)
    state = getattr(original, "sqlstate", None) or ""
    if code is not None:
        return _of_sqlite(name, said, code & 0xFF) or fault
    if state.startswith(FULL_STATES):
        return _full(name, said)
    if state.startswith(DAMAGED_STATES):
        return damaged(name, said)
    if state.startswith(LOST_STATES) or _unconnected(fault, original):
        return _lost(name, said)
    return fault


def _of_sqlite(name: str, said: str, code: int) -> Exception | None:
    if code == sqlite3.SQLITE_FULL:
        return _full(name, said)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(name, said)
    lost = (
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
    )
    return _lost(name, said) if code in lost else None


def _unconnected(fault: Exception, original: BaseException | None) -> bool:
    """Whether the connection broke, or PostgreSQL was not reached at all, which has no state."""
    if getattr(fault, "connection_invalidated", False):
        return True
    return type(original).__name__ == "OperationalError" and not getattr(original, "sqlstate", None)


def _full(name: str, said: str) -> StoreFullError:
    return StoreFullError(
        f"{name}: {said}; nothing of this was kept. Make room on its disk; writing goes on by itself then."
    )


def _lost(name: str, said: str) -> StoreLostError:
    return StoreLostError(
        f"{name}: {said}; nobody knows whether this was kept. Look whether the database runs and may be written;"
        " the next write connects anew."
    )


def damaged(name: str, said: str) -> BadInput:
    """What to do with a database that cannot be read."""
    return BadInput(
        [
            Finding(
                subject=name,
                value=said,
                limit="a database that can be read whole",
                mend=MEND_DAMAGE,
            )
        ]
    )
