"""What the database of a service holds of its past: decisions with what they were made of, meters, jobs, answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gridtide.doors.results.recomputed_live import lives_of, whole_chain
from gridtide.finding import BadInput, Finding
from gridtide.fleet.service import Service
from gridtide.loop.basis import Basis, bases_at
from gridtide.loop.measured import Readings
from gridtide.loop.settling import SETTLED, HeldThrough, held_through
from gridtide.simulate.own_past import OwnPast
from gridtide.stores.parquet_history import ParquetHistory
from gridtide.stores.sql.blocks import SqlBlocks
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.opening import Database, history_of, open_to_read
from gridtide.stores.sql.readings import SqlReadings
from gridtide.stores.sql.schema import DOCUMENTS, OUTCOMES
from gridtide.timeline import epoch_s
from gridtide.trust.blocks import BlockFault
from gridtide.trust.record import Stage

Life = Sequence[Mapping[str, Any]]
REMEMBERED = 4096
"""Blocks that are not read again."""
AT_ONCE = 50
"""Versions of what a room remembered that are read together: each tells of every job that had ended by then."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StorePast:
    """name: of the store. past: of the period. lives: of its decisions, all records of each. lost_h: accelerator-hours
    that acts lost, with the instants. readings: of each site over the period."""

    name: str
    past: OwnPast
    lives: tuple[Life, ...]
    lost_h: tuple[tuple[datetime, float], ...]
    readings: tuple[Readings, ...]

    @property
    def services(self) -> tuple[Service, ...]:
        """The services of the fleet, by the last turn."""
        return self.past.turns[-1].mandate.services


class _OftenRead(SqlBlocks):
    """Blocks of which many are asked for again by the next turn: fleets, mandates, work that waits on."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._once = lru_cache(maxsize=REMEMBERED)(super().block)

    def block(self, hash: str) -> bytes:
        """The content of one."""
        return self._once(hash)


def past_of(store: str, last: timedelta | None) -> StorePast:
    """The last so long of what a database holds, None for all; nothing in it is changed.

    Raises BadInput where its chain is broken, a block is not what was kept, or nothing is kept of what its decisions
    were made of; StoreLostError."""
    database = open_to_read(store)
    try:
        return _past(database, last)
    finally:
        database.close()


def _past(database: Database, last: timedelta | None) -> StorePast:
    says = whole_chain(database.name, SqlEntries(database).entries())
    lives = [life for life in lives_of(says) if life[0].get("basis")]
    settled = [one for one in says if one.get("kind") == SETTLED and one["basis"]]
    if not lives:
        raise BadInput([_nothing(database.name)])
    ends = [datetime.fromisoformat(one["until"]) for one in settled]
    newest = max(ends, default=_as_of(lives[-1]))
    begin = _as_of(lives[0]) if last is None else newest - last
    chosen = [
        life for life in lives if begin <= _as_of(life) and (not ends or _as_of(life) < newest)
    ]
    if not chosen:
        raise BadInput([_nothing(f"{database.name} since {begin:%Y-%m-%d %H:%M} UTC")])
    blocks = _OftenRead(database)
    try:
        turns = _turns(chosen, blocks)
        held = _held(settled, blocks, _as_of(chosen[0]))
    except BlockFault as fault:
        raise BadInput([_damaged(database.name, fault)]) from None
    first = turns[0]
    over_at = turns[-1].situation.as_of + timedelta(seconds=first.mandate.steps.step_s or 0)
    past = OwnPast(
        turns=turns,
        over_s=_over_s(database, turns[-1].mandate.owner, first.situation.as_of),
        held=held,
        end_s=epoch_s(newest if ends else over_at),
    )
    return StorePast(
        name=database.name,
        past=past,
        lives=tuple(chosen),
        lost_h=_lost_h(database, first.situation.as_of),
        readings=_readings(database, past),
    )


def _turns(lives: Sequence[Life], blocks: SqlBlocks) -> tuple[Basis, ...]:
    """What each turn was made of, once: what people edited and limits required rests on the same turn."""
    found: dict[datetime, Basis] = {}
    for life in lives:
        basis = bases_at(str(life[0]["basis"]), blocks).turn
        found.setdefault(basis.situation.as_of, basis)
    return tuple(found[at] for at in sorted(found))


def _held(
    settled: Sequence[Mapping[str, Any]], blocks: SqlBlocks, begin: datetime
) -> tuple[HeldThrough, ...]:
    inside = [one for one in settled if datetime.fromisoformat(one["until"]) > begin]
    return tuple(held_through(str(one["basis"]), blocks) for one in inside)


def _over_s(database: Database, owner: str, begin: datetime) -> dict[str, int]:
    """How long each job ran that a room ever saw end; schedulers forget them. Read a few versions at a time."""
    query = (
        select(DOCUMENTS.c.value)
        .where(DOCUMENTS.c.kind == "world", DOCUMENTS.c.id == owner, DOCUMENTS.c.at >= begin)
        .order_by(DOCUMENTS.c.version)
    )
    found: dict[str, int] = {}
    with database.reading() as connection:
        rows = connection.execution_options(yield_per=AT_ONCE).execute(query)
        for (text,) in rows:
            over: Any = json.loads(text)["over_s"]
            found |= {str(job): int(seconds) for job, seconds in over.items()}
    return found


def _lost_h(database: Database, begin: datetime) -> tuple[tuple[datetime, float], ...]:
    query = (
        select(OUTCOMES.c.at, OUTCOMES.c.lost_accelerator_h)
        .where(OUTCOMES.c.at >= begin, OUTCOMES.c.lost_accelerator_h > 0.0)
        .order_by(OUTCOMES.c.number)
    )
    with database.reading() as connection:
        return tuple((row.at, float(row.lost_accelerator_h)) for row in connection.execute(query))


def _readings(database: Database, past: OwnPast) -> tuple[Readings, ...]:
    """What devices said of each site where answers are given, nothing where there are no services."""
    mandate = past.turns[-1].mandate
    if not mandate.services:
        return ()
    begin = past.turns[0].situation.as_of
    end = begin + timedelta(seconds=past.end_s - epoch_s(begin))
    kept = ParquetHistory(SqlReadings(database), history_of(database.name, Path("gridtide")))
    return tuple(kept.between(site.name, begin, end) for site in mandate.fleet.sites)


def is_told(life: Life) -> bool:
    """Whether a decision was ever told."""
    return any(one["stage"] == Stage.TOLD for one in life)


def _as_of(life: Life) -> datetime:
    return datetime.fromisoformat(str(life[0]["as_of"]))


def _nothing(name: str) -> Finding:
    return Finding(
        subject=name,
        value="no decision of which is kept what it was made of",
        limit="one at least",
        mend="Serve the case with --store for a while, in any mode; then ask again, or for a longer time.",
    )


def _damaged(name: str, fault: BlockFault) -> Finding:
    return Finding(
        subject=name,
        value=str(fault),
        limit="blocks as they were kept",
        mend="Restore it from a copy; gridtide audit recompute says which decision.",
    )
