"""Intents and outcomes in a database: each a row, tickets numbered within their epoch."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import rfc8785
from sqlalchemy import Connection, Row, Select, func, select

from gridtide.finding import refuse_if_any
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.intents import Intent, Told, ticket_of, unheard_of
from gridtide.loop.leadership import Leads
from gridtide.stores.sql.opening import Database
from gridtide.stores.sql.schema import INTENTS, OUTCOMES
from gridtide.trust.names import unkeepable


class SqlIntents:
    """Keeps intents and outcomes. lead: of who tells; None for one who only reads."""

    def __init__(self, database: Database, lead: Leads | None = None) -> None:
        self._database = database
        self._lead = lead

    def intend(self, intents: Sequence[Intent]) -> tuple[Ticket, ...]:
        """Write down what is about to be told, all or nothing; on the disk when this returns."""
        refuse_if_any(unkeepable("id of an act", (intent.id for intent in intents)))
        with self._database.writing(self._lead) as connection:
            epoch = self._lead.epoch if self._lead else 0
            given = _given(connection, epoch, (intent.id for intent in intents))
            of_epoch = select(func.max(INTENTS.c.sequence)).where(INTENTS.c.epoch == epoch)
            newest = connection.scalar(of_epoch)
            sequence = 0 if newest is None else newest + 1
            rows = []
            for intent in intents:
                if intent.id not in given:
                    given[intent.id] = ticket_of(intent, epoch, sequence)
                    rows.append(_row(intent, epoch, sequence))
                    sequence += 1
            if rows:
                connection.execute(INTENTS.insert(), rows)
        return tuple(given[intent.id] for intent in intents)

    def came(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what came of tickets, all or nothing; on the disk when this returns."""
        with self._database.writing(self._lead) as connection:
            epoch = self._lead.epoch if self._lead else 0
            known = _intended(connection, [outcome.ticket for outcome in outcomes])
            refuse_if_any(unheard_of(one.ticket) for one in outcomes if one.ticket not in known)
            last = connection.scalar(select(func.max(OUTCOMES.c.number)))
            first = 0 if last is None else last + 1
            rows = [
                {
                    **asdict(one),
                    "id": one.ticket,
                    "fate": one.fate.value,
                    "number": first + place,
                    "epoch": epoch,
                }
                for place, one in enumerate(outcomes)
            ]
            for row in rows:
                del row["ticket"]
            if rows:
                connection.execute(OUTCOMES.insert(), rows)

    def unsettled(self) -> tuple[Told, ...]:
        """The newest ticket of every act that nobody knows the fate of, in the order of tickets."""
        settled = select(OUTCOMES.c.id).where(OUTCOMES.c.fate != Fate.FAILED.value)
        newest = (
            select(INTENTS.c.id, func.max(INTENTS.c.epoch).label("epoch"))
            .where(INTENTS.c.id.not_in(settled))
            .group_by(INTENTS.c.id)
            .subquery()
        )
        query = select(INTENTS).join(
            newest, (INTENTS.c.id == newest.c.id) & (INTENTS.c.epoch == newest.c.epoch)
        )
        return self._told(query)

    def told(self, id: str) -> tuple[Told, ...]:
        """Every ticket of an act, oldest first, with the newest outcome of the act."""
        return self._told(select(INTENTS).where(INTENTS.c.id == id))

    def _told(self, query: Select[Any]) -> tuple[Told, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(INTENTS.c.epoch, INTENTS.c.sequence)).all()
            outcomes = _outcomes(connection, [row.id for row in rows])
        return tuple(_told(row, outcomes.get(row.id)) for row in rows)


BATCH = 500


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Few enough at a time for a statement of any database."""
    return (ids[begin : begin + BATCH] for begin in range(0, len(ids), BATCH))


def _given(connection: Connection, epoch: int, ids: Iterable[str]) -> dict[str, Ticket]:
    """Tickets that an epoch gave before."""
    given = {}
    for batch in _batches(list(ids)):
        query = select(INTENTS).where(INTENTS.c.epoch == epoch, INTENTS.c.id.in_(batch))
        for row in connection.execute(query):
            given[row.id] = ticket_of(_intent(row), row.epoch, row.sequence)
    return given


def _intended(connection: Connection, ids: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for batch in _batches(ids):
        known |= set(connection.scalars(select(INTENTS.c.id).where(INTENTS.c.id.in_(batch))))
    return known


def _outcomes(connection: Connection, ids: Sequence[str]) -> dict[str, Outcome]:
    """The newest outcome of each act: one that settled it stands before later ones that say nobody knows."""
    found: dict[str, Outcome] = {}
    for batch in _batches(ids):
        query = select(OUTCOMES).where(OUTCOMES.c.id.in_(batch)).order_by(OUTCOMES.c.number)
        for row in connection.execute(query):
            before = found.get(row.id)
            if row.fate != Fate.FAILED.value or before is None or before.fate is Fate.FAILED:
                found[row.id] = _outcome(row)
    return found


def _row(intent: Intent, epoch: int, sequence: int) -> dict[str, object]:
    act = rfc8785.dumps(dict(intent.act)).decode()  # type: ignore[arg-type]
    return {
        "epoch": epoch,
        "sequence": sequence,
        "id": intent.id,
        "device": intent.device,
        "decision": intent.decision,
        "act": act,
        "issued_at": intent.issued_at,
        "expires_at": intent.expires_at,
    }


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        id=row.id,
        device=row.device,
        decision=row.decision,
        act=json.loads(row.act),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


def _told(row: Row[Any], outcome: Outcome | None) -> Told:
    intent = _intent(row)
    return Told(intent=intent, ticket=ticket_of(intent, row.epoch, row.sequence), outcome=outcome)


def _outcome(row: Row[Any]) -> Outcome:
    return Outcome(
        ticket=row.id,
        fate=Fate(row.fate),
        said=row.said,
        at=row.at,
        lost_accelerator_h=row.lost_accelerator_h,
    )
