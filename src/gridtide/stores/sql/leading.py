"""One process leads: by the lock of a session on PostgreSQL, by the lock of a file beside the database on SQLite.

Either way a new leader has a higher epoch than all before it, and whoever writes with an older one is refused by the
database. A leader on PostgreSQL that did not renew for longer than its lease has its session ended by the next one.
"""

from contextlib import suppress

from sqlalchemy import Connection, func, select, text

from gridtide.loop.leadership import Leads
from gridtide.stores.file_lock import FileLock
from gridtide.stores.sql.faults import told_plainly
from gridtide.stores.sql.opening import CLAIMING, LEADING, Database
from gridtide.stores.sql.schema import EPOCHS
from gridtide.trust.record import NotLeadingError, StoreLostError

LEASE_S = 15.0
END_ALL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :program"
)
HOLDER = text(
    "SELECT seen.application_name AS program, extract(epoch FROM clock_timestamp() - seen.state_change) AS silent_s"
    " FROM pg_locks held JOIN pg_stat_activity seen ON seen.pid = held.pid"
    " WHERE held.locktype = 'advisory' AND held.objid = :key AND held.granted AND held.classid = 0"
    " AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def take_lead(database: Database, holder: str, lease_s: float = LEASE_S) -> Leads:
    """Lead from now on, or be told who does.

    holder: as others will read who leads. lease_s: a leader on PostgreSQL that was silent for longer is put aside.
    Raises NotLeadingError with who leads, StoreLostError, StoreFullError.
    """
    if database.path is not None:
        return _FileLead(database, holder)
    return _SessionLead(database, holder, lease_s)


class _FileLead:
    """Leads while the process lives and holds the file's lock."""

    def __init__(self, database: Database, holder: str) -> None:
        assert database.path is not None
        self._database = database
        self._lock = FileLock(database.path.with_name(database.path.name + ".lead"), holder)
        try:
            self._epoch: int | None = _next_epoch(database, holder)
        except BaseException:
            self._lock.release()
            raise

    @property
    def epoch(self) -> int:
        """Higher than that of every leader before. Raises NotLeadingError after it resigned."""
        return _standing(self._database, self._epoch)

    def renew(self) -> None:
        """A lock of a living process stands; the epoch is looked at, since files can be removed by hand."""
        epoch = self.epoch
        with self._database.reading() as connection:
            newest = connection.scalar(select(func.max(EPOCHS.c.epoch)))
        if newest != epoch:
            self.resign()
            raise _over(self._database, epoch, newest)

    def resign(self) -> None:
        """Let go of the lock."""
        self._epoch = None
        self._lock.release()


class _SessionLead:
    """Leads while its session holds the lock, or a new session takes it again before anybody else."""

    def __init__(self, database: Database, holder: str, lease_s: float) -> None:
        self._database = database
        self._session: Connection | None = _session(database)
        try:
            with told_plainly(database.name):
                _locked(database, self._session, lease_s)
            self._epoch: int | None = _next_epoch(database, holder)
        except BaseException:
            self._let_go()
            raise

    @property
    def epoch(self) -> int:
        """Higher than that of every leader before. Raises NotLeadingError after it resigned."""
        return _standing(self._database, self._epoch)

    def renew(self) -> None:
        """Show life on the session; where it was lost, take the lock again unless somebody else leads by now."""
        epoch = self.epoch
        try:
            newest = self._newest() if self._session else self._again()
        except StoreLostError:
            self._let_go()
            newest = self._again()
        if newest != epoch:
            self.resign()
            raise _over(self._database, epoch, newest)

    def resign(self) -> None:
        """Let go of the lock, and end the session; where that is lost, so is the lock."""
        self._epoch = None
        if self._session is not None:
            with suppress(StoreLostError), told_plainly(self._database.name):
                self._session.execute(select(func.pg_advisory_unlock(LEADING)))
        self._let_go()

    def _let_go(self) -> None:
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None

    def _again(self) -> int | None:
        """The newest epoch, once a new session holds the lock."""
        self._session = _session(self._database)
        try:
            with told_plainly(self._database.name):
                held = self._session.scalar(select(func.pg_try_advisory_lock(LEADING)))
            newest = self._newest()
        except StoreLostError:
            self._let_go()
            raise
        if not held:
            self.resign()
            raise _somebody_else(self._database, "holds its lock")
        return newest

    def _newest(self) -> int | None:
        assert self._session is not None
        with told_plainly(self._database.name):
            newest: int | None = self._session.scalar(select(func.max(EPOCHS.c.epoch)))
        return newest


def _session(database: Database) -> Connection:
    """A connection that stays, outside of any transaction."""
    with told_plainly(database.name):
        return database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _locked(database: Database, session: Connection, lease_s: float) -> None:
    """Take the lock, from a leader that was silent for longer than its lease by ending all its sessions: one that was
    paused in the middle of writing holds nobody up."""
    if session.scalar(select(func.pg_try_advisory_lock(LEADING))):
        return
    held = session.execute(HOLDER, {"key": LEADING}).first()
    if held is not None:
        if held.silent_s <= lease_s:
            raise _somebody_else(database, f"was heard {held.silent_s:.0f} s ago")
        session.execute(END_ALL, {"program": held.program})
    session.execute(select(func.pg_advisory_lock(LEADING)))


def _next_epoch(database: Database, holder: str) -> int:
    with database.changing() as connection:
        if database.path is None:
            connection.execute(select(func.pg_advisory_xact_lock(CLAIMING)))
        epoch = 1 + (connection.scalar(select(func.max(EPOCHS.c.epoch))) or 0)
        connection.execute(EPOCHS.insert().values(epoch=epoch, holder=holder))
    return epoch


def _somebody_else(database: Database, said: str) -> NotLeadingError:
    with database.reading() as connection:
        newest = connection.execute(select(EPOCHS).order_by(EPOCHS.c.epoch.desc())).first()
    who = "somebody" if newest is None else f"{newest.holder} (epoch {newest.epoch})"
    return NotLeadingError(
        f"{database.name}: {who} leads and {said}. Stop it first, or wait until it is silent for longer than its lease."
    )


def _over(database: Database, epoch: int, newest: int | None) -> NotLeadingError:
    return NotLeadingError(f"{database.name}: epoch {newest} leads; epoch {epoch} is over")


def _standing(database: Database, epoch: int | None) -> int:
    if epoch is None:
        raise NotLeadingError(
            f"{database.name}: this leader has resigned; nothing is written with it"
        )
    return epoch
